import type { Bytes } from '../bytes.js';
import { parseDtype, type Dtype } from '../dtype.js';
import { inflate } from '../inflate.js';
import { latin1Text } from '../../text/byte-text.js';

// The format of MATLAB's files of versions 5 to 7, https://www.mathworks.com/help/pdf_doc/matlab/matfile_format.pdf:
// a header of 128 bytes, then elements: type, size, data, padded to 8 bytes; small ones in 8 bytes altogether.

/** A full array of real numbers; its first axis runs fastest. */
export interface MatMatrix {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  readonly content: Uint8Array;
}

const HEADER_BYTES = 128;
const MATRIX = 14;
const COMPRESSED = 15;

/** Types of elements, in NumPy's notation without byte order. */
const NUMBERS: Partial<Record<number, string>> = {
  1: 'i1',
  2: 'u1',
  3: 'i2',
  4: 'u2',
  5: 'i4',
  6: 'u4',
  7: 'f4',
  9: 'f8',
  12: 'i8',
  13: 'u8',
};

/** Classes of arrays that are not read. */
const OTHERS: Partial<Record<number, string>> = {
  1: 'a cell array',
  2: 'a structure',
  3: 'an object',
  4: 'text',
  5: 'a sparse matrix',
  16: 'a function',
  17: 'an object',
};
const [FIRST_NUMERIC, LAST_NUMERIC] = [6, 15];
const COMPLEX = 0x800;
const LOGICAL = 0x200;

interface Element {
  readonly type: number;
  readonly data: Uint8Array;
  /** Where the next one begins. */
  readonly end: number;
}

/** Every array of numbers of the file; of all else its name and kind. @throws InputError if it is damaged. */
export async function readMatrices(
  bytes: Bytes,
  content: Uint8Array,
): Promise<{ matrices: MatMatrix[]; others: string[] }> {
  const mark = latin1Text(content.subarray(126, 128));
  if (mark !== 'IM' && mark !== 'MI') {
    throw bytes.error(`the MATLAB file is cut off or damaged: bytes 126 and 127 are not IM or MI`, 126);
  }
  const little = mark === 'IM';
  const matrices: MatMatrix[] = [];
  const others: string[] = [];
  for (let at = HEADER_BYTES; at < content.length;) {
    const element = readElement(content, at, little, (problem, offset) => bytes.error(problem, offset));
    const found = await matrixOf(bytes, element, at, little);
    if (typeof found === 'string') others.push(found);
    else if (found !== undefined) matrices.push(found);
    at = element.end;
  }
  return { matrices, others };
}

function readElement(
  content: Uint8Array,
  at: number,
  little: boolean,
  error: (problem: string, offset: number) => Error,
): Element {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const take = (from: number, length: number): Uint8Array => {
    if (from + length > content.length) {
      throw error(
        `the MATLAB file is cut off: an element ends at byte ${from + length}, but the content at ${content.length}; fetch the file again`,
        content.length,
      );
    }
    return content.subarray(from, from + length);
  };
  take(at, 8);
  const first = view.getUint32(at, little);
  const small = first >>> 16;
  if (small !== 0) {
    if (small > 4) throw error(`the MATLAB file is damaged: a small element of ${small} bytes`, at);
    return { type: first & 0xffff, data: take(at + 4, small), end: at + 8 };
  }
  const sizeBytes = view.getUint32(at + 4, little);
  const data = take(at + 8, sizeBytes);
  // What is compressed is not padded.
  const padded = first === COMPRESSED ? sizeBytes : Math.ceil(sizeBytes / 8) * 8;
  return { type: first, data, end: at + 8 + padded };
}

/** @returns a description where it is no full array of real numbers; undefined if it is no array. */
async function matrixOf(
  bytes: Bytes,
  element: Element,
  at: number,
  little: boolean,
): Promise<MatMatrix | string | undefined> {
  const fail = (problem: string) => bytes.error(problem, at);
  if (element.type === COMPRESSED) {
    const inner = readElement(await inflated(bytes, element.data, at), 0, little, fail);
    return await matrixOf(bytes, inner, at, little);
  }
  if (element.type !== MATRIX) return undefined;
  const { data } = element;
  let next = 0;
  const part = (): Element => {
    const found = readElement(data, next, little, fail);
    next = found.end;
    return found;
  };
  const flagBytes = part().data;
  const flags = new DataView(flagBytes.buffer, flagBytes.byteOffset, flagBytes.byteLength).getUint32(
    0,
    little,
  );
  const kind = flags & 0xff;
  const axes = part().data;
  const axesView = new DataView(axes.buffer, axes.byteOffset, axes.byteLength);
  const shape = Array.from({ length: axes.length / 4 }, (_, axis) => axesView.getInt32(4 * axis, little));
  const name = latin1Text(part().data);
  if (kind < FIRST_NUMERIC || kind > LAST_NUMERIC) return `${name} (${OTHERS[kind] ?? `class ${kind}`})`;
  if ((flags & COMPLEX) !== 0) return `${name} (complex numbers)`;
  const real = part();
  const code = NUMBERS[real.type];
  const dtype =
    code === undefined ? undefined : parseDtype((code.endsWith('1') ? '|' : little ? '<' : '>') + code);
  if (dtype === undefined)
    throw fail(`the MATLAB file is damaged: ${name} has elements of the unknown type ${real.type}`);
  const expected = shape.reduce((product, size) => product * size, dtype.sizeBytes);
  if (real.data.length !== expected) {
    throw fail(
      `the MATLAB file is damaged: ${name} of ${shape.join('×')} takes ${expected} bytes, but has ${real.data.length}`,
    );
  }
  return { name, shape, content: real.data, ...asSaved(dtype, kind, flags) };
}

/** Whole numbers of class double are kept in bytes; that they are no pixels of bytes is said by their class. */
function asSaved(dtype: Dtype, kind: number, flags: number): { dtype: Dtype } {
  const isDouble = kind === 6 && (flags & LOGICAL) === 0;
  return { dtype: isDouble && dtype.name === 'uint8' ? { ...dtype, name: 'float64' } : dtype };
}

/** No element takes more when it is unpacked: its size is said in 32 bits. */
const MOST_ELEMENT = 2 ** 32;

async function inflated(bytes: Bytes, data: Uint8Array, at: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    await inflate(once(data), 'zlib', async (content) => {
      for await (const piece of content) {
        length += piece.length;
        if (length > MOST_ELEMENT) throw new Error(`to more than ${MOST_ELEMENT} bytes`);
        pieces.push(piece);
      }
    });
  } catch (error) {
    throw bytes.error(
      `the MATLAB file is damaged: an element does not unpack (${(error as Error).message})`,
      at,
    );
  }
  const whole = new Uint8Array(length);
  let done = 0;
  for (const piece of pieces) {
    whole.set(piece, done);
    done += piece.length;
  }
  return whole;
}

// eslint-disable-next-line @typescript-eslint/require-await
async function* once(data: Uint8Array): AsyncGenerator<Uint8Array> {
  yield data;
}
