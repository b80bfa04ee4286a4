import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { splitArrayPath } from './array-path.js';
import type { Bytes } from './bytes.js';
import { openCifar } from './cifar.js';
import { openIdxLabels } from './idx.js';
import { fileError, InputError } from '../checks/input-error.js';
import { labelNames } from './label-names.js';
import { packedLabels } from './label-shape.js';
import { openNpz, pickLabels } from './npz.js';
import { assertWhole, openNpyArray } from './open-array.js';
import { openContent } from './open-content.js';
import { readLabels, type PackedLabels } from './packed.js';

/** The labels in a .npy content. @throws InputError if its shape is none of labels. */
export async function openNpyLabels(content: Bytes): Promise<PackedLabels> {
  const { bytes, header } = await openNpyArray(content, 'labels');
  return packedLabels(bytes, header);
}

/**
 * Opens a file of labels: .npy, .npz (`file.npz:name` for one of its arrays) or IDX, each also as gzip.
 *
 * The caller closes `bytes`.
 *
 * @throws InputError if it is none of these or cannot be read.
 */
export async function openLabels(path: string): Promise<PackedLabels> {
  const { file, array } = await splitArrayPath(path);
  const { bytes, format } = await openContent(file, 'labels');
  try {
    if (format === 'npz') {
      const archive = await openNpz(bytes, 'labels');
      const labels = await openNpyLabels(await archive.array(array ?? pickLabels(bytes, archive.names)));
      await archive.close();
      return labels;
    }
    assertWhole({ bytes, format }, array);
    if (format === 'npy') return await openNpyLabels(bytes);
    if (format === 'idx') return await openIdxLabels(bytes);
    return openCifar(bytes).labels;
  } catch (error) {
    await bytes.close();
    throw error;
  }
}

/**
 * The labels of a file, and the number of classes (of the format, or the largest label + 1); `file` also names the
 * array that was chosen from an archive.
 *
 * @returns labels, [count].
 * @throws InputError as `openLabels`, and for a label that is no integer ≥ 0.
 */
export async function loadLabels(
  path: string,
): Promise<{ labels: Int32Array; classes: number; file: string }> {
  const packed = await openLabels(path);
  try {
    const labels = await readLabels(packed, 0, packed.count);
    if (labels.length === 0) throw packed.bytes.error('holds no labels');
    return { labels, classes: packed.classes ?? countClasses(labels), file: packed.bytes.file };
  } finally {
    await packed.bytes.close();
  }
}

/** The largest label + 1; 0 without labels. */
export function countClasses(labels: Int32Array): number {
  return labels.reduce((largest, label) => Math.max(largest, label), -1) + 1;
}

/**
 * The file of labels in the same folder as these images: X-labels.npy or X_labels.npy, train-labels-idx1-ubyte.gz,
 * y_train.npy beside x_train.npy, … ; undefined if there is none.
 *
 * @throws InputError if several could be meant.
 */
export async function labelsBeside(path: string): Promise<string | undefined> {
  const [folder, name] = [dirname(path), basename(path)];
  const [stem, extension, gzip] = splitExtension(name);
  const present = new Set(
    await readdir(folder).catch((error: unknown) => {
      throw fileError(folder, error);
    }),
  );
  const found = [...labelNames(stem), `${stem}-labels`, `${stem}_labels`].flatMap((labels) => {
    // The same labels packed and unpacked are no doubt.
    const file = [gzip, gzip === '' ? '.gz' : ''].map((end) => labels + extension + end);
    return file.find((candidate) => present.has(candidate)) ?? [];
  });
  if (found.length > 1) {
    throw new InputError(
      path,
      `its labels could be ${found.join(' or ')}; choose one with the option for labels`,
    );
  }
  return found.length === 0 ? undefined : join(folder, found[0]);
}

function splitExtension(name: string): [stem: string, extension: string, gzip: string] {
  const [, stem, extension = '', gzip = ''] = /^(.*?)(\.npy)?(\.gz)?$/i.exec(name)!;
  return [stem, extension, gzip];
}
