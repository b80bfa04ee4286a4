import { UsageError } from '../process/errors.js';
import { enteredGroup, knownOptionNames, suggestion } from './options.js';

/**
 * What yargs complains of, in one line with a hint; an error of a command itself comes back as it is.
 *
 * @param words The command line.
 */
export function usageErrorOf(
  message: string | null,
  error: Error | undefined,
  words: readonly string[],
): Error {
  if (error !== undefined && error.name !== 'YError') return error;
  const isCommand = knownOptionNames().length > 0;
  const groups = enteredGroup() === undefined ? 0 : 1;
  const problem =
    unknownOptions(words) ?? (isCommand ? rephrase(message) : unknownCommand(message, words[groups]));
  const help = ['cntk', ...words.slice(0, groups + (isCommand ? 1 : 0)), '--help'].join(' ');
  return new UsageError(`${problem ?? 'wrong arguments'}\n  "${help}" shows what there is`);
}

/** yargs reports them only when nothing else is wrong, and without a suggestion. */
function unknownOptions(words: readonly string[]): string | undefined {
  const known = knownOptionNames();
  if (known.length === 0) return undefined;
  const end = words.indexOf('--');
  const unknown = words
    .slice(0, end < 0 ? undefined : end)
    .filter((word) => word.startsWith('--'))
    .map((word) => kebabCase(word.slice(2).split('=')[0]))
    .filter((name) => !known.includes(name));
  if (unknown.length === 0) return undefined;
  return unknown
    .map((name) => {
      const near = suggestion(name, known);
      return `unknown option --${name}${near === undefined ? '' : `: did you mean --${near}?`}`;
    })
    .join('; ');
}

function rephrase(message: string | null): string | null {
  const extra = /^Unknown (?:command|argument)s?: (.*)$/.exec(message ?? '')?.[1];
  return extra === undefined ? message : `unexpected argument "${extra}"; options begin with --`;
}

function unknownCommand(message: string | null, command: string): string | null {
  if (message?.startsWith('Did you mean')) return `unknown command "${command}". ${message}`;
  return message?.startsWith('Unknown command') ? `unknown command "${command}"` : message;
}

/** yargs takes options in both spellings. */
function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
