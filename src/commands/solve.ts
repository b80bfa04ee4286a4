import type { Argv, CommandModule, InferredOptionTypes } from 'yargs';
import { InputError } from '../data/input-error.js';
import { loadLabels } from '../data/labels.js';
import { readNpy, writeNpy } from '../data/npy.js';
import { NpyRows } from '../data/npy-rows.js';
import { formatShape } from '../data/shape.js';
import { accuracyReport, classCountOf } from '../experiment/classification.js';
import { panelFiles, removePanelFiles } from '../experiment/panel-files.js';
import { ThreadedProduct } from '../experiment/threaded-product.js';
import { planFactorization, type FactorPlan } from '../regression/factor-plan.js';
import type { MatrixSource } from '../regression/matrix-source.js';
import { fit, predict } from '../regression/regression.js';
import { OUTPUT, deviceOptions, regressionOptions, reportOptions } from './support/common-options.js';
import { DestinationFolder } from './support/destination.js';
import { solveFiles } from './support/earlier-results.js';
import { deviceReport, withDevice } from './support/device.js';
import { UsageError } from './support/errors.js';
import { factorFolder, notePlan, tellingPanels } from './support/factor.js';
import { formatEvaluation } from './support/evaluation-table.js';
import { withInterruption } from './support/interruption.js';
import { defineOptions, optional, required, text } from './support/options.js';
import { Progress } from './support/progress.js';
import { evaluationReport, formatSolution, solutionReport } from './support/regression-report.js';
import { formatJson, printData } from './support/streams.js';
import { packageVersion } from './support/version.js';

const DATA = 'Data:';

