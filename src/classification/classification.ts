import { InputError } from '../checks/input-error.js';
import type { LabelledImages } from '../data/load.js';
import { normalize, type Normalization } from '../images/normalize.js';
import { assertOneScale } from '../data/one-scale.js';
import type { Gpu } from '../gpu/gpu.js';
import type { Channel } from '../kernel/channels.js';
import { regressionGrams } from '../kernel/plan.js';
import { computeGram, type GramOptions, type GramProgress } from '../kernel/gram.js';
import { checkImages } from '../images/image-checks.js';
import type { ImageStack } from '../images/images.js';
import { validateChannels } from '../kernel/validate-channels.js';
import { evaluate, type Evaluation } from '../regression/classify.js';
import { fit, type FitOptions, type Model } from '../regression/regression.js';
import type { SolveProgress } from '../regression/ridge.js';
import { classesOf, type TargetCoding } from '../regression/targets.js';
import { binomialInterval } from '../statistics/binomial.js';
import { compileKernels } from '../planning/compile.js';
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
  readonly channel: Channel;
  readonly targets: TargetCoding;
  /** Added to the diagonal of the kernel, in units of its mean; several: the leave-one-out error decides. */
  readonly ridge: FitOptions['ridge'];
  /** Things that the user should know, one sentence each. */
  readonly warnings: readonly string[];
}

export type ClassificationPhase = 'compile' | 'kernel train × train' | 'solve' | 'kernel test × train';

export interface ClassificationHooks {
  readonly signal?: AbortSignal;
  readonly onPhase?: (phase: ClassificationPhase) => void;
  readonly onKernelProgress?: (progress: GramProgress) => void;
  readonly onSolveProgress?: (progress: SolveProgress) => void;
  /** Device memory for per-image results, and for the factor of the kernel, bytes. */
  readonly memoryBytes?: number;
  readonly store?: FitOptions['store'];
  readonly onPlan?: FitOptions['onPlan'];
  readonly variant?: GramOptions['variant'];
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
  /** Of both kernels. */
  readonly elementLayers: number;
}

export interface AccuracyReport extends Evaluation {
  /** 95 % interval of the accuracy, binomial. */
  readonly accuracyInterval: readonly [low: number, high: number];
}

/**
 * Normalises the images and checks that everything fits together, before a device is opened.
 *
 * @throws InputError for images without labels, of two shapes or of two scales; ChannelError; ImageError
 */
export function prepareClassification(options: {
  readonly train: LabelledImages;
  readonly test: LabelledImages;
  readonly normalization: Normalization;
  readonly channel: Channel;
  readonly targets: TargetCoding;
  readonly ridge: FitOptions['ridge'];
}): ClassificationTask {
  const { normalization, channel, targets, ridge } = options;
  const trainLabels = options.train.labels;
  if (trainLabels === undefined) {
    throw new InputError(
      options.train.files.join(', '),
      'training images need labels, and none were found beside them; name their file (--train-labels)',
    );
  }
  assertOneScale(
    { option: '--scale', files: options.train.sources.images },
    { option: '--test-scale', files: options.test.sources.images },
  );
  const { train, test, warnings } = normalize(normalization, options.train.images, options.test.images);
  checkImages(train, test);
  validateChannels([channel], train);
  return {
    train,
    test,
    trainLabels,
    testLabels: options.test.labels,
    classes: classesOf(trainLabels),
    channel,
    targets,
    ridge,
    warnings: [...warnings, ...labelNotes(trainLabels, options.test.labels)],
  };
}

/**
 * The main job (Arora et al., NeurIPS 2019, section 5): kernel of the training images, ridge regression, kernel of
 * the test images, predictions.
 *
 * @throws what `computeGram` and `fit` throw; the signal's reason if aborted.
 */
export async function classify(
  gpu: Gpu,
  task: ClassificationTask,
  {
    signal,
    onPhase,
    onKernelProgress,
    onSolveProgress,
    memoryBytes,
    store,
    onPlan,
    variant: chosen,
  }: ClassificationHooks = {},
): Promise<Classification> {
  const { train, test, trainLabels, testLabels, targets, ridge } = task;
  const channels = [task.channel];
  onPhase?.('compile');
  const grams = regressionGrams(train.count, test.count);
  const { variant, compileMs } = await compileKernels(gpu, train, channels, grams, {
    signal,
    variant: chosen,
  });
  const kernelOptions = { channels, signal, onProgress: onKernelProgress, memoryBytes, variant };
  const stopwatch = new Stopwatch();

  onPhase?.('kernel train × train');
  const trainKernel = await computeGram(gpu, { images: train, ...kernelOptions });
  const trainKernelMs = stopwatch.lap();

  // Before the test kernel: a training kernel that cannot be solved makes the rest useless.
  onPhase?.('solve');
  const fitOptions = {
    targets,
    ridge,
    memoryBytes,
    store,
    signal,
    onPlan,
    onProgress: onSolveProgress,
  };
  const model = await fit(gpu, trainKernel.matrices[0], trainLabels, fitOptions);
  const solveMs = stopwatch.lap();

  onPhase?.('kernel test × train');
  const testKernel = await computeGram(gpu, { images: test, against: train, ...kernelOptions });
  const testKernelMs = stopwatch.lap();

  const source = memoryRows(testKernel.matrices[0], train.count);
  const { scores, labels: predictions } = await predictRows(model, source, signal);
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
  };
}

/** labels, predictions [m]. */
export function accuracyReport(labels: Int32Array, predictions: Int32Array): AccuracyReport {
  const evaluation = evaluate(labels, predictions);
  return { ...evaluation, accuracyInterval: binomialInterval(evaluation.correct, evaluation.count) };
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
