import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PROCESS_TOKEN } from './process-token.js';

/** A result could not be written; nothing was left behind under its name that was not there before. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
  constructor(
    readonly file: string,
    cause: unknown,
  ) {
    const { code, message } = cause as NodeJS.ErrnoException;
    super(`${file}: cannot be written: ${REMEDIES[code ?? ''] ?? message}${code ? ` (${code})` : ''}`, {
      cause,
    });
  }
}

const REMEDIES: Partial<Record<string, string>> = {
  ENOSPC: 'the disk is full; free some space or write elsewhere',
  EDQUOT: 'the disk quota is used up; free some space or write elsewhere',
  EFBIG: 'the file grows beyond the limit of this system; write elsewhere',
  EACCES: 'permission denied; write elsewhere or make the folder writable',
  EPERM: 'permission denied; write elsewhere or make the folder writable',
  EROFS: 'the file system is read-only; write elsewhere',
  ENOENT: 'its folder does not exist; make it first',
  ENOTDIR: 'its folder is not a folder; check the path',
  EISDIR: 'a folder has that name; choose another',
};

let written = 0;

/**
 * A hidden name beside a file, which no other process gives, and which tells whether its process lives. A very long
 * name is cut: file systems allow 255 bytes.
 */
export function temporaryName(path: string): string {
  return join(dirname(path), `${temporaryPrefix(path)}${PROCESS_TOKEN}-${written++}.tmp`);
}

/** With what all names begin that `temporaryName` gives for a file. */
export function temporaryPrefix(path: string): string {
  return `.${Buffer.from(basename(path)).subarray(0, 180).toString('utf8')}.`;
}

/**
 * Writes a file whole or not at all: into a temporary file of the same folder, flushed to the disk, then renamed.
 *
 * @throws OutputError; the temporary file is removed, a file that had the name stays as it was.
 */
export async function writeAtomically(path: string, parts: Iterable<Uint8Array | string>): Promise<void> {
  const temporary = temporaryName(path);
  try {
    const handle = await open(temporary, 'wx');
    try {
      // Each part goes on where the one before it ended.
      for (const part of parts) await handle.writeFile(part);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new OutputError(path, error);
  }
}

/** Without it a power failure can undo a rename. Some systems do not sync folders. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // The file itself is on the disk.
  }
}
