import type { Argv, CommandModule, InferredOptionTypes } from 'yargs';
import { writeAtomically } from '../files/atomic-file.js';
import { loadImages } from '../data/load.js';
import { writeNpy } from '../data/npy.js';
import { filesRead, sourcesReport } from '../data/sources.js';
import { classify, prepareClassification, type Classification } from '../classification/classification.js';
import { isIndefinite } from '../classification/definite-fit.js';
import { planFactorization } from '../regression/factor-plan.js';
import type { Channel } from '../kernel/channels.js';
import { regressionGrams } from '../kernel/plan.js';
import { channelName, defaultTrained, parseReadout, validateChannels } from '../kernel/validate-channels.js';
import { formatDuration } from '../text/duration.js';
import {
  DATA,
  KERNEL,
  OUTPUT,
  deviceOptions,
  layoutOption,
  normalizeOption,
  ownScaleOption,
  regressionOptions,
  reportOptions,
  scaleOption,
} from './options/common-options.js';
import { DestinationFolder } from './results/destination.js';
import { RUN_FILES } from './results/earlier-results.js';
import { deviceReport, withDevice } from './process/device.js';
import { UsageError } from './process/errors.js';
import { notePlan, panelFilesBeside, tellingPanels } from './jobs/factor.js';
import { formatEvaluation } from './printing/evaluation-table.js';
import { withInterruption } from './process/interruption.js';
import {
  choice,
  defineOptions,
  integer,
  optional,
  parsed,
  required,
  text,
  textList,
  withDefault,
} from './options/options.js';
import { formatRate, Progress } from './process/progress.js';
import { evaluationReport, formatSolution, solutionReport } from './printing/regression-report.js';
import { formatJson, printData } from './process/streams.js';
import { chooseVariants, tuneOption, variantReport } from './options/tuning.js';
import { packageVersion } from './process/version.js';

const options = {
  train: required(
    textList(DATA, 'Training images: CIFAR-10 .bin, IDX, .npy, .npz; also gzip; one or several files'),
  ),
  test: required(textList(DATA, 'Test images')),
  'train-labels': optional(text(DATA, 'Labels of the training images, where they are not found beside them')),
  'test-labels': optional(text(DATA, 'Labels of the test images')),
  layout: layoutOption,
  scale: scaleOption,
  'test-scale': ownScaleOption('test images'),
  normalize: normalizeOption('standardize'),
  'train-count': optional(integer(DATA, 'Number of training images used [default: all]', 1)),
  'test-count': optional(integer(DATA, 'Number of test images used [default: all]', 1)),
  first: withDefault(integer(DATA, 'Index of the first training image used', 0), '0'),
  'test-first': withDefault(integer(DATA, 'Index of the first test image used', 0), '0'),
  depth: withDefault(integer(KERNEL, 'Depth of the network: convolution layers + 1', 2), '11'),
  readout: withDefault(parsed(KERNEL, 'Read-out: vanilla, gap or lap:c', parseReadout), 'gap'),
  kernel: withDefault(choice(KERNEL, 'Kernel', ['ntk', 'nngp'] as const), 'ntk'),
  trained: optional(
    choice(KERNEL, 'Trained layers of the NTK (by default all for vanilla, hidden for gap and lap)', [
      'all',
      'hidden',
    ] as const),
  ),
  ...regressionOptions,
  ...deviceOptions,
  tune: tuneOption,
  out: required(text(OUTPUT, 'Folder for predictions.npy, scores.npy, report.json and table.txt')),
  ...reportOptions,
};

type RunArguments = InferredOptionTypes<typeof options>;

export const runCommand: CommandModule<object, RunArguments> = {
  command: 'run',
  describe: 'Classify images by kernel regression: kernel, solve, predictions, accuracy',
  builder: (argv: Argv) =>
    defineOptions(argv, options)
      .example(
        '$0 run --train data_batch_1.bin --test test_batch.bin --train-count 1000 --test-count 500 --out cifar',
        '',
      )
      .example(
        '$0 run --train train-images-idx3-ubyte.gz --test t10k-images-idx3-ubyte.gz --depth 5 --readout vanilla --out fashion',
        '',
      )
      .example(
        '$0 run --train x_train.npy --train-labels y_train.npy --test x_test.npy --kernel nngp --ridge 1e-4 --json --out nngp',
        '',
      ),
  handler: (args) => withInterruption((signal) => run(args, signal)),
};

const REPORT = 'report.json';

