import { InputError, normalize, selectImages, type ImageStack, type Normalized } from '../../index.js';
import { balancedOrder } from '../../images/subset.js';
import type { RunImages } from '../protocol.js';
import type { Settings } from '../settings.js';
import type { DataSet } from './data-set.js';
import { isDarkOnLight } from './ink.js';
import { picturesOf } from './pictures.js';

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
  const { count } = data.images;
  if (train + test > count) {
    throw new InputError(
      data.name,
      `${train} training and ${test} test images are asked for, but there are ${count} together; ask for fewer`,
    );
  }
  const order = balancedOrder(Int32Array.from(data.labels), seed);
  const byClass = (a: number, b: number) => data.labels[a] - data.labels[b];
  const chosen = order.slice(0, train).sort(byClass);
  const known = [...new Set(chosen.map((index) => data.labels[index]))];
  if (known.length < 2) {
    throw new InputError(data.name, 'all images are of one class; images of two or more are needed');
  }
  const others = order.slice(train).filter((index) => known.includes(data.labels[index]));
  const tested = others.slice(0, test).sort(byClass);
  const [trainImages, testImages] = [chosen, tested].map(
    (indices) => selectImages({ images: data.images, labels: undefined }, indices).images,
  );
  const normalized = normalize('standardize', trainImages, testImages);
  const classesOf = (indices: readonly number[]) =>
    Int32Array.from(indices, (index) => known.indexOf(data.labels[index]));
  return {
    train: normalized.train,
    test: normalized.test,
    trainClasses: classesOf(chosen),
    testClasses: classesOf(tested),
    classNames: known.map((label) => data.classNames[label]),
    statistics: normalized.statistics,
    isDarkInk: isDarkOnLight(trainImages),
    inkShare: data.inkShare,
    indices: { train: chosen, test: tested },
  };
}

/** What the page shows of the images of a run. */
export function runImages(data: DataSet, chosen: ChosenImages, depths: readonly number[]): RunImages {
  const { indices, trainClasses, testClasses, classNames } = chosen;
  return {
    train: picturesOf(data.images, indices.train),
    test: picturesOf(data.images, indices.test),
    // Copies: what is sent to the page is gone here.
    trainClasses: trainClasses.slice(),
    testClasses: testClasses.slice(),
    classNames,
    depths,
    canDraw: data.images.channels === 1,
  };
}
