import type { Argv, InferredOptionTypes } from 'yargs';
import { loadImages } from '../data/load.js';
import { filesRead, sourcesReport } from '../data/sources.js';
import { formatJson } from '../files/format-json.js';
import { packageVersion } from '../files/package-version.js';
import { fitModel, modelFiles, prepareFit } from '../models/fit-model.js';
import { columnCount } from '../models/model-targets.js';
import { requestName, requestReport } from '../planning/kernel-request.js';
import { panelFilesBeside } from '../regression/node/factor-folder.js';
import { deviceOptions, OUTPUT, reportOptions } from './options/common-options.js';
import type { CommandBody } from './options/lazy-command.js';
import { defineOptions, required, text } from './options/options.js';
import {
  fitOptions,
  varianceOptions,
  kernelChoice,
  chosenKernel,
  trainingData,
  trainingLoad,
} from './options/training-options.js';
import { measurementCache, tuneOption } from './options/tuning.js';
import { formatSolution, solutionReport } from './printing/regression-report.js';
import { deviceReport, withDevice } from './process/device.js';
import { withInterruption } from './process/interruption.js';
import { Progress } from './process/progress.js';
import { printData } from './process/streams.js';
import { DestinationFolder } from './results/destination-folder.js';

const options = {
  ...trainingData,
  ...kernelChoice,
  ...fitOptions,
  ...varianceOptions,
  ...deviceOptions,
  tune: tuneOption,
  out: required(text(OUTPUT, 'Folder of the model, for cntk predict')),
  ...reportOptions,
};

type FitArguments = InferredOptionTypes<typeof options>;

export const fitCommand: CommandBody<FitArguments> = {
  builder: (argv: Argv) =>
    defineOptions(argv, options)
      .example('$0 fit --train data_batch_1.bin --train-count 1000 --ridge auto --out model', '')
      .example('$0 fit --train pictures/train --resize 32x32 --arch myrtle5 --out model', '')
      .example(
        '$0 fit --train x.npy --train-labels angles.npy --targets real --kernel nngp --ridge auto --out model',
        '',
      ),
  handler: (args) => withInterruption((signal) => fit(args, signal)),
};

const REPORT = 'fit.json';

async function fit(args: FitArguments, signal: AbortSignal): Promise<void> {
  using progress = new Progress(args.quiet ?? false);
  const started = performance.now();
  const load = trainingLoad(args);
  const kernel = await chosenKernel(args);
  const train = await loadImages(args.train, load);
  const files = { train: sourcesReport(train) };
  const { normalize: normalization, targets, ridge } = args;
  const task = prepareFit({
    ...{ train, kernel, normalization, targets, ridge },
    variance: args.variance ?? false,
    chooseBy: args['choose-by'],
  });
  for (const note of [...(train.notes ?? []), ...task.warnings]) progress.warn(note);
  const { count, channels, height, width } = task.images;
  await using destination = await DestinationFolder.reserve(args.out, {
    names: modelFiles(task),
    report: REPORT,
    sizeBytes: task.images.data.byteLength + task.y.byteLength + 2 ** 20,
    inputs: filesRead(train),
    warn: (message) => progress.warn(message),
  });
  await using panels = panelFilesBeside(args.out, progress, signal);
  progress.note(`${count} training images of ${channels}×${height}×${width}, ${requestName(kernel)}`);
  const { fitted, device } = await withDevice(args, progress, async (opened) => ({
    fitted: await fitModel(opened, task, {
      tune: args.tune,
      cache: measurementCache(),
      memoryBytes: args.memory && args.memory * 2 ** 20,
      panels,
      reporter: progress,
      signal,
    }),
    device: deviceReport(opened),
  }));
  const { model, solution, elementLayers, elapsedMs } = fitted;
  const report = {
    ...solutionReport(solution),
    kernel: requestReport(kernel),
    counts: { train: count, columns: columnCount(task.targets) },
    targets: task.targets,
    imageShape: [channels, height, width],
    normalization,
    ...(model.manifest.variance && { variance: model.manifest.variance }),
    files,
    elementLayers,
    timingsMs: { ...elapsedMs, total: performance.now() - started },
    device,
    warnings: progress.warnings,
    version: packageVersion(),
  };
  for (const name of model.files) destination.add(name, (path) => model.write(name, path));
  signal.throwIfAborted();
  const written = await destination.commit(formatJson(report));
  await panels.remove();
  printData(args.json ? formatJson(report) : `${formatSolution(solution)}\n`);
  progress.note(
    `model written to ${written}; cntk predict ${written} --images FILE --out FOLDER predicts with it`,
  );
}
