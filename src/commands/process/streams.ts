import { writeSync } from 'node:fs';
import { messageOf } from './errors.js';

/**
 * A reader that closes its end early (`cntk … | head`) is no error; what cannot be written otherwise, such as data
 * redirected to a full disk, is one.
 */
export function guardStreams(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.exitCode = 1;
    process.stderr.write(`cntk: standard output cannot be written: ${error.message}\n`);
  });
  process.stderr.on('error', () => undefined);
  process.on('uncaughtException', (error) => {
    // The process is in no known state: say why and end, without waiting for anything.
    try {
      writeSync(2, `cntk: ${messageOf(error)}\n`);
    } finally {
      process.exit(1);
    }
  });
}

/** Prints data: the only use of stdout. */
export function printData(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** Prints one JSON object as data. */
export function printJson(value: object): void {
  printData(formatJson(value));
}

/** JSON as printed and as stored: indented, but rows of numbers on one line; with a newline at the end. */
export function formatJson(value: object): string {
  // Strings hold no line breaks in JSON, so what is matched is never inside one.
  const text = JSON.stringify(value, undefined, 2).replace(/\[\n([^[\]{}"]*)\]/g, (_, items: string) => {
    return `[${items.trim().replace(/\s+/g, ' ')}]`;
  });
  return `${text}\n`;
}
