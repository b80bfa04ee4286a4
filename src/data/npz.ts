import { noSuchArray, type ArrayArchive } from './array-archive.js';
import { memoryBytes, type Bytes } from './bytes.js';
import { zipProblem } from './foreign-formats.js';
import { scipySparseLine } from './foreign-lines.js';
import { npySizeBytes, parseNpyHeader } from './npy-header.js';
import { openNpyArray } from './open-npy.js';
import type { RareMethods } from './rare-compression.js';
import { ZipArchive } from './zip-archive.js';

const NPY = '.npy';

/** What macOS adds to archives beside every file. */
const OF_MACOS = /(?:^|\/)(?:__MACOSX\/|\._)/;

/**
 * Opens an .npz archive (a zip file of .npy files), which takes over `bytes`; arrays are read when asked for, their
 * checksums compared. In messages they are called `file.npz:name`.
 *
 * @throws InputError if it is no zip file, cut off, or holds no arrays.
 */
export async function openNpz(bytes: Bytes, rareMethods: RareMethods = {}): Promise<ArrayArchive> {
  const zip = await ZipArchive.open(bytes, rareMethods);
  const names = zip.names
    .filter((name) => name.endsWith(NPY) && !OF_MACOS.test(name))
    .map((name) => name.slice(0, -NPY.length));
  if (names.length === 0) throw bytes.error(zipProblem(bytes, zip.names));
  if (['indices', 'indptr', 'format', 'shape', 'data'].every((name) => names.includes(name))) {
    throw bytes.error(`is a sparse matrix of SciPy; save it as a full one: ${scipySparseLine(bytes)}`);
  }
  let users = 1;
  const release = async (): Promise<void> => {
    if (--users === 0) await bytes.close();
  };
  return {
    names,
    async open(name, role) {
      if (!names.includes(name)) throw noSuchArray(bytes, name, names);
      const place = { path: bytes.path, member: name, ...(bytes.gzip === true && { gzip: true }) };
      const announced = (start: Uint8Array, complete: boolean): number => {
        const sizeBytes = complete ? start.length : Infinity;
        return npySizeBytes(parseNpyHeader({ ...memoryBytes(place, start, true), sizeBytes }, start, role));
      };
      users++;
      const closeOnce = once(release);
      try {
        return await openNpyArray(await zip.member(name + NPY, name, announced, closeOnce), role);
      } catch (error) {
        await closeOnce();
        throw error;
      }
    },
    close: once(release),
  };
}

function once(action: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= action());
}
