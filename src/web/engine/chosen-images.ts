import { InputError, normalize, selectImages, type ImageStack, type Normalized } from '../../index.js';
import { balancedOrder } from '../../images/subset.js';
import type { Settings } from '../settings.js';
import type { DataSet } from './data-set.js';
import { isDarkOnLight } from './ink.js';

/** The images of a run: training images sorted by class, and others to test on, sorted too. */
export interface ChosenImages {
  readonly train: ImageStack;
  readonly test: ImageStack;
  /** Indices into `classNames`. */
  readonly trainClasses: Int32Array<ArrayBuffer>;
  readonly testClasses: Int32Array<ArrayBuffer>;
  /** The classes that some training image has. */
  readonly classNames: readonly string[];
  /** What was subtracted and divided by. */
  readonly statistics: Normalized<undefined>['statistics'];
  readonly isDarkInk: boolean;
  readonly inkShare: number;
  readonly indices: { readonly train: readonly number[]; readonly test: readonly number[] };
}

/**
 * Draws training and test images, as balanced over the classes as can be, and normalises them by the statistics of the
 * former. No test image is a training image, nor is one of a class that no training image has.
 *
 * @throws InputError if there are too few images
 */
export function chooseImages(data: DataSet, { train, test, seed }: Settings): ChosenImages {
  const { images, labels, test: own } = data;
  assertEnough(data, train, test);
  const order = balancedOrder(Int32Array.from(labels), seed);
  const chosen = order.slice(0, train).sort((a, b) => labels[a] - labels[b]);
  const known = [...new Set(chosen.map((index) => labels[index]))];
  if (known.length < 2) {
    throw new InputError(data.name, 'all images are of one class; images of two or more are needed');
  }
  const tests = own ?? { images, labels };
  const others = own === undefined ? order.slice(train) : balancedOrder(Int32Array.from(own.labels), seed);
  const tested = others
    .filter((index) => known.includes(tests.labels[index]))
    .slice(0, test)
    .sort((a, b) => tests.labels[a] - tests.labels[b]);
  if (tested.length === 0) {
    throw new InputError(
      data.name,
      `none of the test images is of one of the ${known.length} classes of the training images; ask for more training images`,
    );
  }
  const select = (from: ImageStack, indices: readonly number[]) =>
    selectImages({ images: from, labels: undefined }, indices).images;
  const trainImages = select(images, chosen);
  const testImages = select(tests.images, tested);
  const normalized = normalize('standardize', trainImages, testImages);
  const classesOf = (indices: readonly number[], of: Int32Array) =>
    Int32Array.from(indices, (index) => known.indexOf(of[index]));
  return {
    train: normalized.train,
    test: normalized.test,
    trainClasses: classesOf(chosen, labels),
    testClasses: classesOf(tested, tests.labels),
    classNames: known.map((label) => data.classNames[label]),
    statistics: normalized.statistics,
    isDarkInk: isDarkOnLight(trainImages),
    inkShare: data.inkShare,
    indices: { train: chosen, test: tested },
  };
}

function assertEnough({ name, images, test: own }: DataSet, train: number, test: number): void {
  const least = own === undefined ? 3 : 2;
  if (images.count < least) {
    const needed = own === undefined ? 'two to train on and one to test on' : 'two to train on';
    throw new InputError(name, `has too few images: ${images.count}, but at least ${needed} are needed`);
  }
  if (own === undefined && train + test > images.count) {
    throw new InputError(
      name,
      `${train} training and ${test} test images are asked for, but there are ${images.count} together; ask for fewer`,
    );
  }
  const check = (asked: number, count: number, what: string) => {
    if (asked > count)
      throw new InputError(
        name,
        `${asked} ${what} images are asked for, but there are ${count}; ask for fewer`,
      );
  };
  check(train, images.count, 'training');
  if (own !== undefined) check(test, own.images.count, 'test');
}
