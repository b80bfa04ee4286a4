import { writeAtomically } from './atomic-file.js';
import { memoryBytes, openBytes, type Bytes } from './bytes.js';
import {
  decodeNumbers,
  KNOWN_DTYPES,
  NATIVE_ORDER,
  parseDtype,
  type Dtype,
  type NumberArray,
} from './dtype.js';
import { formatShape } from './shape.js';

// The .npy format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

/** What the header of a .npy file says: a row-major array of this shape and type, from byte `dataOffset` on. */
export interface NpyHeader {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly dataOffset: number;
}

/** An array with its shape, row-major. */
export interface NpyArray {
  /** Element type in the file, in NumPy's notation: `<f4`. */
  readonly descr: string;
  readonly shape: readonly number[];
  /** 64-bit integers are given as float64; everything else in its own type. */
  readonly data: NumberArray;
}

const MAGIC = '\x93NUMPY';
// Holds every header of version 1; a longer one belongs to a structured type.
const LONGEST_HEADER = 12 + 65536;

/** True for the first bytes of a .npy file. */
export function isNpy(start: Uint8Array): boolean {
  return Buffer.from(start.subarray(0, MAGIC.length)).toString('latin1') === MAGIC;
}

/**
 * Reads the header of a .npy file (versions 1, 2, 3) and checks that the file has the size it announces.
 *
 * @throws InputError: wrong magic, unknown version, cut-off header, unsupported type, column-major order, missing
 * or trailing bytes.
 */
export async function readNpyHeader(bytes: Bytes): Promise<NpyHeader> {
  return parseHeader(bytes, await bytes.read(0, Math.min(bytes.sizeBytes, LONGEST_HEADER)));
}

function parseHeader(bytes: Bytes, start: Uint8Array): NpyHeader {
  const text = Buffer.from(start.buffer, start.byteOffset, start.byteLength);
  if (!isNpy(start)) {
    const found = text.subarray(0, MAGIC.length).toString('hex');
    throw bytes.error(`is not a .npy file: it starts with ${found || 'nothing'}, not with 934e554d5059`, 0);
  }
  if (start.length < 10) throw bytes.error('the header is cut off: 10 bytes or more expected', start.length);
  const version = start[6];
  if (version < 1 || version > 3) {
    throw bytes.error(`.npy version ${version}.${start[7]} is not known here (1, 2 and 3 are)`, 6);
  }
  const headerAt = version === 1 ? 10 : 12;
  if (start.length < headerAt) throw bytes.error('the header is cut off: 12 bytes expected', start.length);
  const headerBytes = version === 1 ? text.readUInt16LE(8) : text.readUInt32LE(8);
  const dataOffset = headerAt + headerBytes;
  if (dataOffset > bytes.sizeBytes) {
    throw bytes.error(
      `the header is cut off: it should end at byte ${dataOffset}, but the content ends at ${bytes.sizeBytes}`,
      bytes.sizeBytes,
    );
  }
  if (dataOffset > start.length) {
    throw bytes.error(`a header of ${headerBytes} bytes: only arrays of plain numbers are read`, 8);
  }
  const header = text.toString(version === 3 ? 'utf8' : 'latin1', headerAt, dataOffset);
  const { dtype, shape } = parseDictionary(bytes, header, headerAt);
  const expectedBytes = shape.reduce((product, size) => product * size, dtype.sizeBytes);
  const foundBytes = bytes.sizeBytes - dataOffset;
  if (foundBytes !== expectedBytes) {
    const what = `${formatShape(shape)} of ${dtype.descr} takes ${expectedBytes} bytes, but ${foundBytes} follow the header`;
    if (foundBytes < expectedBytes) {
      throw bytes.error(`the data is cut off: ${what}; fetch or save the file again`, bytes.sizeBytes);
    }
    throw bytes.error(`bytes are left over: ${what}; save one array per file`, dataOffset + expectedBytes);
  }
  return { dtype, shape, dataOffset };
}

