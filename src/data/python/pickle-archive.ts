import { decodedArchive, type ArrayArchive } from '../array-archive.js';
import type { Bytes } from '../bytes.js';
import type { ArrayPlace, Role } from '../convert.js';
import { decodedArray, decodedBytes } from '../decoded.js';
import { dtypeProblem } from '../dtype-remedy.js';
import { NATIVE_ORDER, parseDtype } from '../dtype.js';
import type { OpenArray } from '../open-npy.js';
import { toRowMajor } from '../row-major.js';
import { decodeText, textArray } from '../text-array.js';
import { ForbiddenGlobalError, PickleError, readPickle, type Pickled } from './pickle.js';
import { PickledArray } from './pickled-arrays.js';
import { utf8Text } from '../../text/byte-text.js';

/** Rows of so many bytes are pictures of CIFAR: red, green and blue planes of 32×32. */
const CIFAR_PIXELS = 3072;
const DEEPEST = 8;

/**
 * The arrays in a pickle, by the names they have in its dictionaries (`data`, `train_x`, `0_1` in tuples), of lists
 * too. Nothing in it is executed: whatever asks for it is refused.
 *
 * @throws InputError naming what the pickle asks Python to call, or where it is damaged.
 */
export async function openPickle(bytes: Bytes): Promise<ArrayArchive> {
  const tree = readTree(bytes, await bytes.read(0, bytes.sizeBytes));
  await bytes.assertUnchanged();
  const arrays = new Map<string, (role: Role) => OpenArray>();
  collect(tree, '', arrays, bytes, 0);
  if (arrays.size === 0) throw bytes.error('the pickle holds no arrays and no lists of numbers or names');
  return decodedArchive(bytes, arrays);
}

/** The data in a pickle. @throws InputError */
export function readTree(bytes: Bytes, content: Uint8Array): Pickled {
  try {
    return readPickle(content);
  } catch (error) {
    if (error instanceof ForbiddenGlobalError) {
      throw bytes.error(
        `the pickle asks Python to call ${error.global}; nothing in a pickle is executed here, and only numbers, text, lists, dictionaries and NumPy's arrays are read. Pickles run programs: unless you know who made this one, do not load it in Python either; whoever made it can save its arrays with np.savez`,
        error.offset,
      );
    }
    if (error instanceof PickleError) {
      throw bytes.error(
        `the pickle is damaged, or holds what is not read here: ${error.message}`,
        error.offset,
      );
    }
    throw error;
  }
}

function collect(
  value: Pickled,
  name: string,
  arrays: Map<string, (role: Role) => OpenArray>,
  bytes: Bytes,
  depth: number,
): void {
  const place = placeOf(bytes, name || 'x');
  const add = (open: (role: Role) => OpenArray) => arrays.set(name || 'x', open);
  if (depth > DEEPEST) return;
  if (value instanceof PickledArray) return void add((role) => openPickled(value, place, role));
  if (value instanceof Map) {
    for (const [key, item] of value as ReadonlyMap<unknown, Pickled>) {
      collect(item, name === '' ? String(key) : `${name}_${String(key)}`, arrays, bytes, depth + 1);
    }
    return;
  }
  if (!Array.isArray(value)) return;
  const list = value as readonly Pickled[];
  const leaf = leafOf(list, place);
  if (leaf !== undefined) add(leaf);
  // Tuples of arrays; a long list of anything else is no data.
  else if (list.length <= 64) {
    for (const [i, item] of list.entries())
      collect(item, name === '' ? String(i) : `${name}_${i}`, arrays, bytes, depth + 1);
  }
}

/** A list of numbers, or of names; undefined if it is neither. */
function leafOf(list: readonly Pickled[], place: ArrayPlace): ((role: Role) => OpenArray) | undefined {
  if (list.length === 0) return undefined;
  if (list.every((item) => typeof item === 'number' || typeof item === 'boolean')) {
    return () => numbersOf(list.map(Number), [list.length], place);
  }
  const texts = list.map(asText);
  return texts.every((text) => text !== undefined)
    ? () => textArray(texts, [texts.length], place)
    : undefined;
}

function asText(item: unknown): string | undefined {
  if (typeof item === 'string') return item;
  return item instanceof Uint8Array ? utf8Text(item) : undefined;
}

function numbersOf(numbers: readonly number[], shape: readonly number[], place: ArrayPlace): OpenArray {
  const isInteger = numbers.every((value) => (value | 0) === value);
  const { bytes, dtype } = decodedArray(
    place,
    isInteger ? Int32Array.from(numbers) : Float64Array.from(numbers),
  );
  return { bytes, header: { dtype, shape, dataOffset: 0, columnMajor: false } };
}

function openPickled(array: PickledArray, place: ArrayPlace, role: Role): OpenArray {
  const { descr, content } = array;
  const shape = picturesOf(array);
  if (!(content instanceof Uint8Array)) {
    if (content.every((item) => typeof item === 'number')) return numbersOf(content, shape, place);
    const texts = content.map(asText);
    if (texts.every((text) => text !== undefined)) return textArray(texts, shape, place);
    throw decodedBytes(place, new Uint8Array(0)).error(
      'holds objects that are neither numbers nor text; save numbers',
    );
  }
  const text = textOf(array);
  if (text !== undefined) return textArray(text, shape, place);
  const dtype = parseDtype(descr.replace(/^=/, NATIVE_ORDER));
  if (dtype === undefined) throw decodedBytes(place, content).error(dtypeProblem(descr, shape, place, role));
  const rows =
    array.columnMajor && shape.length > 1 ? toRowMajor(content, array.shape, dtype.sizeBytes) : content;
  return {
    bytes: decodedBytes(place, rows),
    header: { dtype, shape, dataOffset: 0, columnMajor: false },
  };
}

/** The text in an array of NumPy's text; undefined if it is none. */
function textOf({ descr, shape, content }: PickledArray): readonly string[] | undefined {
  const length = shape.reduce((product, size) => product * size, 1);
  return /^.?[US]\d/.test(descr) ? decodeText(descr, content as Uint8Array, length) : undefined;
}

/** `CIFAR`'s rows of 3072 bytes are 3×32×32. */
function picturesOf({ descr, shape }: PickledArray): readonly number[] {
  return shape.length === 2 && shape[1] === CIFAR_PIXELS && descr.endsWith('u1')
    ? [shape[0], 3, 32, 32]
    : shape;
}

function placeOf({ path, gzip }: Bytes, member: string): ArrayPlace {
  return { path, member, ...(gzip === true && { gzip }) };
}
