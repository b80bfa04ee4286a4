import { constants } from 'node:fs';
import { open, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileError, InputError } from '../checks/input-error.js';
import type { Bytes } from './bytes.js';
import { fileBytes } from './file-bytes.js';
import type { Host } from './host.js';
import { RARE_METHODS } from './rare-compression.js';

/** The files of this machine. */
export const disk: Host = {
  async kindOf(path) {
    const status = await stat(path).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ELOOP')
        throw new InputError(path, 'is a link that leads back to itself; remove it');
      throw fileError(path, error);
    });
    return status.isFile() ? 'file' : status.isDirectory() ? 'folder' : 'other';
  },
  namesIn: (folder) =>
    readdir(folder).catch((error: unknown) => {
      throw fileError(folder, error);
    }),
  split: (path) => ({ folder: dirname(path), name: basename(path) }),
  join,
  realPath: (folder) => realpath(folder),
  open: openFile,
  read: (path) =>
    readFile(path).catch((error: unknown) => {
      throw fileError(path, error);
    }),
  jpegCode: async () =>
    Uint8Array.from(
      await readFile(createRequire(import.meta.url).resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm')),
    ),
  heavy: {
    rareMethods: RARE_METHODS,
    openParquet: async (bytes) => (await import('./parquet.js')).openParquet(bytes),
  },
};

async function openFile(path: string): Promise<Bytes> {
  try {
    // Opening a pipe would wait for a writer otherwise. Windows has no such flag, and needs none: undefined is 0 here.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const status = await handle.stat();
      if (status.isDirectory()) throw new InputError(path, 'is a folder; name the files in it');
      if (!status.isFile()) throw new InputError(path, 'is not a regular file; save the data in one first');
      if (status.size === 0) throw new InputError(path, 'is empty (0 bytes)');
      return await fileBytes(path, handle);
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    throw fileError(path, error);
  }
}
