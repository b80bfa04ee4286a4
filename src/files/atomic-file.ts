import { statfsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { temporaryFile } from './leftovers.js';

/** A result could not be written; nothing was left behind under its name that was not there before. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
  /** @param kept Where what was computed lies instead. */
  constructor(
    readonly file: string,
    cause: unknown,
    kept?: string,
  ) {
    super(
      `${file}: cannot be written: ${writeProblem(file, cause)}${kept === undefined ? '' : `; ${kept}`}`,
      {
        cause,
      },
    );
  }
}

const GONE = 'the file system that it lies on is gone (unmounted, or its server is away); mount it again';

const REMEDIES: Partial<Record<string, string>> = {
  ENOSPC: 'the disk is full; free some space or write elsewhere',
  EDQUOT: 'the disk quota is used up; free some space or write elsewhere',
  EFBIG:
    'the file grows beyond the largest size that is allowed here; raise the limit (ulimit -f) or write elsewhere',
  EACCES: 'permission denied; write elsewhere or make the folder writable',
  EPERM: 'permission denied; write elsewhere or make the folder writable',
  EROFS: 'the file system is read-only; write elsewhere',
  ENOENT:
    'its folder does not exist; make it first, or bring it back if it was removed or unmounted meanwhile',
  ENOTDIR: 'its folder is not a folder; check the path',
  EISDIR: 'a folder has that name; choose another',
  ENOTEMPTY: 'a folder has that name, and there is something in it; choose another',
  EEXIST: 'the name is taken; choose another',
  ENAMETOOLONG: 'the name is too long for this file system; choose a shorter one',
  ELOOP: 'its path goes round in a circle of links; check the path',
  EMFILE: 'this process may open no more files; raise the limit (ulimit -n)',
  ENFILE: 'this machine can open no more files; end other programs',
  EXDEV: 'it lies on another file system than its folder; write elsewhere',
  EIO: 'the device reports an error; check the disk, or write elsewhere',
  ESTALE: GONE,
  ENOTCONN: GONE,
  ENODEV: GONE,
  ENXIO: GONE,
  EHOSTDOWN: GONE,
  ETIMEDOUT: GONE,
};

/** The error of the file system in words, with the remedy and the code. */
function writeProblem(file: string, cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === undefined) return message;
  if (code === 'ENOSPC' && hasNoInodes(dirname(file))) {
    return `the file system has room, but can hold no more files (inodes); remove some files or write elsewhere (${code})`;
  }
  return `${REMEDIES[code] ?? message} (${code})`;
}

/** A file system of that kind has a fixed number of them; others say 0 of 0. */
function hasNoInodes(folder: string): boolean {
  try {
    const { files, ffree, bavail } = statfsSync(folder);
    return files > 0 && ffree === 0 && bavail > 0;
  } catch {
    return false;
  }
}

/**
 * Writes a file whole or not at all: into a temporary file of the same folder, flushed to the disk, then renamed.
 *
 * @throws OutputError; the temporary file is removed, a file that had the name stays as it was.
 */
export async function writeAtomically(path: string, parts: Iterable<Uint8Array | string>): Promise<void> {
  const temporary = temporaryFile(path);
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
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // The file itself is on the disk.
  }
}