/** The Python dictionary of a header: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), } */
function parseDictionary(bytes: Bytes, header: string, headerAt: number): { dtype: Dtype; shape: number[] } {
  const descr = /['"]descr['"]\s*:\s*(?:['"]([^'"]*)['"]|\[)/.exec(header);
  const fortranOrder = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(header)?.[1];
  const shapeText = /['"]shape['"]\s*:\s*\(\s*((?:\d+L?\s*,?\s*)*)\)/.exec(header)?.[1];
  if (descr === null || fortranOrder === undefined || shapeText === undefined) {
    const problem = `the header lacks a readable 'descr', 'fortran_order' or 'shape': ${header.trim().slice(0, 120)}`;
    throw bytes.error(problem, headerAt);
  }
  // A list of fields in the place of a name: a structured type.
  const name = descr.at(1) ?? 'a structured type';
  const dtype = parseDtype(name);
  if (dtype === undefined) {
    throw bytes.error(
      `elements of type ${name} are not read here; convert to one of ${KNOWN_DTYPES} (x.astype(np.float32))`,
      headerAt,
    );
  }
  if (fortranOrder === 'True') {
    throw bytes.error(
      'the array is stored column by column (fortran_order True); save np.ascontiguousarray(x)',
      headerAt,
    );
  }
  return { dtype, shape: [...shapeText.matchAll(/\d+/g)].map(Number) };
}

/**
 * A whole .npy file in memory as an array; without a copy where byte order and alignment allow.
 *
 * @param file Its name, for messages.
 * @throws InputError as `readNpyHeader`, and for a 64-bit integer that float64 cannot hold exactly.
 */
export function parseNpy(content: Uint8Array, file: string): NpyArray {
  return toArray(memoryBytes(file, content), content);
}

/** Reads a .npy file (also gzip). @throws InputError as `parseNpy`, and if the file cannot be read. */
export async function readNpy(path: string): Promise<NpyArray> {
  const bytes = await openBytes(path);
  try {
    // The header first: no big file is read that is not a whole .npy.
    await readNpyHeader(bytes);
    return toArray(bytes, await bytes.read(0, bytes.sizeBytes));
  } finally {
    await bytes.close();
  }
}

function toArray(bytes: Bytes, content: Uint8Array): NpyArray {
  const { dtype, shape, dataOffset } = parseHeader(bytes, content);
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

/**
 * The header of a .npy file (version 1), padded so that the data after it starts at a multiple of 64 bytes.
 *
 * @param descr Element type with byte order, as `<f4`.
 */
export function npyHeader(descr: string, shape: readonly number[]): Uint8Array {
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dictionary = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${axes}), }`;
  const sizeBytes = Math.ceil((10 + dictionary.length + 1) / 64) * 64;
  const header = Buffer.alloc(sizeBytes, ' ');
  header.write(`${MAGIC}\x01\x00`, 'latin1');
  header.writeUInt16LE(sizeBytes - 10, 8);
  header.write(dictionary, 10, 'latin1');
  header.write('\n', sizeBytes - 1);
  return header;
}

/**
 * Writes an array as a .npy file, whole or not at all; the array is not copied.
 *
 * @param shape Its product is the length of `data` (row-major).
 * @throws OutputError if the file cannot be written; RangeError if shape and length disagree.
 */
export async function writeNpy(path: string, shape: readonly number[], data: WritableArray): Promise<void> {
  const length = shape.reduce((product, size) => product * size, 1);
  if (length !== data.length) {
    throw new RangeError(
      `${path}: a shape of ${formatShape(shape)} has ${length} elements, the data ${data.length}`,
    );
  }
  const content = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  await writeAtomically(path, [npyHeader(descrOf(data), shape), content]);
}

function descrOf(data: WritableArray): string {
  if (data instanceof Uint8Array) return '|u1';
  if (data instanceof Int32Array) return `${NATIVE_ORDER}i4`;
  return `${NATIVE_ORDER}${data instanceof Float32Array ? 'f4' : 'f8'}`;
}
