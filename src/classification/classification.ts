import type { OpenGpu } from '../gpu/dawn/open-gpu.js';
import { regressionGrams } from '../kernel/gram-shape.js';
import { valueWarnings } from '../network/value-warnings.js';
import { prepareKernels } from '../planning/prepare-kernels.js';
import type { PrepareOptions, VariantLabels } from '../planning/prepare-run.js';
import { fit, type Model } from '../regression/regression.js';
import { workUpdates } from '../progress/details.js';
import { SILENT } from '../progress/reporter.js';
import { notePlan } from '../regression/node/factor-folder.js';
import type { PanelFiles } from '../regression/node/panel-files.js';
import { solveUpdates } from '../regression/solve-updates.js';
import { accuracyReport, type AccuracyReport } from './accuracy-report.js';
import { withKeptFactor } from './kept-factor.js';
import type { ClassificationTask } from './prepare-classification.js';
import { memoryRows, predictRows } from './predict-rows.js';

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

/** The job of `library/classification`, whose arguments are right. */
export async function classify(
  opened: OpenGpu,
  task: ClassificationTask,
  options: ClassificationOptions = {},
): Promise<Classification> {
  const { memoryBytes, panels, ...prepare } = options;
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
  for (const warning of valueWarnings(trainKernel, testKernel)) reporter.warn(warning);
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
