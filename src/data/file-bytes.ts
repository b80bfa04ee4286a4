import type { FileHandle } from 'node:fs/promises';
import { fileError, InputError } from '../checks/input-error.js';
import { endsEarly, type Bytes } from './bytes.js';

/** The content of an open file of this size. */
export async function fileBytes(path: string, handle: FileHandle): Promise<Bytes> {
  const opened = await handle.stat();
  const sizeBytes = opened.size;
  const bytes: Bytes = {
    path,
    file: path,
    sizeBytes,
    async read(offset, length) {
      // Before memory is taken for what a damaged header asks for.
      if (offset + length > sizeBytes) throw endsEarly(bytes, offset + length);
      const content = new Uint8Array(length);
      for (let done = 0; done < length;) {
        // One system call moves less than 2 GiB.
        const piece = Math.min(length - done, 2 ** 30);
        const { bytesRead } = await handle
          .read(content, done, piece, offset + done)
          .catch((error: unknown) => {
            throw fileError(path, error);
          });
        if (bytesRead === 0) throw endsEarly(bytes, offset + length, offset + done);
        done += bytesRead;
      }
      return content;
    },
    async assertUnchanged() {
      const { size, mtimeMs } = await handle.stat();
      if (size === opened.size && mtimeMs === opened.mtimeMs) return;
      throw bytes.error(
        `was changed while it was read (${opened.size} bytes of ${opened.mtime.toISOString()}, now ${size} of ${new Date(mtimeMs).toISOString()}); read it again when it is complete`,
      );
    },
    error: (problem, offset, option) => new InputError(path, problem, { offset, option }),
    close: () => handle.close(),
  };
  return bytes;
}
