import { className } from './class-name.js';

/** An argument or option that a function cannot take; the message names it, its value and what is wanted. */
export class ArgumentError extends TypeError {
  override readonly name = 'ArgumentError';
}

type Options = Readonly<Record<string, unknown>>;

/**
 * The options of a function, none of them misspelt: one that is not known would be ignored without a word.
 *
 * @param where The function or argument, for the message.
 * @throws ArgumentError
 */
export function assertKeys(where: string, options: unknown, known: readonly string[]): void {
  const fault = keysFault(where, options, known);
  if (fault !== undefined) throw new ArgumentError(fault);
}

/** What is wrong with the keys of an object, for an error of whatever class; undefined if nothing is. */
export function keysFault(where: string, options: unknown, known: readonly string[]): string | undefined {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    return `${where} is given ${className(options)}; an object with ${known.join(', ')} is wanted`;
  const unknown = Object.entries(options).find(([key, value]) => !known.includes(key) && value !== undefined);
  return unknown && `${where} has no "${unknown[0]}"; it has ${known.join(', ')}`;
}

/** What options of long computations have in common. @throws ArgumentError */
export function assertRunOptions(where: string, options: object): void {
  const { signal, memoryBytes } = options as Options;
  if (signal !== undefined && !isSignal(signal)) {
    const inner: unknown = Reflect.get(Object(signal) as object, 'signal'); // of an AbortController
    throw new ArgumentError(
      `${where}: signal is ${className(signal)}; an AbortSignal is wanted${isSignal(inner) ? ', here its .signal' : ''}`,
    );
  }
  if (memoryBytes !== undefined && !(typeof memoryBytes === 'number' && memoryBytes > 0)) {
    throw new ArgumentError(
      `${where}: memoryBytes is ${shown(memoryBytes)}; a number of bytes > 0 is wanted`,
    );
  }
  for (const [name, value] of Object.entries(options as Options)) {
    if (/^on[A-Z]/.test(name) && value !== undefined && typeof value !== 'function') {
      throw new ArgumentError(`${where}: ${name} is ${className(value)}; a function is wanted`);
    }
  }
}

/** @throws ArgumentError unless it is a whole number ≥ `least`. */
export function assertCount(name: string, value: unknown, least = 1): asserts value is number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  throw new ArgumentError(`${name} is ${shown(value)}; a whole number ≥ ${least} is wanted`);
}

/** @throws ArgumentError unless it is one of these words. */
export function assertOneOf<T extends string>(
  name: string,
  value: unknown,
  words: readonly T[],
): asserts value is T {
  if ((words as readonly unknown[]).includes(value)) return;
  throw new ArgumentError(`${name} is ${shown(value)}; ${words.join(', ')} is wanted`);
}

/** @throws ArgumentError unless it is an array. */
export function assertArray(name: string, value: unknown, of: string): void {
  if (Array.isArray(value)) return;
  throw new ArgumentError(`${name} is ${className(value)}; an array of ${of} is wanted`);
}

/** @throws ArgumentError unless it is a text that is not empty. */
export function assertText(name: string, value: unknown): asserts value is string {
  if (typeof value === 'string' && value !== '') return;
  throw new ArgumentError(`${name} is ${shown(value)}; a text that is not empty is wanted`);
}

/** @throws ArgumentError unless it is true or false. */
export function assertFlag(name: string, value: unknown): asserts value is boolean {
  if (typeof value === 'boolean') return;
  throw new ArgumentError(`${name} is ${shown(value)}; true or false is wanted`);
}

/**
 * @param maker How one comes to such an object, for the message.
 * @throws ArgumentError unless it is of this class.
 */
export function assertInstance<T>(
  name: string,
  value: unknown,
  type: { readonly prototype: T },
  maker: string,
): asserts value is T {
  if (value instanceof (type as unknown as new () => T)) return;
  throw new ArgumentError(`${name} is ${className(value)}; what ${maker} gives is wanted`);
}

/**
 * @param maker The function that makes such an object.
 * @throws ArgumentError unless it has these fields, as what the function makes has.
 */
export function assertMade(name: string, value: unknown, maker: string, fields: readonly string[]): void {
  const isMade = typeof value === 'object' && value !== null;
  if (isMade && fields.every((field) => (value as Options)[field] !== undefined)) return;
  throw new ArgumentError(`${name} is ${className(value)}; what ${maker} gives is wanted`);
}

/** Height, width and channels of an image. @throws ArgumentError */
export function assertImageShape(where: string, shape: unknown): void {
  if (typeof shape !== 'object' || shape === null) {
    throw new ArgumentError(
      `${where} is ${className(shape)}; an object with channels, height, width is wanted`,
    );
  }
  for (const name of ['channels', 'height', 'width'])
    assertCount(`${where}.${name}`, (shape as Options)[name]);
}

/** A number as it is, a text in quotes, anything else by its class. */
export function shown(value: unknown): string {
  if (typeof value === 'number' || value === undefined || value === null) return String(value);
  return typeof value === 'string' ? `"${value}"` : className(value);
}

function isSignal(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as AbortSignal).throwIfAborted === 'function' &&
    typeof (value as AbortSignal).addEventListener === 'function'
  );
}
