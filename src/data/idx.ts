import type { Bytes } from './bytes.js';
import { parseDtype, type Dtype } from './dtype.js';
import { packedLabels } from './label-shape.js';
import type { PackedImages, PackedLabels } from './packed.js';
import { formatShape, packedShape, type PixelOrder } from './shape.js';
import { hexText } from '../text/byte-text.js';

// The IDX format of the MNIST family: bytes 0, 0, element type, number of axes; then the axes, 32 bits each,
// most significant byte first; then the elements, row-major, most significant byte first too.

/** Element types, in NumPy's notation. */
const ELEMENT_TYPES: Partial<Record<number, Dtype>> = {
  0x08: parseDtype('|u1')!,
  0x09: parseDtype('|i1')!,
  0x0b: parseDtype('>i2')!,
  0x0c: parseDtype('>i4')!,
  0x0d: parseDtype('>f4')!,
  0x0e: parseDtype('>f8')!,
};

/** True for the first bytes of an IDX file of any element type. */
export function isIdx(start: Uint8Array): boolean {
  return start[0] === 0 && start[1] === 0 && start[2] in ELEMENT_TYPES && start[3] >= 1 && start[3] <= 4;
}

interface IdxHeader {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly dataOffset: number;
}

/** The header in the first bytes of a content. @throws InputError: wrong magic, cut-off header. */
function parseIdxHeader(bytes: Bytes, start: Uint8Array): IdxHeader {
  const dtype = ELEMENT_TYPES[start[2]];
  if (dtype === undefined || !isIdx(start)) {
    const found = hexText(start.subarray(0, 4));
    throw bytes.error(
      `is not an IDX file: it starts with ${found}, not with 00000803 (images) or 00000801 (labels)`,
      0,
    );
  }
  const axes = start[3];
  const dataOffset = 4 + 4 * axes;
  if (start.length < dataOffset) {
    throw bytes.error(
      `the header is cut off: ${axes} axes take ${dataOffset} bytes, but the content ends at ${start.length}`,
      start.length,
    );
  }
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  return { dtype, shape, dataOffset };
}

/** The bytes that an IDX file with this start has. @throws InputError as `openIdxImages` does for the header. */
export function idxSizeBytes(bytes: Bytes, start: Uint8Array): number {
  const { dtype, shape, dataOffset } = parseIdxHeader(bytes, start);
  return dataOffset + shape.reduce((product, size) => product * size, dtype.sizeBytes);
}

/**
 * Reads the header of an IDX file and checks that the file has the size it announces.
 *
 * @throws InputError: wrong magic, cut-off header, missing or trailing bytes.
 */
async function readIdxHeader(bytes: Bytes): Promise<IdxHeader> {
  const start = await bytes.read(0, Math.min(bytes.sizeBytes, 4 + 4 * 4));
  const header = parseIdxHeader(bytes, start);
  const expectedBytes = idxSizeBytes(bytes, start) - header.dataOffset;
  const foundBytes = bytes.sizeBytes - header.dataOffset;
  if (foundBytes !== expectedBytes) {
    const what = `${formatShape(header.shape)} takes ${expectedBytes} bytes, but ${foundBytes} follow the header`;
    if (foundBytes < expectedBytes) {
      throw bytes.error(`the data is cut off: ${what}; fetch the file again`, bytes.sizeBytes);
    }
    throw bytes.error(
      `bytes are left over: ${what}; fetch the file again`,
      header.dataOffset + expectedBytes,
    );
  }
  return header;
}

/**
 * Images of an IDX file: N×H×W (magic 00000803), or four axes in the given layout (00000804).
 *
 * @throws InputError as above, and if the file holds labels.
 */
export async function openIdxImages(bytes: Bytes, layout: PixelOrder | 'auto'): Promise<PackedImages> {
  const { dtype, shape, dataOffset } = await readIdxHeader(bytes);
  if (shape.length === 1) {
    throw bytes.error(
      `holds ${shape[0]} labels (magic 00000801), not images (00000803); name the images file`,
      0,
    );
  }
  const packed = packedShape(bytes, shape, layout);
  const elements = packed.channels * packed.height * packed.width;
  const strideBytes = elements * dtype.sizeBytes;
  return { format: 'idx', bytes, dtype, elements, offsetBytes: dataOffset, strideBytes, ...packed };
}

/** Labels of an IDX file (magic 00000801). @throws InputError as above. */
export async function openIdxLabels(bytes: Bytes): Promise<PackedLabels> {
  const header = await readIdxHeader(bytes);
  const { dtype, shape, dataOffset } = header;
  const raw = { offset: dataOffset, descr: dtype.descr, shape };
  return packedLabels({ ...bytes, raw }, header);
}
