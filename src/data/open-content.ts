import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { memoryBytes, pieces, type Bytes } from './bytes.js';
import { fileBytes } from './file-bytes.js';
import type { Role } from './convert.js';
import { detectFormat, type Format } from './formats.js';
import { idxSizeBytes } from './idx.js';
import { fileError, InputError } from '../checks/input-error.js';
import { LONGEST_HEADER, npySizeBytes, parseNpyHeader } from './npy-header.js';
import { MOST_UNANNOUNCED, unpack } from './unpack.js';
import { shellWord } from '../text/shell-words.js';

/** A file that is open, and the format that its content shows. */
export interface Content {
  readonly bytes: Bytes;
  readonly format: Format;
}

/**
 * Opens a file for reading; a gzip file (known by its first bytes, not by its name) is unpacked into memory, but not
 * more of it than its header announces.
 *
 * @param role What it is wanted for; the remedy for another format depends on it.
 * @throws InputError if it cannot be opened, is no regular file, is empty, is in no format that is read here, or its
 * gzip stream is damaged.
 */
export async function openContent(path: string, role: Role): Promise<Content> {
  try {
    // Opening a pipe would wait for a writer otherwise. Windows has no such flag, and needs none: undefined is 0 here.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const status = await handle.stat();
      if (status.isDirectory()) throw new InputError(path, 'is a folder; name the files in it');
      if (!status.isFile()) throw new InputError(path, 'is not a regular file; save the data in one first');
      if (status.size === 0) throw new InputError(path, 'is empty (0 bytes)');
      const bytes = await fileBytes(path, handle);
      const start = await bytes.read(0, Math.min(bytes.sizeBytes, LONGEST_HEADER));
      if (!isGzip(start)) return { bytes, format: detectFormat(bytes, start, role) };
      const unpacked = await openGzip(bytes, role);
      await handle.close();
      return unpacked;
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    throw fileError(path, error);
  }
}

function isGzip(start: Uint8Array): boolean {
  return start[0] === 0x1f && start[1] === 0x8b;
}

async function openGzip(bytes: Bytes, role: Role): Promise<Content> {
  const place = { path: bytes.path, gzip: true };
  const announced = (start: Uint8Array, complete: boolean): number => {
    // What is known of the content before all of it is.
    const sizeBytes = complete ? start.length : Infinity;
    const head: Bytes = { ...memoryBytes(place, start, true), sizeBytes };
    if (isGzip(start)) throw head.error('is packed with gzip twice; unpack it once (gunzip) first', 0);
    const format = detectFormat(head, start, role);
    if (format === 'npy') return npySizeBytes(parseNpyHeader(head, start, role));
    if (format === 'idx') return idxSizeBytes(head, start);
    return MOST_UNANNOUNCED;
  };
  const { content } = await unpack(pieces(bytes), 'gzip', LONGEST_HEADER, announced, (problem, cause) => {
    const what = problem.startsWith('is cut off')
      ? `the gzip stream ${problem}, ${bytes.sizeBytes} packed bytes; fetch the file again`
      : `${problem}; if the file is right, unpack it and name what comes out: gunzip -k ${shellWord(bytes.path)}`;
    return new InputError(bytes.path, what, { cause });
  });
  await bytes.assertUnchanged();
  const unpacked = memoryBytes(place, content, true);
  return { bytes: unpacked, format: detectFormat(unpacked, content.subarray(0, LONGEST_HEADER), role) };
}
