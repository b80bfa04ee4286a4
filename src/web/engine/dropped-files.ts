import { readDropped } from '../data/read-dropped.js';
import type { PickedFile } from '../protocol.js';
import { RANGES } from '../settings.js';
import type { DataSet } from './data-set.js';

/** The share of the side of a picture that a digit takes in MNIST, and about as much in what resembles it. */
const INK_SHARE = 20 / 28;

/** The images of files that were dropped or chosen; of very many, as many as a run takes. @throws InputError */
export async function readFiles(files: readonly PickedFile[]): Promise<DataSet> {
  const limit = RANGES.train[1] + RANGES.test[1];
  const { name, train, test, classNames, notes } = await readDropped(files, { limit, seed: 1 });
  return {
    kind: 'files',
    ...{ name, notes, inkShare: INK_SHARE },
    images: train.images,
    labels: train.labels,
    test,
    classNames,
  };
}
