import { ArgumentError, assertInstance, assertKeys, assertMade, assertOneOf } from '../checks/arguments.js';
import { className } from '../checks/class-name.js';
import { copyOfFloat64, type NumberArray } from '../checks/typed-arrays.js';
import { InputError } from '../checks/input-error.js';
import type { LabelledImages } from '../data/load.js';
import { normalize, type Normalization } from '../images/normalize.js';
import { assertOneScale } from '../data/one-scale.js';
import { assertOpenGpu, type OpenGpu } from '../gpu/dawn/open-gpu.js';
import type { KernelSpec } from '../kernel/kernel-spec.js';
import { regressionGrams } from '../kernel/gram-shape.js';
import { computeGram } from '../kernel/gram.js';
import { checkImages } from '../images/image-checks.js';
import type { ImageStack } from '../images/images.js';
import { assertStack } from '../images/taken-images.js';
import { validateKernels } from '../kernel/validate-kernels.js';
import { fit, type FitOptions, type Model } from '../regression/regression.js';
import { assertRidge, ridgesOf, type RidgeChoice } from '../regression/ridge-amount.js';
import { assertLabels, classesOf, type TargetCoding } from '../regression/targets.js';
import { assertPrepareOptions, prepareRun, type PrepareOptions, type VariantLabels } from '../planning/prepare-run.js';
import { assertJobOptions } from '../progress/job-options.js';
import { workUpdates } from '../progress/details.js';
import { SILENT } from '../progress/reporter.js';
import { notePlan } from '../regression/node/factor-folder.js';
import { PanelFiles } from '../regression/node/panel-files.js';
import { solveUpdates } from '../regression/solve-updates.js';
import { accuracyReport, type AccuracyReport } from './accuracy-report.js';
import { withKeptFactor } from './kept-factor.js';
import { labelNotes } from './label-notes.js';
import { memoryRows, predictRows } from './predict-rows.js';

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
  readonly spec: KernelSpec;
  readonly targets: TargetCoding;
  /** Added to the diagonal of the kernel, in units of its mean; several: the leave-one-out error decides. */
  readonly ridge: FitOptions['ridge'];
  /** Things that the user should know, one sentence each. */
  readonly warnings: readonly string[];
}

/** Images of a classification: what `loadImages` gives, or stacks and labels of your own. */
export interface ClassificationImages {
  readonly images: ImageStack;
  /** The class of each image, whole numbers from 0 on. */
  readonly labels?: NumberArray;
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
  readonly spec: KernelSpec;
  /** `standardize` unless given. */
  readonly normalization?: Normalization;
  /** `centred` (0.9 / −0.1, the paper's) unless given. */
  readonly targets?: TargetCoding;
  /** Added to the diagonal of the kernel, in units of its mean; of several the leave-one-out error chooses. 0 unless given. */
  readonly ridge?: RidgeChoice;
  /** How messages call what the pixels of either set are divided by, such as two options of a command line. */
  readonly scaleNames?: readonly [train: string, test: string];
}

const REQUEST = [
  'train',
  'test',
  'spec',
  'normalization',
  'targets',
  'ridge',
  'scaleNames',
] as const satisfies readonly (keyof ClassificationRequest)[];

export interface ClassificationOptions extends PrepareOptions {
  /** Device memory for per-image results, and for the factor of the kernel, bytes. */
  readonly memoryBytes?: number;
  /** Where a factor that the device cannot hold is kept; by default in memory. */
  readonly panels?: PanelFiles;
}

export interface Classification {
  readonly scores: Float64Array; // [m][classes]
  readonly predictions: Int32Array; // [m]
  /** Undefined without test labels. */
  readonly evaluation: AccuracyReport | undefined;
  readonly solution: Model['solution'];
  readonly elapsedMs: Readonly<
    Record<'compile' | 'trainKernel' | 'solve' | 'testKernel' | 'predict', number>
  >;
  /** The work of both kernels. */
  readonly elementLayers: number;
  /** Variants of the plane kernel that measurements have chosen. */
  readonly tuned: VariantLabels | undefined;
}

/**
 * Normalises the images and checks that everything fits together, before a device is opened.
 *
 * @throws InputError for images without labels, of two shapes or of two scales; KernelSpecError; ImageError;
 * ArgumentError; ArrayError and RangeError for labels that are none, or not one for each image
 */
