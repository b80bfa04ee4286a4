import { splitArrayPath } from './array-path.js';
import type { Bytes } from './bytes.js';
import { openCifar } from './cifar.js';
import { openIdxImages } from './idx.js';
import { labelsBeside, openLabels, openNpyLabels } from './labels.js';
import { openNpz, pickImages, pickLabelsBeside } from './npz.js';
import { assertWhole, openNpyArray } from './open-array.js';
import { openContent } from './open-content.js';
import type { PackedImages, PackedLabels } from './packed.js';
import { packedShape, type PixelOrder } from './shape.js';

/** A file of images with the labels that belong to it; nothing is decoded yet. Both are closed by whoever opened them. */
export interface OpenImages {
  readonly images: PackedImages;
  readonly labels: PackedLabels | undefined;
}

/**
 * Opens a file of images, in the format that its content shows.
 *
 * @param findLabels Look for labels: in the file, or beside it.
 * @throws InputError if it cannot be read, or is in no known format, or breaks the rules of its format.
 */
export async function openImages(
  path: string,
  layout: PixelOrder | 'auto',
  findLabels: boolean,
): Promise<OpenImages> {
  const { file, array } = await splitArrayPath(path);
  const { bytes, format } = await openContent(file, 'images');
  try {
    if (format === 'npz') return await openNpzImages(bytes, array, layout, findLabels);
    assertWhole({ bytes, format }, array);
    if (format === 'cifar-10') {
      const { images, labels } = openCifar(bytes);
      return { images, labels: findLabels ? labels : undefined };
    }
    const images = await (format === 'npy' ? openNpyImages(bytes, layout) : openIdxImages(bytes, layout));
    const beside = findLabels ? await labelsBeside(path) : undefined;
    return { images, labels: beside === undefined ? undefined : await openLabels(beside) };
  } catch (error) {
    await bytes.close();
    throw error;
  }
}

async function openNpyImages(content: Bytes, layout: PixelOrder | 'auto'): Promise<PackedImages> {
  const { bytes, header } = await openNpyArray(content, 'images');
  const { dtype, shape, dataOffset } = header;
  const packed = packedShape(bytes, shape, layout);
  const elements = packed.channels * packed.height * packed.width;
  const strideBytes = elements * dtype.sizeBytes;
  return { format: 'npy', bytes, dtype, elements, offsetBytes: dataOffset, strideBytes, ...packed };
}

async function openNpzImages(
  bytes: Bytes,
  array: string | undefined,
  layout: PixelOrder | 'auto',
  findLabels: boolean,
): Promise<OpenImages> {
  const archive = await openNpz(bytes, 'images');
  const chosen = array ?? pickImages(bytes, archive.names);
  const images = await openNpyImages(await archive.array(chosen), layout);
  const beside = findLabels ? pickLabelsBeside(bytes, archive.names, chosen) : undefined;
  const labels = beside === undefined ? undefined : await openNpyLabels(await archive.array(beside));
  await archive.close();
  return { images: { ...images, format: 'npz' }, labels };
}
