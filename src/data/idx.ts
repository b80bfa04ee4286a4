import type { Bytes } from './bytes.js';
import { UINT8 } from './dtype.js';
import type { PackedImages, PackedLabels } from './packed.js';
import { formatShape, labelCount, packedShape, type PixelOrder } from './shape.js';

// The IDX format of the MNIST family: bytes 0, 0, element type, number of axes; then the axes, 32 bits each,
// most significant byte first; then the elements, row-major.

const UNSIGNED_BYTE = 0x08;
const ELEMENT_TYPES = [UNSIGNED_BYTE, 0x09, 0x0b, 0x0c, 0x0d, 0x0e];

/** True for the first bytes of an IDX file of any element type. */
export function isIdx(start: Uint8Array): boolean {
  return (
    start[0] === 0 && start[1] === 0 && ELEMENT_TYPES.includes(start[2]) && start[3] >= 1 && start[3] <= 4
  );
}

interface IdxHeader {
  readonly shape: readonly number[];
  readonly dataOffset: number;
}

/**
 * Reads the header of an IDX file of unsigned bytes and checks that the file has the size it announces.
 *
 * @throws InputError: wrong magic, other element type, cut-off header, missing or trailing bytes.
 */
async function readIdxHeader(bytes: Bytes): Promise<IdxHeader> {
  const start = await bytes.read(0, Math.min(bytes.sizeBytes, 4 + 4 * 4));
  if (!isIdx(start)) {
    const found = Buffer.from(start.subarray(0, 4)).toString('hex');
    throw bytes.error(
      `is not an IDX file: it starts with ${found}, not with 00000803 (images) or 00000801 (labels)`,
      0,
    );
  }
  if (start[2] !== UNSIGNED_BYTE) {
    throw bytes.error(`IDX elements of type 0x${hexByte(start[2])}; only unsigned bytes (0x08) are read`, 2);
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
  const expectedBytes = shape.reduce((product, size) => product * size, 1);
  const foundBytes = bytes.sizeBytes - dataOffset;
  if (foundBytes !== expectedBytes) {
    const what = `${formatShape(shape)} takes ${expectedBytes} bytes, but ${foundBytes} follow the header`;
    if (foundBytes < expectedBytes) {
      throw bytes.error(`the data is cut off: ${what}; fetch the file again`, bytes.sizeBytes);
    }
    throw bytes.error(`bytes are left over: ${what}; fetch the file again`, dataOffset + expectedBytes);
  }
  return { shape, dataOffset };
}

/**
 * Images of an IDX file: N×H×W (magic 00000803), or four axes in the given layout (00000804).
 *
 * @throws InputError as above, and if the file holds labels.
 */
export async function openIdxImages(bytes: Bytes, layout: PixelOrder | 'auto'): Promise<PackedImages> {
  const { shape, dataOffset } = await readIdxHeader(bytes);
  if (shape.length === 1) {
    throw bytes.error(
      `holds ${shape[0]} labels (magic 00000801), not images (00000803); name the images file`,
      0,
    );
  }
  const packed = packedShape(bytes, shape, layout);
  const elements = packed.channels * packed.height * packed.width;
  return {
    format: 'idx',
    bytes,
    dtype: UINT8,
    elements,
    offsetBytes: dataOffset,
    strideBytes: elements,
    ...packed,
  };
}

/** Labels of an IDX file (magic 00000801). @throws InputError as above. */
export async function openIdxLabels(bytes: Bytes): Promise<PackedLabels> {
  const { shape, dataOffset } = await readIdxHeader(bytes);
  const count = labelCount(bytes, shape);
  return { bytes, dtype: UINT8, count, elements: 1, offsetBytes: dataOffset, strideBytes: 1 };
}

function hexByte(value: number): string {
  return value.toString(16).padStart(2, '0');
}
