import { assertArray, assertCount, assertOneOf, assertText } from '../checks/arguments.js';
import { inspectImages as shapeOf } from '../data/inspect.js';
import { loadLabels as labelsOf, type LoadedLabels } from '../data/labels.js';
import { assertLoad } from '../data/image-files.js';
import { loadImages as imagesOf, type LabelledImages, type LoadOptions } from '../data/load.js';
import { writeNpy as writeArray, type WritableArray } from '../data/npy.js';
import type { PictureSize } from '../data/pictures/resize.js';
import type { PixelOrder } from '../data/shape.js';
import type { ImageShape } from '../images/images.js';

/**
 * Reads images, and their labels where they are to be found, from one or several files of one shape.
 *
 * Formats are known by their content: CIFAR-10 and CIFAR-100 (binary, or pickled for Python), IDX, .npy, .npz and .mat
 * (`file.npz:name` for one of several arrays), each also packed with gzip; Parquet with encoded pictures; folders of PNG
 * and JPEG, perhaps with a folder for each class. Only the images asked for are decoded.
 *
 * @throws InputError for everything wrong with a file, and for more images than there are; ArgumentError
 */
export async function loadImages(
  paths: readonly string[],
  options: LoadOptions = {},
): Promise<LabelledImages> {
  assertLoad('loadImages', paths, options);
  return imagesOf(paths, options);
}

/**
 * Number and shape of the images of one or several files; no pixel is decoded.
 *
 * @throws InputError as `loadImages` does; ArgumentError
 */
export async function inspectImages(
  paths: readonly string[],
  layout: PixelOrder | 'auto' = 'auto',
  resize?: PictureSize,
): Promise<ImageShape & { readonly count: number }> {
  assertArray('inspectImages: paths', paths, 'paths');
  for (const path of paths as readonly unknown[]) assertText('inspectImages: the path of a file', path);
  assertOneOf('inspectImages: layout', layout, ['auto', 'nchw', 'nhwc']);
  return shapeOf(paths, layout, resize);
}

/**
 * The labels of a file, and the number of classes (of the format, or the largest label + 1).
 *
 * @returns labels, [count].
 * @throws InputError if it is no file of labels or cannot be read, and for a label that is no integer; ArgumentError
 */
export async function loadLabels(path: string): Promise<LoadedLabels> {
  assertText('the path of a file', path);
  return labelsOf(path);
}

/**
 * Writes an array as a .npy file, whole or not at all; the array is not copied.
 *
 * @param shape Its product is the length of `data` (row-major).
 * @throws OutputError if the file cannot be written; RangeError if shape and length disagree; ArgumentError, ArrayError
 */
export async function writeNpy(path: string, shape: readonly number[], data: WritableArray): Promise<void> {
  assertText('the path of a file', path);
  assertArray('shape', shape, 'numbers');
  for (const size of shape as readonly unknown[]) assertCount('a size of the shape', size, 0);
  return writeArray(path, shape, data);
}
