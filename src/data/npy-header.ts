import type { Bytes } from './bytes.js';
import type { Role } from './convert.js';
import { NPY_MAGIC } from './npy-bytes.js';
import { dtypeProblem } from './dtype-remedy.js';
import { parseDtype, type Dtype } from './dtype.js';
import { parsePythonLiteral, type PythonDict, type PythonValue } from './python-literal.js';
import { formatShape } from './shape.js';
import { parseTextDtype } from './text-array.js';
import { MOST_UNANNOUNCED } from './unpack.js';
import { hexText, latin1Text, utf8Text } from '../text/byte-text.js';

// The .npy format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

/** What the header of a .npy file says: an array of this shape and type, from byte `dataOffset` on. */
export interface NpyHeader {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly dataOffset: number;
  /** The first axis runs fastest (fortran_order), and that makes a difference: two axes are longer than 1. */
  readonly columnMajor: boolean;
}

/** Holds every header of version 1; a longer one belongs to a structured type. */
export const LONGEST_HEADER = 12 + 65536;
/** NumPy's own bound. */
const MOST_AXES = 64;

/** True for the first bytes of a .npy file. */
export function isNpy(start: Uint8Array): boolean {
  return latin1Text(start.subarray(0, NPY_MAGIC.length)) === NPY_MAGIC;
}

/**
 * Reads the header of a .npy file (versions 1, 2, 3) and checks that the file has the size it announces.
 *
 * @param role What the array is wanted for: the remedy for a type that is not read depends on it.
 * @throws InputError: wrong magic, unknown version, cut-off header, unsupported type, missing or trailing bytes.
 */
export async function readNpyHeader(bytes: Bytes, role: Role = 'array'): Promise<NpyHeader> {
  const start = await bytes.read(0, Math.min(bytes.sizeBytes, LONGEST_HEADER));
  const header = parseNpyHeader(bytes, start, role);
  assertNpySize(bytes, header);
  return header;
}

/** The bytes that a file with this header has, header and data. */
export function npySizeBytes({ dtype, shape, dataOffset }: NpyHeader): number {
  if (dtype === OBJECTS) return MOST_UNANNOUNCED;
  return dataOffset + shape.reduce((product, size) => product * size, dtype.sizeBytes);
}

/** @throws InputError if the content is longer or shorter than its header announces. */
export function assertNpySize(bytes: Bytes, header: NpyHeader): void {
  const { dtype, shape, dataOffset } = header;
  if (dtype === OBJECTS) return;
  const expectedBytes = npySizeBytes(header) - dataOffset;
  const foundBytes = bytes.sizeBytes - dataOffset;
  if (foundBytes === expectedBytes) return;
  const what = `${formatShape(shape)} of ${dtype.descr} takes ${expectedBytes} bytes, but ${foundBytes} follow the header`;
  if (foundBytes < expectedBytes) {
    throw bytes.error(`the data is cut off: ${what}; fetch or save the file again`, bytes.sizeBytes);
  }
  throw bytes.error(`bytes are left over: ${what}; save one array per file`, dataOffset + expectedBytes);
}

/**
 * The header in the first bytes of a content; the size of its data is not looked at.
 *
 * @param start At least `LONGEST_HEADER` bytes of it, or all that there are.
 */
export function parseNpyHeader(bytes: Bytes, start: Uint8Array, role: Role = 'array'): NpyHeader {
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  if (!isNpy(start)) {
    const found = hexText(start.subarray(0, NPY_MAGIC.length));
    throw bytes.error(`is not a .npy file: it starts with ${found || 'nothing'}, not with 934e554d5059`, 0);
  }
  if (start.length < 10) throw bytes.error('the header is cut off: 10 bytes or more expected', start.length);
  const version = start[6];
  if (version < 1 || version > 3) {
    throw bytes.error(`.npy version ${version}.${start[7]} is not known here (1, 2 and 3 are)`, 6);
  }
  const headerAt = version === 1 ? 10 : 12;
  if (start.length < headerAt) throw bytes.error('the header is cut off: 12 bytes expected', start.length);
  const headerBytes = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
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
  const content = start.subarray(headerAt, dataOffset);
  const header = version === 3 ? utf8Text(content) : latin1Text(content);
  const { descr, fortranOrder, shape } = parseDictionary(bytes, header, headerAt);
  const dtype = typeof descr === 'string' ? (parseDtype(descr) ?? labelDtype(descr, role)) : undefined;
  if (dtype === undefined) throw bytes.error(dtypeProblem(descr, shape, bytes, role), headerAt);
  const columnMajor = fortranOrder && shape.filter((size) => size > 1).length > 1 && !shape.includes(0);
  return { dtype, shape, dataOffset, columnMajor };
}

/** Labels may be names: text, or objects, which are pickled. */
function labelDtype(descr: string, role: Role): Dtype | undefined {
  if (role !== 'labels') return undefined;
  return /^[|<>=]?O$/.test(descr) ? OBJECTS : parseTextDtype(descr);
}

/** Python's objects: what they are, and how many bytes they take, is in the pickle that follows. */
export const OBJECTS: Dtype = {
  descr: '|O',
  name: 'object',
  sizeBytes: NaN,
  Array: Float64Array,
  native: false,
  read: () => NaN,
};

interface Dictionary {
  readonly descr: string | readonly unknown[];
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

/** The Python dictionary of a header: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), } */
function parseDictionary(bytes: Bytes, header: string, headerAt: number): Dictionary {
  const shown = header.trim().slice(0, 120);
  let value: PythonValue;
  try {
    value = parsePythonLiteral(header);
  } catch (error) {
    throw bytes.error(`the header is not readable (${(error as Error).message}): ${shown}`, headerAt);
  }
  const parts = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  const { descr, fortran_order: fortranOrder, shape } = parts as PythonDict;
  if (
    !(typeof descr === 'string' || Array.isArray(descr)) ||
    typeof fortranOrder !== 'boolean' ||
    !isShape(shape)
  ) {
    throw bytes.error(`the header lacks a readable 'descr', 'fortran_order' or 'shape': ${shown}`, headerAt);
  }
  return { descr, fortranOrder, shape };
}

function isShape(value: PythonValue | undefined): value is readonly number[] {
  return (
    Array.isArray(value) &&
    value.length <= MOST_AXES &&
    value.every((size: PythonValue) => Number.isSafeInteger(size) && (size as number) >= 0)
  );
}
