import { disk } from './disk.js';
import { HostedImages, type LabelledImages, type LoadOptions } from './image-files.js';

export type { ImageRange, LabelledImages, LoadOptions } from './image-files.js';

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
  await using files = await ImageFiles.open(paths, options);
  return await files.read(options);
}

/** Files of one set of images that stay open, to be read a part at a time: all of them need not fit into memory. */
export class ImageFiles extends HostedImages {
  private constructor(paths: readonly string[], options: Omit<LoadOptions, 'first' | 'count'>) {
    super(disk, paths, options);
  }

  /** @throws InputError as `loadImages`; ArgumentError */
  static async open(
    paths: readonly string[],
    options: Omit<LoadOptions, 'first' | 'count'> = {},
  ): Promise<ImageFiles> {
    return await new ImageFiles(paths, options).openAll();
  }
}
