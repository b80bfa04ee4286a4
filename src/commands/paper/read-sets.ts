import { CIFAR_SOURCE, findCifar } from '../../data/cifar-folder.js';
import { loadDigits } from '../../data/digits.js';
import { loadImages, type LabelledImages } from '../../data/load.js';
import { balancedOrder, selectImages } from '../../images/subset.js';
import { drawImages, type Draw } from '../../paper/table1/task.js';
import { DATA, ownScaleOption, scaleOption } from '../options/common-options.js';
import { optional, text } from '../options/options.js';
import { UsageError } from '../process/errors.js';

/** Options of experiments that take CIFAR-10, or the digits of the package where there is none. */
export const setOptions = {
  cifar: optional(text(DATA, `Folder with ${CIFAR_SOURCE} [default: the digits of the package]`)),
  scale: scaleOption,
  'test-scale': ownScaleOption('test images'),
};

export interface SetArguments {
  readonly cifar: string | undefined;
  readonly scale: NonNullable<Parameters<typeof loadImages>[1]>['scale'];
  readonly 'test-scale': NonNullable<Parameters<typeof loadImages>[1]>['scale'];
  readonly 'train-count': number;
  readonly 'test-count': number;
  readonly seed: number;
  readonly pool: number | undefined;
}

/** Training images, balanced over the classes, and test images. */
export async function readSets(args: SetArguments): Promise<Pick<Draw, 'train' | 'test'>> {
  const { 'train-count': trainCount, 'test-count': testCount, seed, pool, cifar } = args;
  let sets: { train: LabelledImages; test: LabelledImages };
  if (cifar === undefined) {
    const digits = await loadDigits();
    const available = digits.images.count;
    if (trainCount + testCount > available) {
      throw new UsageError(
        `${trainCount} training and ${testCount} test images are asked for, but there are ${available} digits; ask for fewer`,
      );
    }
    const order = balancedOrder(digits.labels!, seed);
    sets = {
      train: selectImages(digits, order.slice(0, trainCount)),
      test: selectImages(digits, order.slice(trainCount, trainCount + testCount)),
    };
  } else {
    const files = await findCifar(cifar);
    sets = {
      train: await loadImages(files.train, { scale: args.scale }),
      test: await loadImages(files.test, {
        count: testCount,
        scale: args['test-scale'] ?? args.scale,
        scaleOption: '--test-scale',
      }),
    };
  }
  const [draw] = drawImages(sets.train, sets.test, { trainCount, subset: 'balanced', seeds: [seed], pool });
  return { train: draw.train, test: draw.test };
}
