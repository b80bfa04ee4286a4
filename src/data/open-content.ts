import { memoryBytes, pieces, type Bytes } from './bytes.js';
import type { Role } from './convert.js';
import { detectFormat, type Format } from './formats.js';
import type { Host } from './host.js';
import { idxSizeBytes } from './idx.js';
import { InputError } from '../checks/input-error.js';
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
export async function openContent(host: Host, path: string, role: Role): Promise<Content> {
  const bytes = await host.open(path);
  try {
    const start = await bytes.read(0, Math.min(bytes.sizeBytes, LONGEST_HEADER));
    if (!isGzip(start)) return { bytes, format: detectFormat(bytes, start, role) };
    const unpacked = await openGzip(bytes, role);
    await bytes.close();
    return unpacked;
  } catch (error) {
    await bytes.close();
    throw error;
  }
}

/** @throws InputError if an array is named of a file that is no archive. */
export function assertWhole({ bytes, format }: Content, array: string | undefined): void {
  if (array === undefined) return;
  throw bytes.error(
    `is in the format ${format} and holds one array; name the file alone, without ${JSON.stringify(`:${array}`)}`,
  );
}

/** True for the first bytes of a gzip file. */
export function isGzip(start: Uint8Array): boolean {
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
