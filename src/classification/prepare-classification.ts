import { ArgumentError } from '../checks/arguments.js';
import { className } from '../checks/class-name.js';
import { InputError } from '../checks/input-error.js';
import { copyOfFloat64, type NumberArray } from '../checks/typed-arrays.js';
import type { LabelledImages } from '../data/image-files.js';
import { assertOneScale } from '../data/one-scale.js';
import { checkImages } from '../images/image-checks.js';
import type { ImageStack } from '../images/images.js';
import { normalize, type Normalization } from '../images/normalize.js';
import { assertStack } from '../images/taken-images.js';
import { validateRequests, type KernelRequest } from '../planning/kernel-request.js';
import type { FitOptions } from '../regression/regression.js';
import { assertRidge, ridgesOf, type RidgeChoice } from '../regression/ridge-amount.js';
import { assertLabels, classesOf, type TargetCoding } from '../regression/targets.js';
import { alignNames } from './align-names.js';
import { labelNotes } from './label-notes.js';

/** Images of a classification: what `loadImages` gives, or stacks and labels of your own. */
export interface ClassificationImages {
  readonly images: ImageStack;
  /** The class of each image, whole numbers. */
  readonly labels?: NumberArray;
  /** Names of the classes: label c is called classNames[c]. */
  readonly classNames?: LabelledImages['classNames'];
  /** The labels are names, numbered in this set alone: test labels are then brought to the numbers of the training images. */
  readonly labelsAreNames?: LabelledImages['labelsAreNames'];
  /** For messages. */
  readonly files?: LabelledImages['files'];
  /** How files were read: where both sets have them, they are to be on one scale. */
  readonly sources?: Pick<LabelledImages['sources'], 'images'>;
}

/** What `prepareClassification` is asked for. */
export interface ClassificationRequest {
  /** With labels. */
  readonly train: ClassificationImages;
  /** With labels where the accuracy is wanted. */
  readonly test: ClassificationImages;
  readonly kernel: KernelRequest;
  /** `standardize` unless given. */
  readonly normalization?: Normalization;
  /** `centred` (0.9 / −0.1, the paper's) unless given. */
  readonly targets?: TargetCoding;
  /** Added to the diagonal of the kernel, in units of its mean; of several the leave-one-out error chooses. 0 unless given. */
  readonly ridge?: RidgeChoice;
  /** How messages call what the pixels of either set are divided by, such as two options of a command line. */
  readonly scaleNames?: readonly [train: string, test: string];
}

/** A classification of images by kernel regression, ready to be computed. */
export interface ClassificationTask {
  /** Normalised. */
  readonly train: ImageStack;
  readonly test: ImageStack;
  readonly trainLabels: Int32Array; // [n]
  /** [m]; without them nothing can be said of the accuracy. */
  readonly testLabels: Int32Array | undefined;
  /** Labels of the training images, each once: column c of the scores is that of label classes[c]. */
  readonly classes: readonly number[];
  /** Label c is called classNames[c], where files have names. */
  readonly classNames: readonly string[] | undefined;
  readonly kernel: KernelRequest;
  readonly targets: TargetCoding;
  /** Added to the diagonal of the kernel, in units of its mean; several: the leave-one-out error decides. */
  readonly ridge: FitOptions['ridge'];
  /** Things that the user should know, one sentence each. */
  readonly warnings: readonly string[];
}

/** The preparation of `library/classification`, whose request has the right fields. */
export function prepareClassification(options: ClassificationRequest): ClassificationTask {
  const { kernel, normalization = 'standardize', targets = 'centred', ridge = 0 } = options;
  for (const one of ridgesOf(ridge)) assertRidge(one);
  const sets = { train: takeSet('train', options.train), test: takeSet('test', options.test) };
  const trainLabels = sets.train.labels;
  if (trainLabels === undefined) {
    throw new InputError(
      options.train.files?.join(', ') ?? 'train',
      'training images need labels, and none were found beside them; name their file',
      { option: 'train-labels FILE' },
    );
  }
  const { scaleNames = ['scale', 'scale of the test images'] } = options;
  const [trainFiles, testFiles] = [options.train.sources?.images, options.test.sources?.images];
  if (trainFiles !== undefined && testFiles !== undefined) {
    assertOneScale({ option: scaleNames[0], files: trainFiles }, { option: scaleNames[1], files: testFiles });
  }
  const { train, test, warnings } = normalize(normalization, sets.train.images, sets.test.images);
  checkImages(train, test);
  validateRequests([kernel], train);
  const fileOf = (set: ClassificationImages, name: string) => set.files?.join(', ') ?? name;
  const { testLabels, classNames } = alignNames(
    { ...options.train, labels: trainLabels, file: fileOf(options.train, 'train') },
    { ...options.test, labels: sets.test.labels, file: fileOf(options.test, 'test') },
  );
  return {
    train,
    test,
    trainLabels,
    testLabels,
    classNames,
    classes: classesOf(trainLabels),
    kernel,
    targets,
    ridge,
    warnings: [...warnings, ...labelNotes(trainLabels, testLabels, classNames)],
  };
}

/** @throws ArgumentError, ImageError, ArrayError; RangeError unless there is a label for each image */
function takeSet(name: string, set: ClassificationImages) {
  if (typeof set !== 'object' || (set as unknown) === null) {
    throw new ArgumentError(
      `prepareClassification: ${name} is ${className(set)}; { images, labels } is wanted, as loadImages gives them`,
    );
  }
  const { images, labels } = set;
  assertStack(`${name}.images`, images);
  if (labels === undefined) return { images, labels };
  const numbers = copyOfFloat64(`${name}.labels`, labels, 'Int32Array');
  assertLabels(numbers);
  if (numbers.length !== images.count)
    throw new RangeError(`${name}: ${numbers.length} labels for ${images.count} images`);
  return { images, labels: Int32Array.from(numbers) };
}
