import { InputError } from '../checks/input-error.js';
import type { LabelledImages } from '../data/load.js';
import { normalize, type Normalization } from '../images/normalize.js';
import { assertOneScale } from '../data/one-scale.js';
import type { OpenGpu } from '../gpu/dawn/open-gpu.js';
import { regressionGrams } from '../kernel/gram-shape.js';
import { checkImages } from '../images/image-checks.js';
import type { ImageStack } from '../images/images.js';
import { validateRequests, type KernelRequest } from '../planning/kernel-request.js';
import { prepareKernels } from '../planning/prepare-kernels.js';
import { fit, type FitOptions, type Model } from '../regression/regression.js';
import { classesOf, type TargetCoding } from '../regression/targets.js';
import type { PrepareOptions, VariantLabels } from '../planning/prepare-run.js';
import { workUpdates } from '../progress/details.js';
import { SILENT } from '../progress/reporter.js';
import { notePlan } from '../regression/node/factor-folder.js';
import type { PanelFiles } from '../regression/node/panel-files.js';
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
  readonly kernel: KernelRequest;
  readonly targets: TargetCoding;
  /** Added to the diagonal of the kernel, in units of its mean; several: the leave-one-out error decides. */
  readonly ridge: FitOptions['ridge'];
  /** Things that the user should know, one sentence each. */
  readonly warnings: readonly string[];
}

export interface ClassificationOptions extends PrepareOptions {
  /** Device memory for per-image results, and for the factor of the kernel, bytes. */
  readonly memoryBytes?: number;
  /** Where a factor that the device cannot hold is kept. */
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
 * @throws InputError for images without labels, of two shapes or of two scales; KernelSpecError; NetworkError; ImageError
 */
export function prepareClassification(options: {
  readonly train: LabelledImages;
  readonly test: LabelledImages;
  readonly normalization: Normalization;
  readonly kernel: KernelRequest;
  readonly targets: TargetCoding;
  readonly ridge: FitOptions['ridge'];
}): ClassificationTask {
  const { normalization, kernel, targets, ridge } = options;
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
  validateRequests([kernel], train);
  return {
    train,
    test,
    trainLabels,
    testLabels: options.test.labels,
    classes: classesOf(trainLabels),
    kernel,
    targets,
    ridge,
    warnings: [...warnings, ...labelNotes(trainLabels, options.test.labels)],
  };
}

/**
 * The main job (Arora et al., NeurIPS 2019, section 5): kernel of the training images, ridge regression, kernel of
 * the test images, predictions.
 *
 * @throws what `prepareKernels` and `fit` throw; the signal's reason if aborted.
 */
export async function classify(
  opened: OpenGpu,
  task: ClassificationTask,
  { memoryBytes, panels, ...prepare }: ClassificationOptions = {},
): Promise<Classification> {
  const kept = { panels, n: task.train.count, resultBytes: scoreBytes(task), memoryBytes };
  return withKeptFactor(opened, kept, () => classifyWith(opened, task, { memoryBytes, panels, ...prepare }));
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
  const grams = regressionGrams(train.count, test.count);
  const run = { requests: [task.kernel], grams, memoryBytes };
  const { compute, tuned, compileMs } = await prepareKernels(opened, train, run, prepare);
  const kernelOptions = { signal, onProgress: workUpdates(reporter) };
  const stopwatch = new Stopwatch();

  reporter.phase('kernel train × train');
  const trainKernel = await compute(train, kernelOptions);
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
  const testKernel = await compute(test, { against: train, ...kernelOptions });
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
