import { ArgumentError, assertKeys, assertRunOptions } from '../checks/arguments.js';
import { className } from '../checks/class-name.js';
import { SILENT, type Reporter } from './reporter.js';

const REPORTER = Object.keys(SILENT) as (keyof Reporter)[];

/**
 * The options of a long job, none of them misspelt; what jobs have in common is checked: `reporter`, `signal`,
 * `memoryBytes`, `describe`.
 *
 * @param where The function, for the message.
 * @throws ArgumentError
 */
export function assertJobOptions(where: string, options: unknown, known: readonly string[]): void {
  assertKeys(where, options, known);
  assertRunOptions(where, options as object);
  const { reporter, describe } = options as {
    readonly reporter?: Partial<Reporter> | null;
    readonly describe?: unknown;
  };
  if (describe !== undefined && typeof describe !== 'function')
    throw new ArgumentError(`${where}: describe is ${className(describe)}; a function is wanted`);
  if (reporter === undefined) return;
  const lacks = REPORTER.find((name) => typeof reporter?.[name] !== 'function');
  if (lacks === undefined) return;
  throw new ArgumentError(
    `${where}: reporter is ${className(reporter)} without ${lacks}; a Reporter is wanted, such as { ...SILENT, ${lacks}: … }`,
  );
}
