import { disk } from './disk.js';
import { assertLoad, HostedImages, type LabelledImages, type LoadOptions } from './image-files.js';

export type { ImageRange, LabelledImages, LoadOptions } from './image-files.js';

/** The images of `library/data`, whose arguments are right. */
export async function loadImages(
  paths: readonly string[],
  options: LoadOptions = {},
): Promise<LabelledImages> {
  await using files = await ImageFiles.openFiles(paths, options);
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
    assertLoad('ImageFiles.open', paths, options);
    return ImageFiles.openFiles(paths, options);
  }

  /** Opens files whose names and options are right. @throws InputError */
  static async openFiles(
    paths: readonly string[],
    options: Omit<LoadOptions, 'first' | 'count'>,
  ): Promise<ImageFiles> {
    return await new ImageFiles(paths, options).openAll();
  }
}
