import { writeSync } from 'node:fs';
import { formatJson } from '../../files/format-json.js';
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
