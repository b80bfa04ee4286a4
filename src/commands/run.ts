import type { Argv, InferredOptionTypes } from 'yargs';
import { writeAtomically } from '../files/atomic-file.js';
import { loadImages } from '../data/load.js';
import { writeNpy } from '../data/npy.js';
import { filesRead, sourcesReport } from '../data/sources.js';
import { classify, scoreBytes, type Classification } from '../classification/classification.js';
import { prepareClassification, type ClassificationTask } from '../classification/prepare-classification.js';
import { areValues } from '../models/model-targets.js';
import { requestName, requestReport } from '../planning/kernel-request.js';
import {
  chosenKernel,
  fitOptions,
  kernelChoice,
  testData,
  testingLoad,
  trainingData,
  trainingLoad,
} from './options/training-options.js';
import { formatDuration } from '../text/duration.js';
import { OUTPUT, deviceOptions, reportOptions } from './options/common-options.js';
import { DestinationFolder } from './results/destination-folder.js';
import { RUN_FILES } from './results/earlier-results.js';
import { deviceReport, withDevice } from './process/device.js';
import { panelFilesBeside } from '../regression/node/factor-folder.js';
import { formatEvaluation } from './printing/evaluation-table.js';
import type { TargetCoding } from '../regression/targets.js';
import { withInterruption } from './process/interruption.js';
import { defineOptions, required, text } from './options/options.js';
import { Progress } from './process/progress.js';
import { formatRate } from '../progress/details.js';
import { evaluationReport, formatSolution, solutionReport } from './printing/regression-report.js';
import { printData } from './process/streams.js';
import { formatJson } from '../files/format-json.js';
import { measurementCache, tuneOption } from './options/tuning.js';
import { packageVersion } from '../files/package-version.js';
import type { CommandBody } from './options/lazy-command.js';

const options = {
  ...trainingData,
  ...testData,
  ...kernelChoice,
  ...fitOptions,
  ...deviceOptions,
  tune: tuneOption,
  out: required(text(OUTPUT, 'Folder for predictions.npy, scores.npy, report.json and table.txt')),
  ...reportOptions,
};

type RunArguments = InferredOptionTypes<typeof options>;

export const runCommand: CommandBody<RunArguments> = {
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
        '$0 run --train data_batch_1.bin --test test_batch.bin --train-count 1000 --test-count 500 --arch myrtle5 --out myrtle',
        'see cntk arch list',
      )
      .example(
        '$0 run --train x_train.npy --train-labels y_train.npy --test x_test.npy --kernel nngp --ridge 1e-4 --json --out nngp',
        '',
      ),
  handler: (args) =>
    withInterruption((signal) => {
      const { targets } = args;
      return areValues(targets) ? values(args, signal) : run({ ...args, targets }, signal);
    }),
};

/** Numbers and several labels of an image. */
async function values(args: RunArguments, signal: AbortSignal): Promise<void> {
  const { runValues } = await import('./run-values.js');
  return runValues(args, signal);
}

const REPORT = 'report.json';

async function run(args: RunArguments & { targets: TargetCoding }, signal: AbortSignal): Promise<void> {
  using progress = new Progress(args.quiet ?? false);
  const started = performance.now();
  const kernel = await chosenKernel(args);
  const [trainLoad, testLoad] = [trainingLoad(args), testingLoad(args)];
  const train = await loadImages(args.train, trainLoad);
  const test = await loadImages(args.test, testLoad);
  const files = { train: sourcesReport(train), test: sourcesReport(test) };
  const { targets, ridge, normalize: normalization } = args;
  const scaleNames = ['--scale', '--test-scale'] as const;
  const task = prepareClassification({ train, test, normalization, kernel, targets, ridge, scaleNames });
  const loadMs = performance.now() - started;
  for (const note of [...(train.notes ?? []), ...(test.notes ?? []), ...task.warnings]) progress.warn(note);
  if (task.testLabels === undefined) {
    progress.note('no labels of the test images: predictions only (--test-labels gives their accuracy)');
  }
  signal.throwIfAborted();

  await using destination = await DestinationFolder.reserve(args.out, {
    names: RUN_FILES,
    report: REPORT,
    sizeBytes: scoreBytes(task) + 2 ** 20,
    inputs: [...filesRead(train), ...filesRead(test)],
    warn: (message) => progress.warn(message),
  });
  const { count, channels, height, width } = task.train;
  progress.note(
    `${count} training and ${task.test.count} test images of ${channels}×${height}×${width}, ${requestName(kernel)}`,
  );
  await using panels = panelFilesBeside(args.out, progress, signal);
  const { result, device } = await withDevice(args, progress, async (opened) => ({
    result: await classify(opened, task, {
      tune: args.tune,
      cache: measurementCache(),
      memoryBytes: args.memory && args.memory * 2 ** 20,
      panels,
      reporter: progress,
      signal,
    }),
    device: deviceReport(opened),
  }));

  const kernelReport = requestReport(kernel);
  const table = formatResult(result, task.classNames);
  const report = {
    ...resultReport(result, task.classNames),
    kernel: kernelReport,
    counts: { train: count, test: task.test.count, classes: task.classes.length },
    classes: task.classes,
    ...(task.classNames && { classNames: task.classes.map((label) => task.classNames![label]) }),
    imageShape: [channels, height, width],
    normalization,
    targets,
    files,
    timingsMs: { load: loadMs, ...result.elapsedMs, total: performance.now() - started },
    device,
    tuned: result.tuned,
    warnings: progress.warnings,
    version: packageVersion(),
  };
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

function resultReport(result: Classification, classNames: ClassificationTask['classNames']) {
  return {
    ...evaluationReport(result.evaluation, classNames),
    ...solutionReport(result.solution),
    elementLayers: result.elementLayers,
    elementLayersPerSecond: result.elementLayers / kernelSeconds(result),
  };
}

function kernelSeconds({ elapsedMs }: Pick<Classification, 'elapsedMs'>): number {
  return (elapsedMs.trainKernel + elapsedMs.testKernel) / 1000;
}

function formatResult(result: Classification, classNames: ClassificationTask['classNames']): string {
  const { solution, evaluation, elementLayers, predictions } = result;
  const kernelMs = 1000 * kernelSeconds(result);
  return [
    evaluation ? formatEvaluation(evaluation, classNames) : `${predictions.length} predictions\n`,
    `${formatSolution(solution)}\n`,
    `kernels: ${formatDuration(kernelMs)}, ${formatRate(elementLayers, kernelMs)}\n`,
  ].join('');
}
