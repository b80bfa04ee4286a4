import { openBytes, type Bytes } from './bytes.js';
import { CIFAR_RECORD_BYTES, openCifar } from './cifar.js';
import { isIdx, openIdxImages } from './idx.js';
import { labelsBeside, openLabels, openNpyLabels, splitArrayPath } from './labels.js';
import { isNpy, readNpyHeader } from './npy.js';
import { isNpz, openNpz, pickImages, pickLabelsBeside } from './npz.js';
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
  const { file, array } = splitArrayPath(path);
  const bytes = await openBytes(file);
  try {
    const format = await detectFormat(bytes);
    if (format === 'npz') return await openNpzImages(bytes, array, layout, findLabels);
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

/** The format by content first, by name only where the content has no mark: CIFAR-10, and files whose start is damaged. */
async function detectFormat(bytes: Bytes): Promise<PackedImages['format']> {
  const start = await bytes.read(0, Math.min(bytes.sizeBytes, 512));
  const name = bytes.file.toLowerCase().replace(/\.gz$/, '');
  if (isNpy(start)) return 'npy';
  if (isNpz(start)) return 'npz';
  // A record of CIFAR-10 may start like an IDX file: label 0, then dark pixels.
  const isCifar = name.endsWith('.bin') && bytes.sizeBytes % CIFAR_RECORD_BYTES === 0;
  if (isIdx(start) && !isCifar) return 'idx';
  if (name.endsWith('.bin')) return 'cifar-10';
  if (name.endsWith('.npy')) return 'npy';
  if (name.endsWith('.npz')) return 'npz';
  if (/idx\d|\.idx$/.test(name)) return 'idx';
  throw bytes.error(
    `its format is not known (it starts with ${Buffer.from(start.subarray(0, 8)).toString('hex')}); ${formatHint(start)}`,
    0,
  );
}

function formatHint(start: Uint8Array): string {
  const text = Buffer.from(start).toString('latin1');
  if (text.startsWith('ustar', 257)) return 'it is a tar archive: unpack it and name the files in it';
  if (text.startsWith('\x80'))
    return "it looks like Python's pickle: CIFAR-10 is read from its binary version";
  if (text.startsWith('\x89PNG') || text.startsWith('\xff\xd8')) {
    return 'it is a picture: save pictures of one size as one .npy array, N×H×W×C';
  }
  return 'known are .npy, .npz, IDX (MNIST) and the binary version of CIFAR-10 (.bin)';
}

async function openNpyImages(bytes: Bytes, layout: PixelOrder | 'auto'): Promise<PackedImages> {
  const { dtype, shape, dataOffset } = await readNpyHeader(bytes);
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
  const archive = await openNpz(bytes);
  const chosen = array ?? pickImages(bytes, archive.names);
  const images = await openNpyImages(archive.array(chosen), layout);
  const beside = findLabels ? pickLabelsBeside(bytes, archive.names, chosen) : undefined;
  const labels = beside === undefined ? undefined : await openNpyLabels(archive.array(beside));
  await bytes.close();
  return { images: { ...images, format: 'npz' }, labels };
}
