import { open, stat, type FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { fileError, InputError } from './input-error.js';

/** The content of a file (unpacked, if it was compressed) with random access: only what is asked for is read. */
export interface Bytes {
  /** The file as the user named it, for messages. */
  readonly file: string;
  readonly sizeBytes: number;
  /** All of it is in memory, as what was compressed is. */
  readonly inMemory?: true;
  /**
   * `length` bytes from `offset`; the caller does not write to them.
   *
   * @throws InputError if the content ends before.
   */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** An error about this content, at this byte. */
  error(problem: string, offset?: number): InputError;
  close(): Promise<void>;
}

/** Content that is in memory: a member of an archive, or an unpacked file. */
export function memoryBytes(file: string, content: Uint8Array, unpacked = false): Bytes {
  const bytes: Bytes = {
    file,
    sizeBytes: content.length,
    inMemory: true,
    read: (offset, length) =>
      offset + length <= content.length
        ? Promise.resolve(content.subarray(offset, offset + length))
        : Promise.reject(endsEarly(bytes, offset + length)),
    error: (problem, offset) => new InputError(file, problem, { offset, unpacked }),
    close: () => Promise.resolve(),
  };
  return bytes;
}

/**
 * Opens a file for reading; a gzip file (known by its first bytes, not by its name) is unpacked into memory.
 *
 * @throws InputError if it cannot be opened, is no regular file, is empty, or its gzip stream is damaged.
 */
export async function openBytes(path: string): Promise<Bytes> {
  try {
    // Before opening: opening a pipe would wait for a writer.
    const status = await stat(path);
    if (status.isDirectory()) throw new InputError(path, 'is a folder; name the files in it');
    if (!status.isFile()) throw new InputError(path, 'is not a regular file; save the data in one first');
    if (status.size === 0) throw new InputError(path, 'is empty (0 bytes)');
    const bytes = fileBytes(path, await open(path, 'r'), status.size);
    try {
      const magic = await bytes.read(0, Math.min(2, bytes.sizeBytes));
      if (magic[0] !== 0x1f || magic[1] !== 0x8b) return bytes;
      const unpacked = await unpackGzip(path, await bytes.read(0, bytes.sizeBytes));
      await bytes.close();
      return memoryBytes(path, unpacked, true);
    } catch (error) {
      await bytes.close();
      throw error;
    }
  } catch (error) {
    throw fileError(path, error);
  }
}

function fileBytes(file: string, handle: FileHandle, sizeBytes: number): Bytes {
  const bytes: Bytes = {
    file,
    sizeBytes,
    async read(offset, length) {
      const content = new Uint8Array(length);
      for (let done = 0; done < length;) {
        // One system call moves less than 2 GiB.
        const piece = Math.min(length - done, 2 ** 30);
        const { bytesRead } = await handle
          .read(content, done, piece, offset + done)
          .catch((error: unknown) => {
            throw fileError(file, error);
          });
        if (bytesRead === 0) throw endsEarly(bytes, offset + length, offset + done);
        done += bytesRead;
      }
      return content;
    },
    error: (problem, offset) => new InputError(file, problem, { offset }),
    close: () => handle.close(),
  };
  return bytes;
}

function endsEarly(bytes: Bytes, expectedBytes: number, foundBytes = bytes.sizeBytes): InputError {
  return bytes.error(`expected ${expectedBytes} bytes, but the content ends after ${foundBytes}`, foundBytes);
}

async function unpackGzip(file: string, packed: Uint8Array): Promise<Uint8Array> {
  try {
    // Not fflate's: zlib checks the length and the checksum at the end of the stream.
    return await promisify(gunzip)(packed);
  } catch (error) {
    const problem = `the gzip stream is cut off or damaged (${(error as Error).message}, ${packed.length} packed bytes); fetch the file again`;
    throw new InputError(file, problem, { cause: error });
  }
}
