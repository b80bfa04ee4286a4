import { stat } from 'node:fs/promises';
import { OutputError } from '../../files/atomic-file.js';

// How a place for results is seen to be lost while they were computed: taken by another run, or gone.

/** What has the name of a result was not there, or was another, when the run began. */
export class TakenError extends Error {
  override readonly name = 'TakenError';
}

export function takenByRun(): TakenError {
  return new TakenError('another run has put its results there meanwhile');
}

/** Whether a name is at fault, and another may do. */
export function isAboutName(error: unknown): boolean {
  const codes = ['ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EISDIR', 'ENOENT', 'EBUSY'];
  return error instanceof TakenError || codes.includes(codeOf(error) ?? '');
}

export function codeOf(error: unknown): string | undefined {
  return (causeOf(error) as NodeJS.ErrnoException).code;
}

/** The error of the file system, where a writer has put it in words. */
export function causeOf(error: unknown): unknown {
  return error instanceof OutputError ? error.cause : error;
}

/** What tells a file from another of its name; undefined if there is none. */
export async function stampOf(file: string): Promise<string | undefined> {
  const status = await stat(file, { bigint: true }).catch(() => undefined);
  return status && `${status.dev} ${status.ino} ${status.mtimeNs} ${status.size}`;
}
