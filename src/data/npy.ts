import { assertText } from '../checks/arguments.js';
import { className } from '../checks/class-name.js';
import { ArrayError, typedArrayName } from '../checks/typed-arrays.js';
import { writeAtomically } from '../files/atomic-file.js';
import { memoryBytes, type Bytes } from './bytes.js';
import { decodeNumbers, NATIVE_ORDER, type DecodedArray } from './dtype.js';
import { npyHeader } from './npy-bytes.js';
import { assertNpySize, parseNpyHeader, type NpyHeader } from './npy-header.js';
import { openArray } from './open-array.js';
import { toRowMajor } from './row-major.js';
import { formatShape } from './shape.js';

/** An array with its shape, row-major. */
export interface NpyArray {
  /** Element type in the file, in NumPy's notation: `<f4`. */
  readonly descr: string;
  readonly shape: readonly number[];
  /** 64-bit integers are given as float64, float16 as float32; everything else in its own type. */
  readonly data: DecodedArray;
}

/**
 * A whole .npy file in memory as an array; without a copy where byte order and alignment allow.
 *
 * @param file Its name, for messages.
 * @throws InputError as `readNpyHeader`, and for a 64-bit integer that float64 cannot hold exactly.
 */
export function parseNpy(content: Uint8Array, file: string): NpyArray {
  const bytes = memoryBytes({ path: file }, content);
  const header = parseNpyHeader(bytes, content);
  assertNpySize(bytes, header);
  if (!header.columnMajor) return toArray(bytes, header, content);
  const elements = content.subarray(header.dataOffset);
  const rows = toRowMajor(elements, header.shape, header.dtype.sizeBytes);
  return toArray(bytes, { ...header, dataOffset: 0 }, rows);
}

/**
 * Reads a .npy file (also gzip), or an array of an .npz archive (`file.npz:name`, or the only one).
 *
 * @throws InputError as `parseNpy`, and if the file cannot be read.
 */
export async function readNpy(path: string): Promise<NpyArray> {
  assertText('the path of a file', path);
  // The header first: no big file is read that is not a whole .npy.
  const { bytes, header } = await openArray(path);
  try {
    const content = await bytes.read(0, bytes.sizeBytes);
    await bytes.assertUnchanged();
    return toArray(bytes, header, content);
  } finally {
    await bytes.close();
  }
}

function toArray(bytes: Bytes, { dtype, shape, dataOffset }: NpyHeader, content: Uint8Array): NpyArray {
  const length = shape.reduce((product, size) => product * size, 1);
  const data = decodeNumbers(dtype, content, dataOffset, length);
  if (/[iu]8$/.test(dtype.descr)) {
    const wrong = data.findIndex((value) => !Number.isSafeInteger(value));
    if (wrong >= 0) {
      throw bytes.error(
        `element ${wrong} is about ${data[wrong]}: integers are read up to 2^53 - 1`,
        dataOffset + wrong * dtype.sizeBytes,
      );
    }
  }
  return { descr: dtype.descr, shape, data };
}

/** Arrays that `writeNpy` writes, with their types in the file. */
export type WritableArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/** Writes the array of `library/data`, whose arguments are right. */
export async function writeNpy(path: string, shape: readonly number[], data: WritableArray): Promise<void> {
  const descr = descrOf(data);
  const length = shape.reduce((product, size) => product * size, 1);
  if (length !== data.length) {
    throw new RangeError(
      `${path}: a shape of ${formatShape(shape)} has ${length} elements, the data ${data.length}`,
    );
  }
  const header = npyHeader(descr, shape);
  await writeAtomically(path, [header, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]);
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  Uint8Array: '|u1',
  Int32Array: `${NATIVE_ORDER}i4`,
  Float32Array: `${NATIVE_ORDER}f4`,
  Float64Array: `${NATIVE_ORDER}f8`,
};

/** @throws ArrayError for any other class: its bytes would be read as other numbers. */
function descrOf(data: unknown): string {
  const descr = DESCRIPTIONS[typedArrayName(data) ?? ''] as string | undefined;
  if (descr !== undefined) return descr;
  throw new ArrayError(`data is ${className(data)}; ${Object.keys(DESCRIPTIONS).join(', ')} is wanted`);
}
