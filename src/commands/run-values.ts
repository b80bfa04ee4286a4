import type { InferredOptionTypes } from 'yargs';
import { ImageFiles, loadImages } from '../data/load.js';
import { writeNpy } from '../data/npy.js';
import { filesRead, sourcesReport } from '../data/sources.js';
import { writeAtomically } from '../files/atomic-file.js';
import { formatJson } from '../files/format-json.js';
import { packageVersion } from '../files/package-version.js';
import { fitModel, prepareFit } from '../models/fit-model.js';
import { columnCount, type TargetKind } from '../models/model-targets.js';
import { gatherPredictions, predictImages } from '../models/predict-images.js';
import { evaluateModel, predictionsOf } from '../models/predictions.js';
import { requestName, requestReport } from '../planning/kernel-request.js';
import { panelFilesBeside } from '../regression/node/factor-folder.js';
import type { deviceOptions, reportOptions } from './options/common-options.js';
import {
  chosenKernel,
  testingLoad,
  trainingLoad,
  type fitOptions,
  type kernelChoice,
  type testData,
  type trainingData,
} from './options/training-options.js';
import { measurementCache, type tuneOption } from './options/tuning.js';
import { formatModelEvaluation, modelEvaluationReport } from './printing/model-evaluation.js';
import { formatSolution, solutionReport } from './printing/regression-report.js';
import { deviceReport, withDevice } from './process/device.js';
import { Progress } from './process/progress.js';
import { printData } from './process/streams.js';
import { DestinationFolder } from './results/destination-folder.js';
import { RUN_FILES } from './results/earlier-results.js';

type RunValuesArguments = InferredOptionTypes<
  typeof trainingData & typeof testData & typeof kernelChoice & typeof fitOptions
> &
  InferredOptionTypes<typeof deviceOptions & typeof reportOptions & { tune: typeof tuneOption }> & {
    readonly out: string;
  };

/** `cntk run` with targets that are numbers: fit, predict and evaluate in one. */
export async function runValues(args: RunValuesArguments, signal: AbortSignal): Promise<void> {
  using progress = new Progress(args.quiet ?? false);
  const started = performance.now();
  const kernel = await chosenKernel(args);
  const train = await loadImages(args.train, trainingLoad(args));
  const { normalize: normalization, ridge, out } = args;
  const kind: TargetKind = args.targets;
  const task = prepareFit({ train, kernel, normalization, targets: kind, ridge });
  for (const note of [...(train.notes ?? []), ...task.warnings]) progress.warn(note);
  const { first = 0, ...testLoad } = testingLoad(args);
  await using files = await ImageFiles.openFiles(args.test, testLoad);
  const { count = files.count - first } = testLoad;
  const k = columnCount(task.targets);
  await using destination = await DestinationFolder.reserve(out, {
    names: RUN_FILES,
    report: 'report.json',
    sizeBytes: 16 * Math.max(count, 0) * k + 2 ** 20,
    inputs: [...filesRead(train), ...args.test, ...(args['test-labels'] ? [args['test-labels']] : [])],
    warn: (message) => progress.warn(message),
  });
  await using panels = panelFilesBeside(out, progress, signal);
  progress.note(`${task.images.count} training and ${count} test images, ${requestName(kernel)}`);
  const { fitted, predicted, device } = await withDevice(args, progress, async (opened) => {
    const options = {
      ...{ tune: args.tune, cache: measurementCache(), reporter: progress, signal },
      memoryBytes: args.memory && args.memory * 2 ** 20,
    };
    const fit = await fitModel(opened, task, { ...options, panels });
    const chunks = predictImages(opened, fit.model, files, { ...options, first, count });
    return { fitted: fit, predicted: await gatherPredictions(chunks), device: deviceReport(opened) };
  });
  const { scores, truth } = predicted;
  for (const note of truth.notes ?? []) progress.warn(note);
  const file = args['test-labels'] ?? args.test.join(', ');
  const evaluation = evaluateModel(task.targets, scores, { ...truth, file });
  const predictions = predictionsOf(task.targets, scores);
  const { solution, elementLayers, elapsedMs } = fitted;
  const report = {
    ...(evaluation && modelEvaluationReport(evaluation)),
    ...solutionReport(solution),
    kernel: requestReport(kernel),
    counts: { train: task.images.count, test: count, columns: k },
    normalization,
    targets: task.targets,
    files: { train: sourcesReport(train), test: args.test },
    elementLayers,
    timingsMs: { ...elapsedMs, total: performance.now() - started },
    device,
    warnings: progress.warnings,
    version: packageVersion(),
  };
  const table = `${evaluation ? formatModelEvaluation(evaluation) : `${count} predictions\n`}${formatSolution(solution)}\n`;
  const values = predictions.kind === 'classes' ? scores : predictions.values;
  destination.add('predictions.npy', (path) => writeNpy(path, [count, k], values));
  destination.add('scores.npy', (path) => writeNpy(path, [count, k], scores));
  destination.add('table.txt', (path) => writeAtomically(path, [table]));
  signal.throwIfAborted();
  const written = await destination.commit(formatJson(report));
  await panels.remove();
  printData(args.json ? formatJson(report) : table);
  progress.note(`written to ${written}`);
}
