import type { Argv, CommandModule, InferredOptionTypes } from 'yargs';
import { writeNpy } from '../data/npy.js';
import { accuracyReport } from '../classification/classification.js';
import { isIndefinite } from '../classification/definite-fit.js';
import { labelNotes } from '../classification/label-notes.js';
import { predictRows } from '../classification/predict-rows.js';
import { planFactorization } from '../regression/factor-plan.js';
import { fit } from '../regression/regression.js';
import { OUTPUT, deviceOptions, regressionOptions, reportOptions } from './options/common-options.js';
import { DestinationFolder } from './results/destination.js';
import { solveFiles } from './results/earlier-results.js';
import { deviceReport, withDevice } from './process/device.js';
import { UsageError } from './process/errors.js';
import { notePlan, panelFilesBeside, tellingPanels } from './jobs/factor.js';
import { formatEvaluation } from './printing/evaluation-table.js';
import { withInterruption } from './process/interruption.js';
import { assertMemory, inputErrorOf } from './jobs/kernel-file.js';
import { defineOptions, optional, required, text } from './options/options.js';
import { Progress } from './process/progress.js';
import { evaluationReport, formatSolution, solutionReport } from './printing/regression-report.js';
import { assertFiniteRows, SolveProblem } from './jobs/solve-problem.js';
import { formatJson, printData } from './process/streams.js';
import { packageVersion } from './process/version.js';

const DATA = 'Data:';

const options = {
  kernel: required(text(DATA, 'Kernel of the training images, n×n, .npy of float32 or float64')),
  labels: required(text(DATA, 'Their labels, n: .npy, .npz or IDX')),
  'test-kernel': optional(text(DATA, 'Kernel of test images (rows) and training images (columns), m×n')),
  'test-labels': optional(text(DATA, 'Labels of the test images, m, for the accuracy')),
  ...regressionOptions,
  ...deviceOptions,
  out: required(
    text(
      OUTPUT,
      'Folder for coefficients.npy, report.json and, of test images, predictions.npy, scores.npy; one column per ' +
        'class that training images have, as report.json lists them (classes)',
    ),
  ),
  ...reportOptions,
};

type SolveArguments = InferredOptionTypes<typeof options>;

export const solveCommand: CommandModule<object, SolveArguments> = {
  command: 'solve',
  describe: 'Kernel regression with kernel matrices that are computed already',
  builder: (argv: Argv) =>
    defineOptions(argv, options)
      .example('$0 solve --kernel K.npy --labels y.npy --out fit', '')
      .example(
        '$0 solve --kernel K.npy --labels y.npy --ridge auto --test-kernel K2.npy --test-labels y2.npy --out fit',
        '',
      ),
  handler: (args) => withInterruption((signal) => solve(args, signal)),
};

const REPORT = 'report.json';

async function solve(args: SolveArguments, signal: AbortSignal): Promise<void> {
  if (args['test-labels'] !== undefined && args['test-kernel'] === undefined) {
    throw new UsageError('--test-labels needs --test-kernel');
  }
  using progress = new Progress(args.quiet ?? false);
  const files = { kernel: args.kernel, testKernel: args['test-kernel'] };
  await using problem = await SolveProblem.open({
    ...files,
    labels: args.labels,
    testLabels: args['test-labels'],
  });
  const { n, m, train, test, classes } = problem;
  for (const note of labelNotes(train.labels, test?.labels)) progress.warn(note);
  const k = classes.length;
  const resultBytes = 8 * k * (n + m) + 2 ** 20;
  // Targets, coefficients and what the iteration starts from; the scores.
  assertMemory(
    train.kernel.memoryBytes + 4 * 8 * k * n + 8 * k * m,
    `a kernel of ${n} rows and ${k} classes`,
  );
  signal.throwIfAborted();
  if (test) await assertFiniteRows(test.kernel, signal);

  const inputs = [args.kernel, args.labels, args['test-kernel'], args['test-labels']];
  await using destination = await DestinationFolder.reserve(args.out, {
    names: solveFiles(test !== undefined),
    report: REPORT,
    sizeBytes: resultBytes,
    inputs: inputs.filter((file) => file !== undefined),
    warn: (message) => progress.warn(message),
  });
  await using panels = panelFilesBeside(args.out, progress, signal);
  const { targets, ridge } = args;
  const memoryBytes = args.memory && args.memory * 2 ** 20;
  const started = performance.now();
  const solved = withDevice(args, progress, async (opened) => {
    const { storeBytes } = planFactorization(opened.gpu, n, { memoryBytes });
    if (storeBytes > 0) await panels.assertRoom(storeBytes, resultBytes);
    progress.begin(`solve ${n}×${n}`);
    await using kernel = await train.kernel.training();
    const model = await fit(opened.gpu, kernel.source, train.labels, {
      targets,
      ridge,
      memoryBytes,
      store: panels.open,
      product: kernel.product,
      signal,
      onPlan: (plan) => notePlan(progress, plan),
      onProgress: (update) => progress.updateSolve(update),
    }).catch(async (error: unknown) => {
      // What has no solution needs its panels no more.
      if (isIndefinite(error)) await panels.remove();
      throw inputErrorOf(error, files);
    });
    progress.end();
    return { model, device: deviceReport(opened) };
  });
  const { model, device } = await tellingPanels(panels.folder, () => solved);
  const { solution } = model;
  if (solution.warning) progress.warn(solution.warning);
  const tested = test && (await predictRows(model, test.kernel, signal));
  await test?.kernel.assertUnchanged();
  const evaluation = test?.labels && tested && accuracyReport(test.labels, tested.labels);

  const report = {
    ...evaluationReport(evaluation),
    ...solutionReport(solution),
    counts: { train: n, test: test && m, classes: k },
    classes,
    targets,
    files: problem.files,
    warnings: progress.warnings,
    timingsMs: { ...solution.elapsedMs, total: performance.now() - started },
    device,
    version: packageVersion(),
  };
  destination.add('coefficients.npy', (path) => writeNpy(path, [n, k], solution.coefficients));
  if (tested) {
    destination.add('predictions.npy', (path) => writeNpy(path, [m], tested.labels));
    destination.add('scores.npy', (path) => writeNpy(path, [m, k], tested.scores));
  }
  signal.throwIfAborted();
  const written = await destination.commit(formatJson(report));
  await panels.remove();

  const summary = `n = ${n}, ${k} classes\n${formatSolution(solution)}\n`;
  printData(args.json ? formatJson(report) : (evaluation ? formatEvaluation(evaluation) : '') + summary);
  progress.note(`written to ${written}`);
}
