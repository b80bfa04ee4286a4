import type { Argv, InferredOptionTypes } from 'yargs';
import { writeNpy } from '../data/npy.js';
import { solvedBytes, solveFiles } from '../classification/solve-files.js';
import { labelNotes } from '../classification/label-notes.js';
import { OUTPUT, deviceOptions, regressionOptions, reportOptions } from './options/common-options.js';
import { DestinationFolder } from './results/destination-folder.js';
import { solveResultNames } from './results/earlier-results.js';
import { deviceReport, withDevice } from './process/device.js';
import { UsageError } from './process/errors.js';
import { panelFilesBeside } from '../regression/node/factor-folder.js';
import { formatEvaluation } from './printing/evaluation-table.js';
import { withInterruption } from './process/interruption.js';
import { defineOptions, optional, required, text } from './options/options.js';
import { Progress } from './process/progress.js';
import { evaluationReport, formatSolution, solutionReport } from './printing/regression-report.js';
import { SolveProblem } from '../regression/node/solve-problem.js';
import { printData } from './process/streams.js';
import { formatJson } from '../files/format-json.js';
import { packageVersion } from '../files/package-version.js';
import type { CommandBody } from './options/lazy-command.js';

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

export const solveCommand: CommandBody<SolveArguments> = {
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
  await using problem = await SolveProblem.openFiles({
    ...files,
    labels: args.labels,
    testLabels: args['test-labels'],
  });
  const { n, m, train, test, classes } = problem;
  for (const note of labelNotes(train.labels, test?.labels)) progress.warn(note);
  const k = classes.length;
  // Before a place is taken, and a device.
  await problem.check(signal);

  const inputs = [args.kernel, args.labels, args['test-kernel'], args['test-labels']];
  await using destination = await DestinationFolder.reserve(args.out, {
    names: solveResultNames(test !== undefined),
    report: REPORT,
    sizeBytes: solvedBytes(problem),
    inputs: inputs.filter((file) => file !== undefined),
    warn: (message) => progress.warn(message),
  });
  await using panels = panelFilesBeside(args.out, progress, signal);
  const { targets, ridge } = args;
  const memoryBytes = args.memory && args.memory * 2 ** 20;
  const started = performance.now();
  const { solved, device } = await withDevice(args, progress, async (opened) => ({
    solved: await solveFiles(opened, problem, {
      targets,
      ridge,
      memoryBytes,
      panels,
      reporter: progress,
      signal,
    }),
    device: deviceReport(opened),
  }));
  const { model, tested, evaluation } = solved;
  const { solution } = model;

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
