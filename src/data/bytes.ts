import type { ArrayPlace } from './convert.js';
import { InputError } from '../checks/input-error.js';

/** The content of a file (unpacked, if it was compressed) with random access: only what is asked for is read. */
export interface Bytes extends ArrayPlace {
  /** The file as the user named it, for messages; of a member of an archive `file.npz:name`. */
  readonly file: string;
  readonly sizeBytes: number;
  /** It is in memory: it was unpacked, or reordered. */
  readonly inMemory?: boolean;
  /**
   * `length` bytes from `offset`; the caller does not write to them.
   *
   * @throws InputError if the content ends before.
   */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** @throws InputError if the file was written to since it was opened: what was read may be of two states. */
  assertUnchanged(): Promise<void>;
  /** An error about this content, at this byte, which this option of the command line settles. */
  error(problem: string, offset?: number, option?: string): InputError;
  close(): Promise<void>;
}

/** How a message calls this content. */
export function placeName({ path, member }: ArrayPlace): string {
  return member === undefined ? path : `${path}:${member}`;
}

/** Content that is in memory: a member of an archive, or an unpacked file. */
export function memoryBytes(place: ArrayPlace, content: Uint8Array, unpacked = false): Bytes {
  const file = placeName(place);
  const bytes: Bytes = {
    ...place,
    file,
    sizeBytes: content.length,
    inMemory: true,
    read: (offset, length) =>
      offset + length <= content.length
        ? Promise.resolve(content.subarray(offset, offset + length))
        : Promise.reject(endsEarly(bytes, offset + length)),
    assertUnchanged: () => Promise.resolve(),
    error: (problem, offset, option) => new InputError(file, problem, { offset, unpacked, option }),
    close: () => Promise.resolve(),
  };
  return bytes;
}

/** `length` bytes of a content from `start` on, as a content of their own; `close` is called once at its end. */
export function rangeBytes(
  whole: Bytes,
  place: ArrayPlace,
  start: number,
  length: number,
  close: () => Promise<void>,
): Bytes {
  const file = placeName(place);
  const bytes: Bytes = {
    ...place,
    file,
    sizeBytes: length,
    inMemory: whole.inMemory === true,
    read: (offset, size) =>
      offset + size <= length
        ? whole.read(start + offset, size)
        : Promise.reject(endsEarly(bytes, offset + size)),
    assertUnchanged: () => whole.assertUnchanged(),
    error: (problem, offset, option) => new InputError(file, problem, { offset, unpacked: true, option }),
    close,
  };
  return bytes;
}

const PIECE_BYTES = 2 ** 20;

/** The bytes from `start` on, in pieces. */
export async function* pieces(bytes: Bytes, start = 0, length = bytes.sizeBytes): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < length; done += PIECE_BYTES) {
    yield await bytes.read(start + done, Math.min(PIECE_BYTES, length - done));
  }
}

export function endsEarly(bytes: Bytes, expectedBytes: number, foundBytes = bytes.sizeBytes): InputError {
  return bytes.error(`expected ${expectedBytes} bytes, but the content ends after ${foundBytes}`, foundBytes);
}