const options = {
  kernel: required(text(DATA, 'Kernel of the training images, n×n, .npy of float32 or float64')),
  labels: required(text(DATA, 'Their labels, n: .npy, .npz or IDX')),
  'test-kernel': optional(text(DATA, 'Kernel of test images (rows) and training images (columns), m×n')),
  'test-labels': optional(text(DATA, 'Labels of the test images, m, for the accuracy')),
  ...regressionOptions,
  ...deviceOptions,
  out: required(
    text(OUTPUT, 'Folder for coefficients.npy, report.json and, of test images, predictions.npy, scores.npy'),
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
  const problem = await readProblem(args);
  const { n, train, test, classes } = problem;
  signal.throwIfAborted();

  const sizeBytes = 8 * classes * (n + (test?.m ?? 0)) + 2 ** 20;
  const inputs = [args.kernel, args.labels, args['test-kernel'], args['test-labels']];
  await using destination = await DestinationFolder.reserve(args.out, {
    names: solveFiles(test !== undefined),
    report: REPORT,
    sizeBytes,
    inputs: inputs.filter((file) => file !== undefined),
    warn: (message) => progress.warn(message),
  });
  const { targets, ridge } = args;
  const memoryBytes = args.memory && args.memory * 2 ** 20;
  const scratch = factorFolder(args.out);
  const started = performance.now();
  const solved = withDevice(args, progress, async (opened) => {
    progress.begin(`solve ${n}×${n}`);
    await using kernel = await openKernel(args.kernel, planFactorization(opened.gpu, n, { memoryBytes }));
    const fitted = await fit(opened.gpu, kernel.matrix, train.labels, {
      targets,
      classes,
      ridge,
      memoryBytes,
      store: panelFiles(scratch, (message) => progress.note(message)),
      product: kernel.product,
      signal,
      onPlan: (plan) => notePlan(progress, plan),
      onProgress: (update) => progress.updateSolve(update),
    });
    progress.end();
    return { model: fitted, device: deviceReport(opened) };
  });
  const { model, device } = await tellingPanels(scratch, () => solved);
  const { solution } = model;
  if (solution.warning) progress.warn(solution.warning);
  const tested = test && { ...predict(model, test.kernel), m: test.m };
  const evaluation = test?.labels && tested && accuracyReport(test.labels, tested.labels, classes);

  const report = {
    ...evaluationReport(evaluation),
    ...solutionReport(solution),
    counts: { train: n, test: test?.m, classes },
    targets,
    files: problem.files,
    timingsMs: { ...solution.elapsedMs, total: performance.now() - started },
    device,
    version: packageVersion(),
  };
  destination.add('coefficients.npy', (path) => writeNpy(path, [n, classes], solution.coefficients));
  if (tested) {
    destination.add('predictions.npy', (path) => writeNpy(path, [tested.m], tested.labels));
    destination.add('scores.npy', (path) => writeNpy(path, [tested.m, classes], tested.scores));
  }
  signal.throwIfAborted();
  const written = await destination.commit(formatJson(report));
  await removePanelFiles(scratch);

  const summary = `n = ${n}, ${classes} classes\n${formatSolution(solution)}\n`;
  printData(args.json ? formatJson(report) : (evaluation ? formatEvaluation(evaluation) : '') + summary);
  progress.note(`written to ${written}`);
}

/** The training kernel: in memory, or, where its factor streams, row by row and multiplied by threads. */
async function openKernel(path: string, { n, panels }: FactorPlan) {
  const rows = await NpyRows.open(path);
  if (panels === 1) {
    const matrix = await rows.rows(0, n).finally(() => rows[Symbol.asyncDispose]());
    return { matrix, product: undefined, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const threads = ThreadedProduct.start(path, n);
  const matrix: MatrixSource = {
    n,
    rows: (first, count, begin, end) => rows.rows(first, count, begin, end),
  };
  return {
    matrix,
    product: threads.multiply,
    async [Symbol.asyncDispose]() {
      await threads[Symbol.asyncDispose]();
      await rows[Symbol.asyncDispose]();
    },
  };
}

/** Matrices and labels that fit together. */
async function readProblem(args: SolveArguments) {
  await using header = await NpyRows.open(args.kernel);
  const n = header.count;
  if (header.columns !== n) {
    throw new InputError(
      args.kernel,
      `the kernel of the training images is square, but this array is ${formatShape([n, header.columns])}`,
    );
  }
  const train = await readLabelsOf(args.labels, n, `${args.kernel} is ${formatShape([n, n])}`);
  if (args['test-kernel'] === undefined) {
    const files = { kernel: args.kernel, labels: train.files[0] };
    return { n, train, test: undefined, classes: classCountOf(train), files };
  }
  const testKernel = await readMatrix(args['test-kernel']);
  const m = testKernel.rows;
  if (testKernel.columns !== n) {
    throw new InputError(
      args['test-kernel'],
      `is ${formatShape([m, testKernel.columns])}, but ${args.kernel} is ${formatShape([n, n])}: a test kernel has one row per test image and ${n} columns`,
    );
  }
  const testLabels =
    args['test-labels'] === undefined
      ? undefined
      : await readLabelsOf(args['test-labels'], m, `${args['test-kernel']} is ${formatShape([m, n])}`);
  const classes = testLabels ? classCountOf(train, testLabels) : classCountOf(train);
  return {
    n,
    train,
    test: { m, kernel: testKernel.data, labels: testLabels?.labels },
    classes,
    files: {
      kernel: args.kernel,
      labels: train.files[0],
      testKernel: args['test-kernel'],
      testLabels: testLabels?.files[0],
    },
  };
}

async function readLabelsOf(path: string, count: number, reason: string) {
  const { labels, classes, file } = await loadLabels(path);
  if (labels.length !== count) {
    throw new InputError(path, `holds ${labels.length} labels, but ${reason}: ${count} labels are needed`);
  }
  return { labels, classes, files: [file] };
}

/** A two-dimensional array as float32, [rows][columns]. */
async function readMatrix(path: string) {
  const { data, shape, descr } = await readNpy(path);
  if (shape.length !== 2 || shape.includes(0)) {
    throw new InputError(path, `a matrix is needed, but this array is ${formatShape(shape)}`);
  }
  if (!(data instanceof Float32Array || data instanceof Float64Array)) {
    throw new InputError(path, `a kernel is float32 or float64, but this array is ${descr}`);
  }
  const [rows, columns] = shape;
  return { rows, columns, data: data instanceof Float32Array ? data : new Float32Array(data) };
}
