import type { Gpu } from '../gpu/gpu.js';
import { type Reporter, SILENT } from '../progress/reporter.js';
import { notePlan } from '../regression/node/factor-folder.js';
import { inputErrorOf } from '../regression/node/kernel-file.js';
import type { PanelFiles } from '../regression/node/panel-files.js';
import type { SolveProblem } from '../regression/node/solve-problem.js';
import { fit, type FitOptions, type Model, type Prediction } from '../regression/regression.js';
import { solveUpdates } from '../regression/solve-updates.js';
import { accuracyReport, type AccuracyReport } from './accuracy-report.js';
import { withKeptFactor } from './kept-factor.js';
import { predictRows } from './predict-rows.js';

export interface SolveFilesOptions extends Pick<FitOptions, 'targets' | 'ridge' | 'memoryBytes'> {
  /** Where a factor that the device cannot hold is kept; by default in memory. */
  readonly panels?: PanelFiles;
  readonly reporter?: Reporter;
  readonly signal?: AbortSignal;
}

export interface SolvedFiles {
  readonly model: Model;
  /** What comes of the test kernel; undefined where there is none. */
  readonly tested: Prediction | undefined;
  /** Undefined without test labels. */
  readonly evaluation: AccuracyReport | undefined;
}

/** Bytes that the results of a problem take on the disk, about. */
export function solvedBytes({ n, m, classes }: SolveProblem): number {
  return 8 * classes.length * (n + m) + 2 ** 20;
}

/** The job of `library/classification`, whose arguments are right. */
export async function solveFiles(
  gpu: Gpu,
  problem: SolveProblem,
  options: SolveFilesOptions = {},
): Promise<SolvedFiles> {
  const { targets, ridge, memoryBytes, panels, reporter = SILENT, signal } = options;
  await problem.check(signal);
  const { n, train, test } = problem;
  const kept = { panels, n, resultBytes: solvedBytes(problem), memoryBytes };
  const model = await withKeptFactor(gpu, kept, async () => {
    reporter.phase(`solve ${n}×${n}`);
    await using kernel = await train.kernel.training();
    return await fit(gpu, kernel.source, train.labels, {
      targets,
      ridge,
      memoryBytes,
      store: panels?.open,
      product: kernel.product,
      signal,
      onPlan: (plan) => notePlan(reporter, plan),
      onProgress: solveUpdates(reporter),
    });
  }).catch((error: unknown) => {
    throw inputErrorOf(error, problem.files);
  });
  reporter.end();
  if (model.solution.warning) reporter.warn(model.solution.warning);
  const tested = test && (await predictRows(model, test.kernel, signal));
  await test?.kernel.assertUnchanged();
  const evaluation = test?.labels && tested && accuracyReport(test.labels, tested.labels);
  return { model, tested, evaluation };
}
