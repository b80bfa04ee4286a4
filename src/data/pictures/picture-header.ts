import { latin1Text, hexText } from '../../text/byte-text.js';
// What the first bytes of a PNG or JPEG say: https://www.w3.org/TR/png-3/ and ITU T.81 (JPEG), CIPA DC-008 (Exif).

/** What is known of a picture before it is decoded. */
export interface PictureHeader {
  readonly kind: 'png' | 'jpeg';
  /** Pixels, after the picture is turned as `orientation` says. */
  readonly height: number;
  readonly width: number;
  readonly isGrey: boolean;
  /** The size of a value of one channel when it is decoded. */
  readonly bits: 8 | 16;
  /** Exif's: 1 is upright, 2 to 8 say how the picture is to be turned. */
  readonly orientation: number;
}

/** More pixels than these are no training image, but may be a few bytes that unpack to gigabytes. */
const MOST_PIXELS = 2 ** 27;

/**
 * Reads the header of a picture.
 *
 * @param content All of it.
 * @throws Error saying what is not read here, or what is damaged, and what to do.
 */
export function readPictureHeader(content: Uint8Array): PictureHeader {
  const header = startsWith(content, PNG)
    ? pngHeader(content)
    : startsWith(content, JPEG)
      ? jpegHeader(content)
      : undefined;
  if (header === undefined) throw new Error(`is neither PNG nor JPEG, ${whatElse(content)}`);
  const { height, width } = header;
  if (height === 0 || width === 0) throw new Error(`is damaged: it has ${height}×${width} pixels`);
  if (height * width > MOST_PIXELS) {
    throw new Error(
      `has ${height}×${width} pixels, more than the ${MOST_PIXELS} that are read here; make it smaller`,
    );
  }
  return header;
}

const PNG = [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10];
const JPEG = [0xff, 0xd8, 0xff];

function startsWith(content: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, i) => content[i] === byte);
}

function whatElse(content: Uint8Array): string {
  if (content.length === 0) return 'but empty (0 bytes)';
  const text = latin1Text(content.subarray(0, 16));
  const names: [string, RegExp][] = [
    ['GIF', /^GIF8/],
    ['BMP', /^BM/],
    ['TIFF', /^(?:II\*\0|MM\0\*)/],
    ['WebP', /^RIFF.{4}WEBP/s],
    ['AVIF or HEIC', /^.{4}ftyp/s],
    ['JPEG 2000', /^.{4}jP|^\xff\x4f\xff\x51/s],
    ['JPEG XL', /^.{4}JXL /s],
    ['a web page', /^\s*<(?:!doctype|html)/i],
  ];
  const found = names.find(([, pattern]) => pattern.test(text));
  if (found === undefined) return `it starts with ${hexText(content.subarray(0, 8))}`;
  return `but ${found[0]}${found[0] === 'a web page' ? '; fetch it again' : '; save it as PNG'}`;
}

function viewOf(content: Uint8Array): DataView {
  return new DataView(content.buffer, content.byteOffset, content.byteLength);
}

function pngHeader(content: Uint8Array): PictureHeader {
  const view = viewOf(content);
  if (content.length < 33)
    throw new Error(`is cut off: its header takes 33 bytes, but it has ${content.length}`);
  const [width, height, depth, colour] = [view.getUint32(16), view.getUint32(20), content[24], content[25]];
  for (let at = 33; at + 12 <= content.length;) {
    const name = latin1Text(content.subarray(at + 4, at + 8));
    if (name === 'IDAT') break;
    if (name === 'acTL') throw new Error('is animated; save the one picture of it that is meant');
    at += 12 + view.getUint32(at);
  }
  const isGrey = (colour & ~4) === 0;
  return { kind: 'png', height, width, isGrey, bits: depth === 16 ? 16 : 8, orientation: 1 };
}

/** Markers of frames: their number says how the picture is coded. */
const FRAMES: Readonly<Record<number, string>> = {
  0xc0: '',
  0xc1: '',
  0xc2: '',
  0xc3: 'lossless',
  0xc5: 'hierarchical',
  0xc6: 'hierarchical',
  0xc7: 'hierarchical',
  0xc9: 'arithmetic',
  0xca: 'arithmetic',
  0xcb: 'arithmetic',
  0xcd: 'arithmetic',
  0xce: 'arithmetic',
  0xcf: 'arithmetic',
};

function jpegHeader(content: Uint8Array): PictureHeader {
  const view = viewOf(content);
  let orientation = 1;
  for (let at = 2; at + 4 <= content.length;) {
    if (content[at] !== 0xff) throw new Error(`is damaged: a marker is missing at byte ${at}`);
    const marker = content[at + 1];
    // Fill bytes, and markers without a length.
    if (marker === 0xff || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += marker === 0xff ? 1 : 2;
      continue;
    }
    const length = view.getUint16(at + 2);
    if (at + 2 + length > content.length) break;
    const segment = content.subarray(at + 4, at + 2 + length);
    if (marker === 0xe1) orientation = exifOrientation(segment) ?? orientation;
    const coding = FRAMES[marker] as string | undefined;
    if (coding !== undefined) return frameHeader(segment, coding, orientation);
    if (marker === 0xda || marker === 0xd9) break;
    at += 2 + length;
  }
  throw new Error(`is cut off: its ${content.length} bytes end before its size; fetch it again`);
}

function frameHeader(segment: Uint8Array, coding: string, orientation: number): PictureHeader {
  if (coding !== '') throw new Error(`is a JPEG of ${coding} coding, which is not read here; save it as PNG`);
  const view = viewOf(segment);
  if (segment.length < 6) throw new Error('is damaged: its frame is too short');
  const [bits, rows, columns, components] = [segment[0], view.getUint16(1), view.getUint16(3), segment[5]];
  if (bits !== 8) throw new Error(`is a JPEG of ${bits} bits, which is not read here; save it as PNG`);
  if (components !== 1 && components !== 3) {
    throw new Error(
      `has ${components} channels (CMYK, as for printing); save it as RGB: Image.open(…).convert("RGB") in Python`,
    );
  }
  const [height, width] = orientation >= 5 ? [columns, rows] : [rows, columns];
  return { kind: 'jpeg', height, width, isGrey: components === 1, bits: 8, orientation };
}

const ORIENTATION = 0x0112;

/** The orientation in a segment of Exif; undefined if it has none, or none that is known. */
function exifOrientation(segment: Uint8Array): number | undefined {
  if (latin1Text(segment.subarray(0, 6)) !== 'Exif\0\0' || segment.length < 14) return undefined;
  const view = viewOf(segment.subarray(6));
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return undefined;
  const little = order === 0x4949;
  const directory = view.getUint32(4, little);
  if (directory + 2 > view.byteLength) return undefined;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const at = directory + 2 + 12 * i;
    if (at + 12 > view.byteLength) return undefined;
    if (view.getUint16(at, little) !== ORIENTATION) continue;
    const value = view.getUint16(at + 8, little);
    return value >= 1 && value <= 8 ? value : undefined;
  }
  return undefined;
}
