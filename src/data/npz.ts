import { strFromU8, unzipSync } from 'fflate';
import { memoryBytes, type Bytes } from './bytes.js';
import { labelNames, namesImages, namesLabels, PLAIN_LABELS } from './label-names.js';

/** True for the first bytes of a .npz archive (a zip file of .npy files), also of an empty one. */
export function isNpz(start: Uint8Array): boolean {
  return ['PK\x03\x04', 'PK\x05\x06'].includes(strFromU8(start.subarray(0, 4), true));
}

/** An .npz archive in memory; arrays are unpacked when asked for. */
export interface NpzArchive {
  readonly file: string;
  /** Names of the arrays, without .npy. */
  readonly names: readonly string[];
  /** The .npy content of one array; in messages it is called `file.npz:name`. @throws InputError if there is none. */
  array(name: string): Bytes;
}

/** Opens an .npz archive. @throws InputError if it is no zip file, cut off, or holds no arrays. */
export async function openNpz(bytes: Bytes): Promise<NpzArchive> {
  const content = await bytes.read(0, bytes.sizeBytes);
  const unzip = (filter: (member: string) => boolean): Record<string, Uint8Array> => {
    try {
      return unzipSync(content, { filter: ({ name }) => filter(name) });
    } catch (error) {
      throw bytes.error(
        `the zip archive is cut off or damaged (${(error as Error).message}, ${content.length} bytes); fetch or save it again`,
      );
    }
  };
  const names: string[] = [];
  unzip((member) => {
    if (member.endsWith('.npy')) names.push(member.slice(0, -'.npy'.length));
    return false;
  });
  if (names.length === 0) throw bytes.error('the zip archive holds no .npy arrays; save it with np.savez');
  return {
    file: bytes.file,
    names,
    array(name) {
      if (!names.includes(name)) throw bytes.error(`has no array "${name}", only ${names.join(', ')}`);
      const member = `${name}.npy`;
      return memoryBytes(`${bytes.file}:${name}`, unzip((other) => other === member)[member], true);
    },
  };
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
  const example = candidates[0] ?? names[0];
  throw bytes.error(
    `which of the arrays ${names.join(', ')} holds the images is not clear; name it, as ${bytes.file}:${example}`,
  );
}

/** The labels that belong to these images, or undefined. @throws InputError if several could be meant. */
export function pickLabelsBeside(bytes: Bytes, names: readonly string[], images: string): string | undefined {
  const likely = labelNames(images);
  const named = names.filter((name) => likely.includes(name));
  const plain = names.filter((name) => PLAIN_LABELS.test(name));
  const others = names.length === 2 ? names.filter(namesLabels) : [];
  const candidates = [named, plain, others].find((list) => list.length > 0) ?? [];
  if (candidates.length > 1) {
    throw bytes.error(
      `which of the arrays ${candidates.join(', ')} holds the labels of ${images} is not clear; name it as labels, as ${bytes.file}:${candidates[0]}`,
    );
  }
  return candidates[0];
}

/** The array of labels of an archive named for its labels. @throws InputError if several could be meant. */
export function pickLabels(bytes: Bytes, names: readonly string[]): string {
  const named = names.filter(namesLabels);
  const candidates = named.length > 0 ? named : names;
  if (candidates.length === 1) return candidates[0];
  throw bytes.error(
    `which of the arrays ${names.join(', ')} holds the labels is not clear; name it, as ${bytes.file}:${candidates[0]}`,
  );
}
