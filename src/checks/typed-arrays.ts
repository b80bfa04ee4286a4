import { className } from './class-name.js';

/**
 * What public functions make of the arrays that callers give them. Types are gone when JavaScript runs, and a device
 * reads bytes whatever they mean: each array is checked by its class and its values, taken if every value fits exactly,
 * and refused by name if not. Classes are told without `instanceof`, which fails for arrays of another realm (an iframe,
 * a worker's message, Node's vm).
 */

/** An array that a function cannot take: which argument, what it is, what is wanted, how to get there. */
export class ArrayError extends TypeError {
  override readonly name = 'ArrayError';
}

const { imul } = Math;

// Its getter of the tag reads the internal class of an array: undefined for all else, and not to be fooled.
const typedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype) as object;

/** Real numbers of any class that `copyOfFloat32` and `copyOfFloat64` read. */
export type NumberArray = ArrayLike<number> | ArrayLike<bigint>;

/** The arrays of real numbers that are used as they are. */
export type FloatArray = Float32Array | Float64Array;

/** `Float64Array` and the like; of any realm, and of subclasses such as Node's Buffer (a Uint8Array). */
export function typedArrayName(value: unknown): string | undefined {
  return Reflect.get(typedArrayPrototype, Symbol.toStringTag, value) as string | undefined;
}

/**
 * A private copy as float32: what the caller does with its array later changes nothing. NaN and infinities pass.
 *
 * @throws ArrayError if it is no array of numbers, or float32 cannot hold a value exactly
 */
export function copyOfFloat32(argument: string, value: unknown): Float32Array<ArrayBuffer> {
  const source = readable(argument, value, 'Float32Array');
  if (source.length > 0) numberAt(argument, source, 0, 'Float32Array'); // before a length that means nothing is allocated
  const copy = new Float32Array(source.length);
  if (typedArrayName(source) === 'Float32Array') {
    copy.set(source as Float32Array);
    return copy;
  }
  for (let i = 0; i < source.length; i++) {
    const exact = numberAt(argument, source, i, 'Float32Array');
    copy[i] = exact;
    if (copy[i] === exact || Number.isNaN(exact)) continue;
    throw new ArrayError(
      `${argument} is ${className(value)} whose element ${i} is ${exact}, which float32 cannot hold exactly ` +
        `(${copy[i]} is next to it). Round the values yourself: Float32Array.from(${argument}).`,
    );
  }
  return copy;
}

/**
 * A private copy as float64. NaN and infinities pass.
 *
 * @param wanted The class that errors name.
 * @throws ArrayError if it is no array of numbers, or holds a bigint that float64 cannot hold
 */
export function copyOfFloat64(
  argument: string,
  value: unknown,
  wanted = 'Float64Array',
): Float64Array<ArrayBuffer> {
  const source = readable(argument, value, wanted);
  if (source.length > 0) numberAt(argument, source, 0, wanted);
  const copy = new Float64Array(source.length);
  if (/^Float/.test(typedArrayName(source) ?? '')) {
    copy.set(source as FloatArray);
    return copy;
  }
  for (let i = 0; i < source.length; i++) copy[i] = numberAt(argument, source, i, wanted);
  return copy;
}

/**
 * The array itself if it is float32 or float64, as a view of this realm; any other array of numbers as float64. For
 * matrices, which are too large to be copied: see `ArrayGuard`.
 *
 * @throws ArrayError if it is no array of numbers
 */
export function floatArray(argument: string, value: unknown): FloatArray {
  const source = readable(argument, value, 'Float32Array or Float64Array');
  switch (typedArrayName(source)) {
    case 'Float32Array': {
      if (source instanceof Float32Array) return source;
      const { buffer, byteOffset, length } = source as unknown as Float32Array;
      return new Float32Array(buffer, byteOffset, length);
    }
    case 'Float64Array': {
      if (source instanceof Float64Array) return source;
      const { buffer, byteOffset, length } = source as unknown as Float64Array;
      return new Float64Array(buffer, byteOffset, length);
    }
    default:
      return copyOfFloat64(argument, value);
  }
}

