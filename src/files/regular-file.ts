import { constants, type Stats } from 'node:fs';
import { lstat, open, type FileHandle } from 'node:fs/promises';

/** In the place of a file of a store stands something else. */
export class NotRegularError extends Error {
  override readonly name = 'NotRegularError';
}

/**
 * Opens a file of a store to read it. What stands in its place is never followed or waited for: a link leads out of the
 * store, a named pipe waits for a writer, a device for whatever it waits.
 *
 * @throws NotRegularError; the error of the file system, with its `code`
 */
export async function openRegular(path: string): Promise<FileHandle> {
  assertRegular(await lstat(path));
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;
  const handle = await open(path, O_RDONLY! | O_NOFOLLOW | O_NONBLOCK);
  try {
    // It may have been exchanged in between.
    assertRegular(await handle.stat());
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Reads a small text file of a store. @throws as `openRegular`; NotRegularError if it is longer than that. */
export async function readRegular(path: string, mostBytes: number): Promise<string> {
  const handle = await openRegular(path);
  try {
    const { size } = await handle.stat();
    if (size > mostBytes)
      throw new NotRegularError(`has ${size} bytes, and a file of this kind at most ${mostBytes}`);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

function assertRegular(status: Stats): void {
  if (!status.isFile()) throw new NotRegularError(`is no regular file but ${kindOf(status)}`);
}

function kindOf(status: Stats): string {
  if (status.isSymbolicLink()) return 'a symbolic link';
  if (status.isDirectory()) return 'a folder';
  if (status.isFIFO()) return 'a named pipe';
  return status.isSocket() ? 'a socket' : 'a device';
}
