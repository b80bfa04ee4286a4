import { className } from '../checks/class-name.js';

/** An argument or option that a function cannot take; the message names it, its value and what is wanted. */
export class ArgumentError extends TypeError {
  override readonly name = 'ArgumentError';
}

/**
 * The options of a function, none of them misspelt: one that is not known would be ignored without a word.
 *
 * @param where The function or argument, for the message.
 * @throws ArgumentError
 */
export function assertKeys(where: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ArgumentError(
      `${where} is given ${className(options)}; an object with ${known.join(', ')} is wanted`,
    );
  }
  const unknown = Object.entries(options).find(([key, value]) => !known.includes(key) && value !== undefined);
  if (unknown !== undefined) {
    throw new ArgumentError(`${where} has no "${unknown[0]}"; it has ${known.join(', ')}`);
  }
}
