import { decodedBytes } from '../decoded.js';
import type { Host } from '../host.js';
import { endsEarly, type Bytes } from '../bytes.js';
import { NATIVE_ORDER, parseDtype } from '../dtype.js';
import { InputError } from '../../checks/input-error.js';
import type { PackedImages } from '../packed.js';
import { decodePicture, type Picture } from './decode-picture.js';
import { readPictureHeader, type PictureHeader } from './picture-header.js';
import { resize, type PictureSize } from './resize.js';

/** A picture that is encoded somewhere. */
export interface EncodedPicture {
  /** How messages call it. */
  readonly name: string;
  read(): Promise<Uint8Array>;
}

export interface PictureStack {
  readonly images: PackedImages;
  /** What the user should know of how they are read, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Pictures as one stack of images; they are decoded when they are asked for. All of one size, or brought to `size`; in
 * colour if any of them is.
 *
 * @param name How messages call all of them together.
 * @throws InputError naming the picture that is damaged, or two of different sizes.
 */
export async function stackPictures(
  host: Host,
  name: string,
  pictures: readonly EncodedPicture[],
  size: PictureSize | undefined,
  format: PackedImages['format'],
): Promise<PictureStack> {
  const headers: PictureHeader[] = [];
  for (const picture of pictures) headers.push(await headerOf(picture));
  const [first] = headers;
  if (size === undefined) assertOneSize(pictures, headers);
  const wide = headers.findIndex(({ bits }) => bits === 16);
  const narrow = headers.findIndex(({ bits }) => bits === 8);
  if (wide >= 0 && narrow >= 0) {
    throw new InputError(
      pictures[wide].name,
      `has 16 bits, but ${pictures[narrow].name} has 8; save all of them with the same bits`,
    );
  }
  const channels = headers.every(({ isGrey }) => isGrey) ? 1 : 3;
  const { height, width } = size ?? first;
  const elements = height * width * channels;
  const dtype = parseDtype(wide >= 0 ? `${NATIVE_ORDER}u2` : '|u1')!;
  const strideBytes = elements * dtype.sizeBytes;
  const decode = async (picture: EncodedPicture): Promise<Uint8Array> => {
    const decoded = await decodeNamed(host, picture);
    if (size === undefined && (decoded.height !== height || decoded.width !== width)) {
      throw new InputError(
        picture.name,
        `was changed while it was read: it is now ${decoded.height}×${decoded.width}`,
      );
    }
    const { data } = inColour(resize(decoded, { height, width }), channels);
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  };
  const bytes = pictureBytes(name, pictures, strideBytes, decode);
  return {
    images: {
      format,
      bytes,
      dtype,
      elements,
      offsetBytes: 0,
      strideBytes,
      count: pictures.length,
      channels,
      height,
      width,
      order: 'nhwc',
    },
    notes: notesOf(headers, size, channels),
  };
}

function notesOf(
  headers: readonly PictureHeader[],
  size: PictureSize | undefined,
  channels: number,
): string[] {
  const count = headers.length;
  const turned = headers.filter(({ orientation }) => orientation > 1).length;
  const grey = headers.filter(({ isGrey }) => isGrey).length;
  const stretched = size === undefined ? 0 : headers.filter((header) => isStretched(header, size)).length;
  return [
    ...(turned > 0
      ? [
          `${turned} of ${count} pictures are turned upright, as their Exif says (torchvision leaves them as they lie)`,
        ]
      : []),
    ...(grey > 0 && channels === 3
      ? [
          `${grey} of ${count} pictures are grey among coloured ones: their shade is taken for all three colours`,
        ]
      : []),
    ...(stretched > 0
      ? [
          `${stretched} of ${count} pictures have other proportions than ${size!.height}×${size!.width}: they are stretched`,
        ]
      : []),
  ];
}

/** By more than a pixel of either side. */
function isStretched({ height, width }: PictureHeader, size: PictureSize): boolean {
  const scale = Math.max(height / size.height, width / size.width);
  return Math.abs(height - size.height * scale) > scale || Math.abs(width - size.width * scale) > scale;
}

async function headerOf(picture: EncodedPicture): Promise<PictureHeader> {
  const content = await picture.read();
  try {
    return readPictureHeader(content);
  } catch (error) {
    throw named(picture, error);
  }
}

async function decodeNamed(host: Host, picture: EncodedPicture): Promise<Picture> {
  const content = await picture.read();
  try {
    return await decodePicture(host, content);
  } catch (error) {
    throw named(picture, error);
  }
}

function named({ name }: EncodedPicture, error: unknown): InputError {
  return error instanceof InputError
    ? error
    : new InputError(name, (error as Error).message, { cause: error });
}

function assertOneSize(pictures: readonly EncodedPicture[], headers: readonly PictureHeader[]): void {
  const [{ height, width }] = headers;
  const other = headers.findIndex((header) => header.height !== height || header.width !== width);
  if (other < 0) return;
  throw new InputError(
    pictures[other].name,
    `has ${headers[other].height}×${headers[other].width} pixels (height×width), but ${pictures[0].name} has ${height}×${width}; all are to have one size, or to be brought to one`,
    { option: `resize ${height}x${width}` },
  );
}

function inColour(picture: Picture, channels: 1 | 3): Picture {
  if (picture.channels === channels) return picture;
  const data = new (picture.data instanceof Uint16Array ? Uint16Array : Uint8Array)(3 * picture.data.length);
  for (let i = 0; i < picture.data.length; i++) data.fill(picture.data[i], 3 * i, 3 * i + 3);
  return { ...picture, data, channels: 3 };
}

/** The decoded pictures one after the other, decoded when they are read. */
function pictureBytes(
  name: string,
  pictures: readonly EncodedPicture[],
  strideBytes: number,
  decode: (picture: EncodedPicture) => Promise<Uint8Array>,
): Bytes {
  const sizeBytes = pictures.length * strideBytes;
  const bytes: Bytes = {
    ...decodedBytes({ path: name }, new Uint8Array(0)),
    sizeBytes,
    inMemory: false,
    async read(offset, length) {
      if (offset + length > sizeBytes) throw endsEarly(bytes, offset + length);
      const content = new Uint8Array(length);
      for (let at = offset; at < offset + length;) {
        const index = Math.floor(at / strideBytes);
        const within = at - index * strideBytes;
        const part = (await decode(pictures[index])).subarray(within, within + offset + length - at);
        content.set(part, at - offset);
        at += part.length;
      }
      return content;
    },
  };
  return bytes;
}