export function prepareClassification(options: ClassificationRequest): ClassificationTask {
  assertKeys('prepareClassification', options, REQUEST);
  const { spec, normalization = 'standardize', targets = 'centred', ridge = 0 } = options;
  assertOneOf('prepareClassification: targets', targets, ['centred', 'one-hot']);
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
  const { scaleNames = ['scale of the training images', 'scale of the test images'] } = options;
  const [trainFiles, testFiles] = [options.train.sources?.images, options.test.sources?.images];
  if (trainFiles !== undefined && testFiles !== undefined) {
    assertOneScale(
      { option: scaleNames[0], files: trainFiles },
      { option: scaleNames[1], files: testFiles },
    );
  }
  const { train, test, warnings } = normalize(normalization, sets.train.images, sets.test.images);
  checkImages(train, test);
  validateKernels([spec], train);
  return {
    train,
    test,
    trainLabels,
    testLabels: sets.test.labels,
    classes: classesOf(trainLabels),
    spec,
    targets,
    ridge,
    warnings: [...warnings, ...labelNotes(trainLabels, sets.test.labels)],
  };
}

/**
 * The main job (Arora et al., NeurIPS 2019, section 5): kernel of the training images, ridge regression, kernel of
 * the test images, predictions.
 *
 * @throws what `computeGram` and `fit` throw; ArgumentError; the signal's reason if aborted.
 */
export async function classify(
  opened: OpenGpu,
  task: ClassificationTask,
  options: ClassificationOptions = {},
): Promise<Classification> {
  assertOpenGpu('classify', opened);
  assertMade('classify: task', task, 'prepareClassification', ['train', 'test', 'trainLabels', 'spec']);
  assertJobOptions('classify', options, ['memoryBytes', 'panels', 'tune', 'cache', 'reporter', 'signal']);
  assertPrepareOptions('classify', options);
  const { memoryBytes, panels, ...prepare } = options;
  if (panels !== undefined)
    assertInstance('classify: panels', panels, PanelFiles, 'new PanelFiles(folder)');
  const kept = { panels, n: task.train.count, resultBytes: scoreBytes(task), memoryBytes };
  return withKeptFactor(opened, kept, () => classifyWith(opened, task, { memoryBytes, panels, ...prepare }));
}

/** @throws ArgumentError, ImageError, ArrayError; RangeError unless there is a label for each image */
function takeSet(name: string, set: ClassificationImages) {
  if (typeof set !== 'object' || set === null) {
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

/** What the scores take on the disk. */
export function scoreBytes({ test, classes }: ClassificationTask): number {
  return 8 * test.count * classes.length;
}

async function classifyWith(
  opened: OpenGpu,
  task: ClassificationTask,
  { memoryBytes, panels, ...prepare }: ClassificationOptions,
): Promise<Classification> {
  const gpu = opened;
  const { signal, reporter = SILENT } = prepare;
  const { train, test, trainLabels, testLabels, targets, ridge } = task;
  const kernels = [task.spec];
  const grams = regressionGrams(train.count, test.count);
  const run = { kernels, grams, memoryBytes };
  const { variant, tuned, compileMs } = await prepareRun(opened, train, run, prepare);
  const kernelOptions = { kernels, signal, onProgress: workUpdates(reporter), memoryBytes, variant };
  const stopwatch = new Stopwatch();

  reporter.phase('kernel train × train');
  const trainKernel = await computeGram(gpu, { images: train, ...kernelOptions });
  const trainKernelMs = stopwatch.lap();

  // Before the test kernel: a training kernel that cannot be solved makes the rest useless.
  reporter.phase('solve');
  const model = await fit(gpu, trainKernel.matrices[0], trainLabels, {
    targets,
    ridge,
    memoryBytes,
    store: panels?.open,
    signal,
    onPlan: (plan) => notePlan(reporter, plan),
    onProgress: solveUpdates(reporter),
  });
  const solveMs = stopwatch.lap();

  reporter.phase('kernel test × train');
  const testKernel = await computeGram(gpu, { images: test, against: train, ...kernelOptions });
  const testKernelMs = stopwatch.lap();

  const source = memoryRows(testKernel.matrices[0], train.count);
  const { scores, labels: predictions } = await predictRows(model, source, signal);
  reporter.end();
  if (model.solution.warning) reporter.warn(model.solution.warning);
  return {
    scores,
    predictions,
    evaluation: testLabels && accuracyReport(testLabels, predictions),
    solution: model.solution,
    elapsedMs: {
      compile: compileMs,
      trainKernel: trainKernelMs,
      solve: solveMs,
      testKernel: testKernelMs,
      predict: stopwatch.lap(),
    },
    elementLayers: trainKernel.elementLayers + testKernel.elementLayers,
    tuned,
  };
}

/** Times laps in milliseconds. */
class Stopwatch {
  private last = performance.now();

  lap(): number {
    const now = performance.now();
    const elapsedMs = now - this.last;
    this.last = now;
    return elapsedMs;
  }
}
