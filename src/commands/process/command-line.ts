import { shellCommand } from '../../text/shell-words.js';

/** The command that is running, as it can be typed into a shell again. */
export function commandLine(words: readonly string[] = process.argv.slice(2)): string {
  return shellCommand(['cntk', ...words]);
}
