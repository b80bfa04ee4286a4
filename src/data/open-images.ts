import { splitArrayPath } from './array-path.js';
import type { ArrayArchive } from './array-archive.js';
import { archiveOf } from './archives.js';
import type { Bytes } from './bytes.js';
import { openCifar, openCifar100 } from './cifar.js';
import type { Format } from './formats.js';
import { openIdxImages } from './idx.js';
import { isFolder, type Host } from './host.js';
import { assertWhole, openContent } from './open-content.js';
import { archiveLabels, columnLabels, labelsBeside, openLabels } from './open-labels.js';
import { openNpyArray, type OpenArray } from './open-npy.js';
import { openTableOf } from './open-table.js';
import type { PackedImages, PackedLabels } from './packed.js';
import { pickImages, pickLabelsBeside } from './pick-array.js';
import type { PictureSize } from './pictures/resize.js';
import { packedShape, type PixelOrder } from './shape.js';

/** A file of images with the labels that belong to it; nothing is decoded yet. Both are closed by whoever opened them. */
export interface OpenImages {
  readonly images: PackedImages;
  readonly labels: PackedLabels | undefined;
}

/** How images are opened. */
export interface OpenOptions {
  readonly layout: PixelOrder | 'auto';
  /** Look for labels: in the file, or beside it. */
  readonly findLabels: boolean;
  /** What pictures are brought to. */
  readonly resize?: PictureSize;
}

/**
 * Opens a file of images, in the format that its content shows, or a folder of pictures.
 *
 * @throws InputError if it cannot be read, or is in no known format, or breaks the rules of its format.
 */
export async function openImages(host: Host, path: string, options: OpenOptions): Promise<OpenImages> {
  const { layout, findLabels, resize } = options;
  if (await isFolder(host, path)) return await openFolder(host, path, options);
  const { file, array } = await splitArrayPath(host, path);
  const { bytes, format } = await openContent(host, file, 'images');
  try {
    if (format === 'parquet' || format === 'picture') {
      if (format === 'picture') return await openPicture(host, bytes, file, resize);
      return await openTable(host, bytes, array, options);
    }
    if (resize !== undefined) {
      throw bytes.error(
        `is in the format ${format}, whose images have one size; only pictures (PNG, JPEG) are resized`,
      );
    }
    const archive = await archiveOf(host, bytes, format);
    if (archive !== undefined) return await openArchiveImages(bytes, archive, format, array, options);
    if (format === 'cifar-100') return withLabelsIf(findLabels, openCifar100(bytes, array));
    assertWhole({ bytes, format }, array);
    if (format === 'cifar-10') return withLabelsIf(findLabels, openCifar(bytes));
    const images = await (format === 'npy'
      ? openNpyArray(bytes, 'images').then((opened) => imagesOf(opened, format, layout))
      : openIdxImages(bytes, layout));
    const beside = findLabels ? await labelsBeside(host, path) : undefined;
    return { images, labels: beside === undefined ? undefined : await openLabels(host, beside) };
  } catch (error) {
    await bytes.close();
    throw error;
  }
}

function withLabelsIf(findLabels: boolean, { images, labels }: Required<OpenImages>): OpenImages {
  return { images, labels: findLabels ? labels : undefined };
}

async function openFolder(
  host: Host,
  path: string,
  { findLabels, resize }: OpenOptions,
): Promise<OpenImages> {
  const { findPictures } = await import('./pictures/picture-folder.js');
  const { stackPictures } = await import('./pictures/picture-stack.js');
  const { namedLabels } = await import('./named-labels.js');
  const { pictures, classes, notes } = await findPictures(host, path);
  const stack = await stackPictures(host, path, pictures, resize, 'pictures');
  return {
    images: { ...stack.images, notes: [...notes, ...stack.notes] },
    labels: findLabels && classes !== undefined ? namedLabels({ path }, classes) : undefined,
  };
}

async function openPicture(
  host: Host,
  bytes: Bytes,
  file: string,
  resize: PictureSize | undefined,
): Promise<OpenImages> {
  const { stackPictures } = await import('./pictures/picture-stack.js');
  const content = await bytes.read(0, bytes.sizeBytes);
  await bytes.close();
  const picture = { name: file, read: () => Promise.resolve(content) };
  const { images, notes } = await stackPictures(host, file, [picture], resize, 'pictures');
  return { images: { ...images, notes }, labels: undefined };
}

async function openTable(
  host: Host,
  bytes: Bytes,
  column: string | undefined,
  { findLabels, resize }: OpenOptions,
): Promise<OpenImages> {
  const { stackPictures } = await import('./pictures/picture-stack.js');
  const table = await openTableOf(host, bytes);
  const { images, notes } = await stackPictures(
    host,
    bytes.path,
    await table.pictures(column),
    resize,
    'parquet',
  );
  const name = findLabels ? table.labelColumn() : undefined;
  const labels = name === undefined ? undefined : await columnLabels(table, name);
  await table.close();
  return { images: { ...images, notes }, labels };
}

async function openArchiveImages(
  bytes: Bytes,
  archive: ArrayArchive,
  format: Format,
  array: string | undefined,
  { layout, findLabels }: OpenOptions,
): Promise<OpenImages> {
  const chosen = array ?? pickImages(bytes, archive.names);
  const images = imagesOf(await archive.open(chosen, 'images'), format, layout);
  const beside = findLabels ? pickLabelsBeside(bytes, archive.names, chosen) : undefined;
  const labels = beside === undefined ? undefined : await archiveLabels(archive, beside);
  await archive.close();
  return { images, labels };
}

function imagesOf({ bytes, header }: OpenArray, format: Format, layout: PixelOrder | 'auto'): PackedImages {
  const { dtype, shape, dataOffset } = header;
  const packed = packedShape(bytes, shape, layout);
  const elements = packed.channels * packed.height * packed.width;
  const strideBytes = elements * dtype.sizeBytes;
  return {
    format: format as PackedImages['format'],
    bytes,
    dtype,
    elements,
    offsetBytes: dataOffset,
    strideBytes,
    ...packed,
  };
}
