import { splitArrayPath } from './array-path.js';
import type { Bytes } from './bytes.js';
import { cifarNames } from './cifar-names.js';
import { openCifar, openCifar100 } from './cifar.js';
import { openIdxLabels } from './idx.js';
import { InputError } from '../checks/input-error.js';
import type { Host } from './host.js';
import { labelNames } from './label-names.js';
import { packedLabels } from './label-shape.js';
import type { ArrayArchive } from './array-archive.js';
import { archiveOf } from './archives.js';
import { namedLabels } from './named-labels.js';
import { pickLabels } from './pick-array.js';
import { assertWhole, openContent } from './open-content.js';
import { openNpyArray, type OpenArray } from './open-npy.js';
import { openTableOf } from './open-table.js';
import type { ParquetTable } from './parquet-table.js';
import type { PackedLabels } from './packed.js';
import { formatShape } from './shape.js';
import { isText } from './text-array.js';

/** The labels in an array; names become numbers. @throws InputError if its shape is none of labels. */
export async function labelsOf({ bytes, header }: OpenArray): Promise<PackedLabels> {
  if (!isText(header.dtype)) return packedLabels(bytes, header);
  const { shape, dtype, dataOffset } = header;
  const length = shape.reduce((product, size) => product * size, 1);
  if (length !== shape[0]) {
    throw bytes.error(
      `labels that are names are an array of shape (N,) or N×1, but this one is ${formatShape(shape)}`,
    );
  }
  const content = await bytes.read(dataOffset, length * dtype.sizeBytes);
  const labels = namedLabels(bytes, dtype.texts(content, length));
  await bytes.close();
  return labels;
}

/**
 * Opens a file of labels: .npy, .npz (`file.npz:name` for one of its arrays) or IDX, each also as gzip.
 *
 * The caller closes `bytes`.
 *
 * @throws InputError if it is none of these or cannot be read.
 */
export async function openLabels(host: Host, path: string): Promise<PackedLabels> {
  const { file, array } = await splitArrayPath(host, path);
  const { bytes, format } = await openContent(host, file, 'labels');
  try {
    const archive = await archiveOf(host, bytes, format);
    if (archive !== undefined) {
      const chosen = array ?? pickLabels(bytes, archive.names);
      const labels = await archiveLabels(archive, chosen);
      await archive.close();
      return labels;
    }
    if (format === 'cifar-100') return openCifar100(bytes, array).labels;
    if (format === 'parquet') return await parquetLabels(host, bytes, array);
    assertWhole({ bytes, format }, array);
    if (format === 'npy') return await labelsOf(await openNpyArray(bytes, 'labels'));
    if (format === 'idx') return await openIdxLabels(bytes);
    if (format === 'picture') throw bytes.error('is a picture, not a file of labels');
    return openCifar(bytes).labels;
  } catch (error) {
    await bytes.close();
    throw error;
  }
}

/** An array of labels of an archive; those of a pickle of CIFAR have names. */
export async function archiveLabels(archive: ArrayArchive, name: string): Promise<PackedLabels> {
  const labels = await labelsOf(await archive.open(name, 'labels'));
  const names = cifarNames(archive.names, name);
  return names === undefined ? labels : { ...labels, names, classes: names.length };
}

async function parquetLabels(host: Host, bytes: Bytes, column: string | undefined): Promise<PackedLabels> {
  const table = await openTableOf(host, bytes);
  const name = column ?? table.labelColumn();
  if (name === undefined) throw bytes.error('has no column that is named for labels; name it behind a colon');
  const labels = await columnLabels(table, name);
  await table.close();
  return labels;
}

/** A column of labels, with the names that the hub gives to their numbers. */
export async function columnLabels(table: ParquetTable, column: string): Promise<PackedLabels> {
  const labels = await labelsOf(await table.column(column));
  const names = table.classNames(column);
  return names === undefined || labels.areNames === true ? labels : { ...labels, names };
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
export async function labelsBeside(host: Host, path: string): Promise<string | undefined> {
  const { folder, name } = host.split(path);
  const [stem, extension, gzip] = splitExtension(name);
  const present = new Set(await host.namesIn(folder));
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
  return found.length === 0 ? undefined : host.join(folder, found[0]);
}

function splitExtension(name: string): [stem: string, extension: string, gzip: string] {
  const [, stem, extension = '', gzip = ''] = /^(.*?)(\.npy)?(\.gz)?$/i.exec(name)!;
  return [stem, extension, gzip];
}
