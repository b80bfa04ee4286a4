import { InputError } from '../checks/input-error.js';
import { builtinModule } from './builtin-module.js';
import { inflate, type Wrapping } from './inflate.js';

/** An unpacked content of which nothing says the size may have so many bytes. */
export const MOST_UNANNOUNCED = 2 ** 30;
/** Memory taken before anything is unpacked. */
const FIRST_BYTES = 2 ** 20;

/** So much a page may take, which cannot ask how much there is. */
const PAGE_BYTES = 2 ** 31;

/** Bytes that one content may take. */
function mostMemory(): number {
  const { process } = globalThis as { process?: { availableMemory?: () => number } };
  const available = process?.availableMemory?.();
  if (available === undefined) return PAGE_BYTES;
  return Math.min(available, builtinModule('buffer')?.constants.MAX_LENGTH ?? 2 ** 32);
}

/**
 * Unpacks a compressed stream into memory; never more of it than `announced` says after a look at its start, so that
 * a few bytes cannot become gigabytes.
 *
 * @param announced Given the first `startBytes` bytes of the content, or all of it if that is less, the size of the
 *   whole; it may throw if this is nothing that is wanted.
 * @param refuse Makes the error for what is wrong.
 * @returns the content, and how many of the packed bytes it took; what is shorter than announced is for the caller to
 *   notice.
 * @throws InputError of `announced` and `refuse`
 */
export async function unpack(
  packed: AsyncIterable<Uint8Array>,
  wrapping: Wrapping,
  startBytes: number,
  announced: (start: Uint8Array, complete: boolean) => number,
  refuse: (problem: string, cause?: unknown) => InputError,
): Promise<{ readonly content: Uint8Array; readonly usedBytes: number }> {
  let content = new Uint8Array(Math.max(FIRST_BYTES, startBytes));
  let length = 0;
  let limit: number | undefined;
  const settle = (complete: boolean): number => {
    const sizeBytes = announced(content.subarray(0, length), complete);
    const most = mostMemory();
    if (!(sizeBytes <= most)) {
      throw refuse(`its header announces ${sizeBytes} unpacked bytes, but memory holds ${most}`);
    }
    return sizeBytes;
  };
  let usedBytes: number;
  try {
    usedBytes = await inflate(packed, wrapping, async (chunks) => {
      for await (const chunk of chunks) {
        if (limit === undefined && length >= startBytes) limit = settle(false);
        const most = limit ?? Infinity;
        if (length + chunk.length > most) {
          throw refuse(tooMuch(most));
        }
        if (length + chunk.length > content.length) {
          const larger = new Uint8Array(Math.max(length + chunk.length, Math.min(2 * content.length, most)));
          larger.set(content.subarray(0, length));
          content = larger;
        }
        content.set(chunk, length);
        length += chunk.length;
      }
    });
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw refuse(`is cut off or damaged (${(error as Error).message})`, error);
  }
  limit ??= settle(true);
  if (length > limit) throw refuse(tooMuch(limit));
  return { content: content.subarray(0, length), usedBytes };
}

function tooMuch(limit: number): string {
  const whose = limit === MOST_UNANNOUNCED ? 'the most that is unpacked here' : 'that its header announces';
  return `its packed bytes unpack to more than the ${limit} bytes ${whose}`;
}
