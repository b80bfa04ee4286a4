import type { RunImages } from '../protocol.js';
import type { ChosenImages } from './chosen-images.js';
import type { DataSet } from './data-set.js';
import { picturesOf } from './pictures.js';

/** What the page shows of the images of a run. */
export async function runImages(
  data: DataSet,
  chosen: ChosenImages,
  depths: readonly number[],
): Promise<RunImages> {
  const { indices, trainClasses, testClasses, classNames } = chosen;
  return {
    train: await picturesOf(data.images, indices.train),
    test: await picturesOf(data.test?.images ?? data.images, indices.test),
    ...{ trainClasses, testClasses, classNames, depths },
    canDraw: data.images.channels === 1,
  };
}
