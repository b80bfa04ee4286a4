import type { ImageShape } from '../images/images.js';
import { InputError } from '../checks/input-error.js';
import { disk } from './disk.js';
import { openImages } from './open-images.js';
import type { PictureSize } from './pictures/resize.js';
import { formatShape, type PixelOrder } from './shape.js';

/** The shape of `library/data`, whose arguments are right. */
export async function inspectImages(
  paths: readonly string[],
  layout: PixelOrder | 'auto' = 'auto',
  resize?: PictureSize,
): Promise<ImageShape & { readonly count: number }> {
  let found: (ImageShape & { readonly count: number }) | undefined;
  for (const path of paths) {
    const { images } = await openImages(disk, path, { layout, findLabels: false, resize });
    await images.bytes.close();
    const { channels, height, width } = images;
    const shape = formatShape([channels, height, width]);
    const others = found && formatShape([found.channels, found.height, found.width]);
    if (others !== undefined && shape !== others) {
      throw new InputError(path, `its images are ${shape}, those of ${paths[0]} are ${others}`);
    }
    found = { channels, height, width, count: images.count + (found?.count ?? 0) };
  }
  if (found === undefined) throw new InputError('images', 'no file of images is named; name at least one');
  return found;
}
