import { memoryBytes, type Bytes } from './bytes.js';
import { shellWord, type Role } from './convert.js';
import { zipProblem } from './foreign-formats.js';
import { scipySparseLine } from './foreign-lines.js';
import { InputError } from '../checks/input-error.js';
import { labelNames, namesImages, namesLabels, PLAIN_LABELS } from './label-names.js';
import { npySizeBytes, parseNpyHeader } from './npy-header.js';
import { ZipArchive } from './zip-archive.js';

/** An open .npz archive (a zip file of .npy files); arrays are read when asked for. */
export interface NpzArchive {
  readonly file: string;
  /** Names of the arrays, without .npy. */
  readonly names: readonly string[];
  /**
   * The .npy content of one array, its checksum checked; in messages it is called `file.npz:name`.
   *
   * @throws InputError if there is none, or it is damaged.
   */
  array(name: string): Promise<Bytes>;
  /** The file is closed when the archive and all its arrays are. */
  close(): Promise<void>;
}

const NPY = '.npy';

/**
 * Opens an .npz archive, which takes over `bytes`.
 *
 * @param role What its arrays are wanted for.
 * @throws InputError if it is no zip file, cut off, or holds no arrays.
 */
export async function openNpz(bytes: Bytes, role: Role): Promise<NpzArchive> {
  const zip = await ZipArchive.open(bytes);
  const names = zip.names.filter((name) => name.endsWith(NPY)).map((name) => name.slice(0, -NPY.length));
  if (names.length === 0) throw bytes.error(zipProblem(bytes, zip.names));
  if (['indices', 'indptr', 'format', 'shape', 'data'].every((name) => names.includes(name))) {
    throw bytes.error(`is a sparse matrix of SciPy; save it as a full one: ${scipySparseLine(bytes)}`);
  }
  let users = 1;
  const release = async (): Promise<void> => {
    if (--users === 0) await bytes.close();
  };
  return {
    file: bytes.file,
    names,
    async array(name) {
      if (!names.includes(name)) {
        throw bytes.error(`has no array ${JSON.stringify(name)}, only ${listNames(names)}`);
      }
      const place = { path: bytes.path, member: name, ...(bytes.gzip === true && { gzip: true }) };
      const announced = (start: Uint8Array, complete: boolean): number => {
        const sizeBytes = complete ? start.length : Infinity;
        return npySizeBytes(parseNpyHeader({ ...memoryBytes(place, start, true), sizeBytes }, start, role));
      };
      users++;
      try {
        return await zip.member(name + NPY, name, announced, once(release));
      } catch (error) {
        await release();
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

/** More names than these are not listed. */
const MOST_NAMES = 20;

function listNames(names: readonly string[]): string {
  const shown = names
    .slice(0, MOST_NAMES)
    .map((name) => (/^[\w./:-]+$/.test(name) ? name : JSON.stringify(name)));
  const rest = names.length - shown.length;
  return shown.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

/** Which array is meant is not clear: an error whose hint is to be typed as it stands. */
function unclear(
  bytes: Bytes,
  names: readonly string[],
  what: string,
  example: string,
  how = 'name it',
): InputError {
  return bytes.error(
    `which of the arrays ${listNames(names)} holds ${what} is not clear; ${how}, as ${shellWord(`${bytes.path}:${example}`)}`,
  );
}

/** The only array of an archive. @throws InputError listing the names if there are several. */
export function pickOnly(bytes: Bytes, names: readonly string[], what: string): string {
  if (names.length === 1) return names[0];
  throw unclear(bytes, names, what, names[0]);
}

/**
 * The array of images of an archive: the one named for it (images, x, data, x_train, …), else the only one that is
 * not named for labels.
 *
 * @throws InputError listing the names if several could be meant.
 */
export function pickImages(bytes: Bytes, names: readonly string[]): string {
  for (const plain of ['images', 'x', 'data']) {
    const exact = names.filter((name) => name.toLowerCase() === plain);
    if (exact.length === 1) return exact[0];
  }
  const named = names.filter((name) => namesImages(name) && !namesLabels(name));
  const candidates = named.length > 0 ? named : names.filter((name) => !namesLabels(name));
  if (candidates.length === 1) return candidates[0];
  throw unclear(bytes, names, 'the images', candidates[0] ?? names[0]);
}

/** The labels that belong to these images, or undefined. @throws InputError if several could be meant. */
export function pickLabelsBeside(bytes: Bytes, names: readonly string[], images: string): string | undefined {
  const likely = labelNames(images);
  const named = names.filter((name) => likely.includes(name));
  const plain = names.filter((name) => PLAIN_LABELS.test(name));
  const others = names.length === 2 ? names.filter((name) => name !== images && namesLabels(name)) : [];
  const candidates = [named, plain, others].find((list) => list.length > 0) ?? [];
  if (candidates.length > 1) {
    const how = 'name it with the option for labels';
    throw unclear(bytes, candidates, `the labels of ${listNames([images])}`, candidates[0], how);
  }
  return candidates[0];
}

/** The array of labels of an archive named for its labels. @throws InputError if several could be meant. */
export function pickLabels(bytes: Bytes, names: readonly string[]): string {
  const named = names.filter(namesLabels);
  const candidates = named.length > 0 ? named : names;
  if (candidates.length === 1) return candidates[0];
  throw unclear(bytes, names, 'the labels', candidates[0]);
}