async function run(args: RunArguments, signal: AbortSignal): Promise<void> {
  const channel = channelOf(args);
  validateChannels([channel], { height: 1, width: 1 });
  using progress = new Progress(args.quiet ?? false);
  const started = performance.now();

  const train = await loadImages(args.train, {
    labels: args['train-labels'],
    layout: args.layout,
    scale: args.scale,
    first: args.first,
    count: args['train-count'],
  });
  const test = await loadImages(args.test, {
    labels: args['test-labels'],
    layout: args.layout,
    scale: args['test-scale'] ?? args.scale,
    scaleOption: '--test-scale',
    first: args['test-first'],
    count: args['test-count'],
  });
  const { targets, ridge, normalize: normalization } = args;
  const task = prepareClassification({ train, test, normalization, channel, targets, ridge });
  const loadMs = performance.now() - started;
  for (const warning of task.warnings) progress.warn(warning);
  if (task.testLabels === undefined) {
    progress.note('no labels of the test images: predictions only (--test-labels gives their accuracy)');
  }
  signal.throwIfAborted();

  const scoreBytes = 8 * task.test.count * task.classes.length;
  await using destination = await DestinationFolder.reserve(args.out, {
    names: RUN_FILES,
    report: REPORT,
    sizeBytes: scoreBytes + 2 ** 20,
    inputs: [...filesRead(train), ...filesRead(test)],
    warn: (message) => progress.warn(message),
  });
  await using panels = panelFilesBeside(args.out, progress, signal);
  const { count, channels, height, width } = task.train;
  progress.note(
    `${count} training and ${task.test.count} test images of ${channels}×${height}×${width}, ${channelName(channel)}`,
  );
  const computed = withDevice(args, progress, async (opened) => {
    const memoryBytes = args.memory && args.memory * 2 ** 20;
    const { storeBytes } = planFactorization(opened.gpu, count, { memoryBytes });
    if (storeBytes > 0) await panels.assertRoom(storeBytes, scoreBytes);
    const grams = regressionGrams(count, task.test.count);
    const job = { channels: [channel], shape: task.train, grams, memoryBytes };
    const variant = await chooseVariants(opened, job, { mode: args.tune, progress, signal });
    const result = await classify(opened.gpu, task, {
      signal,
      memoryBytes,
      variant,
      store: panels.open,
      onPlan: (plan) => notePlan(progress, plan),
      onPhase: (phase) => progress.begin(phase),
      onKernelProgress: (update) => progress.updateKernel(update),
      onSolveProgress: (update) => progress.updateSolve(update),
    }).catch(async (error: unknown) => {
      // What has no solution needs its panels no more.
      if (isIndefinite(error)) await panels.remove();
      throw error;
    });
    return { result, device: deviceReport(opened), tuned: variantReport(variant) };
  });
  const { result, device, tuned } = await tellingPanels(panels.folder, () => computed);
  progress.end();
  if (result.solution.warning) progress.warn(result.solution.warning);

  const report = {
    ...resultReport(result),
    channel: { name: channelName(channel), ...channel },
    counts: { train: count, test: task.test.count, classes: task.classes.length },
    classes: task.classes,
    imageShape: [channels, height, width],
    normalization,
    targets,
    files: { train: sourcesReport(train), test: sourcesReport(test) },
    timingsMs: { load: loadMs, ...result.elapsedMs, total: performance.now() - started },
    device,
    tuned,
    warnings: progress.warnings,
    version: packageVersion(),
  };
  const table = formatResult(result);
  const { predictions, scores } = result;
  destination.add('predictions.npy', (path) => writeNpy(path, [task.test.count], predictions));
  destination.add('scores.npy', (path) => writeNpy(path, [task.test.count, task.classes.length], scores));
  destination.add('table.txt', (path) => writeAtomically(path, [table]));
  signal.throwIfAborted();
  const written = await destination.commit(formatJson(report));
  await panels.remove();
  printData(args.json ? formatJson(report) : table);
  progress.note(`written to ${written}`);
}

function channelOf({ kernel, depth, readout, trained }: RunArguments): Channel {
  if (kernel === 'ntk') return { kernel, depth, readout, trained: trained ?? defaultTrained(readout) };
  if (trained !== undefined) throw new UsageError('--trained belongs to --kernel ntk; leave it out for nngp');
  return { kernel, depth, readout };
}

function resultReport(result: Classification) {
  return {
    ...evaluationReport(result.evaluation),
    ...solutionReport(result.solution),
    elementLayers: result.elementLayers,
    elementLayersPerSecond: result.elementLayers / kernelSeconds(result),
  };
}

function kernelSeconds({ elapsedMs }: Pick<Classification, 'elapsedMs'>): number {
  return (elapsedMs.trainKernel + elapsedMs.testKernel) / 1000;
}

function formatResult(result: Classification): string {
  const { solution, evaluation, elementLayers, predictions } = result;
  const kernelMs = 1000 * kernelSeconds(result);
  return [
    evaluation ? formatEvaluation(evaluation) : `${predictions.length} predictions\n`,
    `${formatSolution(solution)}\n`,
    `kernels: ${formatDuration(kernelMs)}, ${formatRate(elementLayers, kernelMs)}\n`,
  ].join('');
}