/**
 * Notices that an array which is read while a computation goes on does not hold what it held at the start: the result
 * would be one of no matrix at all.
 */
export class ArrayGuard {
  private readonly before: string;

  constructor(
    private readonly argument: string,
    private readonly array: FloatArray,
  ) {
    this.before = digest(array);
  }

  /** @throws ArrayError */
  assertUnchanged(): void {
    if (digest(this.array) === this.before) return;
    throw new ArrayError(
      `${this.argument} was changed while the computation read it, so its result is worthless. Give it a copy ` +
        `(${this.argument}.slice()), or wait for the promise before the array is used again.`,
    );
  }
}

/** @throws ArrayError unless it is something with numbers at 0 … length − 1. */
function readable(argument: string, value: unknown, wanted: string): NumberArray {
  const refuse = (what: string, remedy: string): never => {
    throw new ArrayError(`${argument} is ${what}; ${wanted} is wanted. ${remedy}`);
  };
  if (typedArrayName(value) !== undefined) {
    const array = value as Uint8Array;
    if (array.length === 0 && isDetached(array.buffer)) {
      refuse(
        `${className(value)} whose buffer is detached`,
        'It was transferred to another thread: pass a copy, or transfer a copy.',
      );
    }
    return array;
  }
  if (Array.isArray(value)) return value as number[];
  if (ArrayBuffer.isView(value)) {
    refuse(
      className(value),
      `Say what its bytes are, as new Float32Array(${argument}.buffer, ${argument}.byteOffset, length).`,
    );
  }
  if (/^\[object (Shared)?ArrayBuffer\]$/.test(Object.prototype.toString.call(value))) {
    refuse(className(value), `Say what its bytes are, as new Float32Array(${argument}).`);
  }
  if (typeof value === 'object' && value !== null) {
    const { length } = value as { length?: unknown };
    if (Number.isSafeInteger(length) && (length as number) >= 0) return value as ArrayLike<number>;
    if (Symbol.iterator in value) {
      refuse(className(value), `Read its values out: ${wanted.split(' ')[0]}.from(${argument}).`);
    }
  }
  return refuse(
    className(value),
    'Give the numbers in a typed array, row-major, without arrays inside arrays.',
  );
}

/** @throws ArrayError unless element `i` is a number, or a bigint that is one. */
function numberAt(argument: string, source: NumberArray, i: number, wanted: string): number {
  const element: unknown = source[i];
  if (typeof element === 'number') return element;
  if (typeof element === 'bigint' && BigInt(Number(element)) === element) return Number(element);
  const nested = Array.isArray(element) || typedArrayName(element) !== undefined;
  const remedy = nested
    ? `Give one flat array: ${wanted}.from(${argument}.flatMap((row) => [...row])).`
    : `Give the numbers themselves: ${wanted}.from(${argument}, Number), if they are written so.`;
  throw new ArrayError(`${argument}: element ${i} is ${elementName(element)}; a number is wanted. ${remedy}`);
}

function elementName(element: unknown): string {
  if (typeof element === 'string') return `the text "${element}"`;
  if (typeof element === 'bigint') return `${element}n, more than float64 holds exactly`;
  return className(element);
}

function isDetached(buffer: ArrayBufferLike): boolean {
  if (buffer.byteLength > 0) return false;
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

/** Two multiplicative hashes of the 32-bit words. */
function digest({ buffer, byteOffset, byteLength }: FloatArray): string {
  const words = new Uint32Array(buffer, byteOffset, byteLength / 4);
  let [a, b] = [0x811c9dc5, 0x9e3779b9];
  for (let i = 0; i < words.length; i++) {
    a = imul(a ^ words[i], 0x01000193);
    b = imul((b ^ words[i]) + (b >>> 15), 0x85ebca6b);
  }
  return `${words.length} ${a} ${b}`;
}
