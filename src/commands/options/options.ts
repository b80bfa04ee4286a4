import type { Argv, InferredOptionTypes, Options } from 'yargs';
import { UsageError } from '../process/errors.js';

// Every option is read as text and turned into its value here, so that each wrong value is named in the same words.

type Text<T> = Readonly<{
  group: string;
  describe: string;
  requiresArg: true;
  type: 'string';
  coerce: (text: string) => T;
}>;
type TextList = Readonly<{
  group: string;
  describe: string;
  requiresArg: true;
  type: 'array';
  string: true;
  coerce: (texts: string[]) => string[];
}>;
type Flag = Readonly<{ group: string; describe: string; type: 'boolean' }>;

/** What the user may leave out: undefined then. */
export function optional<T>(option: Text<T>): Text<T | undefined>;
export function optional(
  option: TextList,
): Readonly<{ coerce: (texts: string[]) => string[] | undefined }> & TextList;
export function optional<T>(option: T): T {
  return option;
}

export function required<O extends object>(option: O): O & { readonly demandOption: true } {
  return { ...option, demandOption: true };
}

/** @param value As the user would type it. */
export function withDefault<O extends object>(option: O, value: string): O & { readonly default: string } {
  return { ...option, default: value };
}

export function text(group: string, describe: string): Text<string> {
  return parsed(group, describe, (value) => value);
}

/** One or several values; the option may be repeated. */
export function textList(group: string, describe: string): TextList {
  const coerce = (values: string[]) => {
    if (values.includes('')) throw new Error('an empty name');
    return values;
  };
  return { group, describe, requiresArg: true, type: 'array', string: true, coerce };
}

export function flag(group: string, describe: string): Flag {
  return { group, describe, type: 'boolean' };
}

export function integer(group: string, describe: string, least: number): Text<number> {
  return parsed(group, describe, (value) => parseInteger(value, least));
}

export function choice<T extends string>(group: string, describe: string, choices: readonly T[]): Text<T> {
  return parsed(group, `${describe}: ${choices.join(', ')}`, (value) => parseChoice(value, choices));
}

/** An option with a parser of its own. @param parse Throws an error that says what is wrong with the value. */
export function parsed<T>(group: string, describe: string, parse: (value: string) => T): Text<T> {
  const coerce = (value: string) => {
    if (value === '') throw new Error('a value is missing');
    return parse(value);
  };
  return { group, describe, requiresArg: true, type: 'string', coerce };
}

/** Values separated by commas, as in `3,11,21`. */
export function list<T>(parse: (value: string) => T): (value: string) => T[] {
  return (value) => value.split(',').map((item) => parse(item.trim()));
}

export function parseInteger(value: string, least: number): number {
  const number = Number(value);
  if (/^[+-]?\d+$/.test(value) && Number.isSafeInteger(number) && number >= least) return number;
  throw new Error(`"${value}" is not an integer of at least ${least}`);
}

export function parseNonNegative(value: string): number {
  const number = Number(value);
  if (value.trim() !== '' && number >= 0 && number < Infinity) return number;
  throw new Error(`"${value}" is not a number ≥ 0`);
}

export function parseChoice<T extends string>(value: string, choices: readonly T[]): T {
  const found = choices.find((item) => item === value);
  if (found === undefined) throw new Error(`"${value}" is none of ${choices.join(', ')}`);
  return found;
}

/** Names of the options of the command that is being parsed, for suggestions. */
let optionNames: readonly string[] = [];

export function knownOptionNames(): readonly string[] {
  return optionNames;
}

/** The command whose sub-command is being parsed, if it has any. */
let group: string | undefined;

export function enteredGroup(): string | undefined {
  return group;
}

/** Says that what follows on the command line is a sub-command of `name`. */
export function enterGroup(name: string): void {
  group = name;
}

/** Adds options to a command; what their parsers complain of is reported with the option's name. */
export function defineOptions<T, O extends Readonly<Record<string, Options>>>(
  argv: Argv<T>,
  options: O,
): Argv<Omit<T, keyof O> & InferredOptionTypes<O>> {
  optionNames = [...Object.keys(options), 'help', 'version'];
  return argv.options(
    Object.fromEntries(
      Object.entries(options).map(([name, option]) => [
        name,
        option.coerce ? { ...option, coerce: withName(name, option) } : option,
      ]),
    ) as O,
  );
}

function withName(name: string, { coerce, type }: Options): (value: unknown) => unknown {
  return (value) => {
    if (Array.isArray(value) && type !== 'array') {
      throw new UsageError(`--${name} is given ${value.length} times; give it once`);
    }
    try {
      return coerce!(value) as unknown;
    } catch (error) {
      throw new UsageError(`--${name}: ${(error as Error).message}`);
    }
  };
}

/** The option or command that a misspelt one may mean; undefined if none is near. */
export function suggestion(unknown: string, known: readonly string[]): string | undefined {
  const nearest = known
    .map((name) => ({ name, distance: editDistance(unknown, name) }))
    .sort((a, b) => a.distance - b.distance)
    .at(0);
  return nearest && nearest.distance <= Math.ceil(unknown.length / 3) ? nearest.name : undefined;
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}
