import { decode as decodePng, type DecodedPng } from 'fast-png';
import type { Host } from '../host.js';
import { decodeJpeg } from './jpeg.js';
import { readPictureHeader } from './picture-header.js';
import { upright } from './upright.js';

/** A picture that is decoded: [height][width][channels], values up to 255, or 65535 in a Uint16Array. */
export interface Picture {
  readonly data: Uint8Array | Uint16Array;
  readonly height: number;
  readonly width: number;
  /** Grey, or red, green and blue. */
  readonly channels: 1 | 3;
}

/**
 * Decodes a PNG or JPEG to its values, as Pillow does: palettes become colours, 1, 2 and 4 bits the shades 0 to 255,
 * and what Exif says of its orientation is done. A picture that is anywhere transparent is refused, since what is
 * behind it is nowhere said.
 *
 * @throws Error saying what is wrong with it, and what to do
 */
export async function decodePicture(host: Host, content: Uint8Array): Promise<Picture> {
  const { kind, isGrey, orientation } = readPictureHeader(content);
  return kind === 'png' ? pngPicture(content) : upright(await decodeJpeg(host, content, isGrey), orientation);
}

function pngPicture(content: Uint8Array): Picture {
  if (content[28] !== 0 && content[24] < 8) {
    throw new Error(
      `is an interlaced PNG of ${content[24]} bits, which is not read here; save it without interlacing`,
    );
  }
  let png: DecodedPng;
  try {
    // A copy: of a part of a larger memory the decoder reads past the end.
    png = decodePng(Uint8Array.from(content), { checkCrc: true });
  } catch (error) {
    throw new Error(`is cut off or damaged (${(error as Error).message}); fetch or save it again`, {
      cause: error,
    });
  }
  const { height, width, palette, depth, channels } = png;
  const values = depth < 8 ? unpackBits(png) : plainValues(png);
  const expected = height * width * channels;
  if (values.length !== expected) {
    throw new Error(
      `is cut off: ${height}×${width} of ${channels} channels are ${expected} values, but it has ${values.length}`,
    );
  }
  if (palette !== undefined) return paletteColours(values, palette, height, width);
  if (png.transparency !== undefined && png.transparency.length > 0) assertNotKeyed(values, png);
  if (channels === 2 || channels === 4) return withoutAlpha(values, png);
  if (depth < 8) {
    const white = 2 ** depth - 1;
    for (let i = 0; i < values.length; i++) values[i] = (values[i] * 255) / white;
  }
  return { data: values, height, width, channels: channels === 1 ? 1 : 3 };
}

function plainValues({ data, depth }: DecodedPng): Uint8Array | Uint16Array {
  if (depth === 16) return data as Uint16Array;
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Values of less than a byte, each row of which begins with a byte. */
function unpackBits({ data, depth, height, width }: DecodedPng): Uint8Array {
  const values = new Uint8Array(height * width);
  const rowBytes = Math.ceil((width * depth) / 8);
  const mask = 2 ** depth - 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      values[y * width + x] = (data[y * rowBytes + (bit >> 3)] >> (8 - depth - (bit & 7))) & mask;
    }
  }
  return values;
}

function paletteColours(
  values: Uint8Array | Uint16Array,
  palette: NonNullable<DecodedPng['palette']>,
  height: number,
  width: number,
): Picture {
  const data = new Uint8Array(3 * values.length);
  for (let i = 0; i < values.length; i++) {
    const colour = palette.at(values[i]) as readonly number[] | undefined;
    if (colour === undefined)
      throw new Error(`is damaged: it uses colour ${values[i]} of a palette of ${palette.length}`);
    if (colour.length === 4 && colour[3] !== 255) throw transparent(i, width, colour[3], 255);
    data.set(colour.slice(0, 3), 3 * i);
  }
  return { data, height, width, channels: 3 };
}

function withoutAlpha(
  values: Uint8Array | Uint16Array,
  { height, width, channels, depth }: DecodedPng,
): Picture {
  const kept = channels - 1;
  const opaque = 2 ** depth - 1;
  const data = new (depth === 16 ? Uint16Array : Uint8Array)(height * width * kept);
  for (let i = 0; i < height * width; i++) {
    const alpha = values[i * channels + kept];
    if (alpha !== opaque) throw transparent(i, width, alpha, opaque);
    for (let c = 0; c < kept; c++) data[i * kept + c] = values[i * channels + c];
  }
  return { data, height, width, channels: kept === 1 ? 1 : 3 };
}

/** One colour of a picture without alpha may stand for transparency. */
function assertNotKeyed(
  values: Uint8Array | Uint16Array,
  { width, channels, transparency }: DecodedPng,
): void {
  for (let i = 0; i < values.length / channels; i++) {
    if (transparency!.every((value, c) => values[i * channels + c] === value))
      throw transparent(i, width, 0, 255);
  }
}

function transparent(pixel: number, width: number, alpha: number, opaque: number): Error {
  const [row, column] = [Math.floor(pixel / width), pixel % width];
  return new Error(
    `is transparent: the pixel in row ${row}, column ${column} has alpha ${alpha} of ${opaque}, and what is behind it is not said; lay it on a background first, as with Image.alpha_composite in Python`,
  );
}
