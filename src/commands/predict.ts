import type { Argv, InferredOptionTypes } from 'yargs';
import { writeAtomically } from '../files/atomic-file.js';
import { ImageFiles } from '../data/load.js';
import { writeNpy } from '../data/npy.js';
import { formatJson } from '../files/format-json.js';
import { packageVersion } from '../files/package-version.js';
import { KeptModel } from '../models/kept-model.js';
import { areValues, columnCount, type ModelTargets } from '../models/model-targets.js';
import { calibrationOf } from '../models/model-variance.js';
import { gatherPredictions, predictImages } from '../models/predict-images.js';
import { classNamesOf, evaluateModel, predictionsOf, type Predictions } from '../models/predictions.js';
import { ScoreFolder } from '../models/score-folder.js';
import { requestName } from '../planning/kernel-request.js';
import {
  DATA,
  deviceOptions,
  layoutOption,
  OUTPUT,
  reportOptions,
  resizeOption,
  scaleOption,
} from './options/common-options.js';
import type { CommandBody } from './options/lazy-command.js';
import {
  defineOptions,
  integer,
  optional,
  required,
  text,
  textList,
  withDefault,
} from './options/options.js';
import { IMAGE_FILES } from './options/training-options.js';
import { measurementCache, tuneOption } from './options/tuning.js';
import {
  formatCalibration,
  formatModelEvaluation,
  modelEvaluationReport,
} from './printing/model-evaluation.js';
import { deviceReport, withDevice } from './process/device.js';
import { withInterruption } from './process/interruption.js';
import { Progress } from './process/progress.js';
import { printData } from './process/streams.js';
import { PREDICT_FILES } from './results/earlier-results.js';
import { DestinationFolder } from './results/destination-folder.js';

const options = {
  images: required(textList(DATA, `New images: ${IMAGE_FILES}`)),
  labels: optional(text(DATA, 'Their labels, for the accuracy, where they are not found beside them')),
  resize: resizeOption,
  layout: layoutOption,
  scale: scaleOption,
  first: withDefault(integer(DATA, 'Index of the first image used', 0), '0'),
  count: optional(integer(DATA, 'Number of images used [default: all]', 1)),
  ...deviceOptions,
  tune: tuneOption,
  out: required(text(OUTPUT, 'Folder for predictions.npy, predictions.csv, scores.npy and report.json')),
  ...reportOptions,
};

type PredictArguments = InferredOptionTypes<typeof options> & { readonly model?: string };

export const predictCommand: CommandBody<PredictArguments> = {
  builder: (argv: Argv) =>
    defineOptions(argv, options)
      .positional('model', { type: 'string', describe: 'Folder that cntk fit has made' })
      .example('$0 predict model --images test_batch.bin --out predicted', '')
      .example('$0 predict model --images pictures/new --resize 32x32 --out predicted', ''),
  handler: (args) => withInterruption((signal) => predict(args, signal)),
};

async function predict(args: PredictArguments, signal: AbortSignal): Promise<void> {
  using progress = new Progress(args.quiet ?? false);
  const started = performance.now();
  const folder = args.model!;
  const model = await KeptModel.open(folder);
  const { manifest } = model;
  const targets = manifest.targets;
  await using files = await ImageFiles.open(args.images, {
    labels: args.labels,
    labelsAs: areValues(targets.kind === 'classes' ? 'centred' : targets.kind) ? 'values' : 'classes',
    layout: args.layout,
    scale: args.scale,
    scaleOption: '--scale',
    resize: args.resize,
  });
  const { first, count = files.count - first } = args;
  const k = columnCount(targets);
  await using destination = await DestinationFolder.reserve(args.out, {
    names: [...PREDICT_FILES].filter((name) => name !== 'variance.npy' || manifest.variance !== undefined),
    report: 'report.json',
    sizeBytes: 40 * Math.max(count, 0) * k + 2 ** 20,
    inputs: [...args.images, ...model.files.map((name) => `${folder}/${name}`)],
    warn: (message) => progress.warn(message),
  });
  const kept = new ScoreFolder(`${args.out}.parts`);
  progress.note(`${requestName(model.kernel)} of ${manifest.count} training images, ${count} new images`);
  const { predicted, device } = await withDevice(args, progress, async (opened) => {
    const chunks = predictImages(opened, model, files, {
      tune: args.tune,
      cache: measurementCache(),
      memoryBytes: args.memory && args.memory * 2 ** 20,
      ...{ first, count, kept, signal },
      reporter: progress,
    });
    return { predicted: await gatherPredictions(chunks), device: deviceReport(opened) };
  });
  const { scores, variances, truth } = predicted;
  for (const note of truth.notes ?? []) progress.warn(note);
  const evaluation = evaluateModel(targets, scores, {
    ...truth,
    file: args.labels ?? args.images.join(', '),
  });
  const predictions = predictionsOf(targets, scores);
  const calibration =
    variances && truth.values && predictions.kind === 'real'
      ? calibrationOf(truth.values, predictions.values, variances)
      : undefined;
  const report = {
    ...(evaluation && modelEvaluationReport(evaluation)),
    ...(calibration && { calibration }),
    ...(manifest.variance && {
      noise: manifest.variance.scales.map((scale) => scale * manifest.variance!.noise),
    }),
    model: { folder, version: manifest.version, kernel: manifest.kernel, count: manifest.count },
    targets,
    counts: { images: count },
    files: args.images,
    timingsMs: { total: performance.now() - started },
    device,
    warnings: progress.warnings,
    version: packageVersion(),
  };
  destination.add('scores.npy', (path) => writeNpy(path, [count, k], scores));
  destination.add('predictions.npy', (path) =>
    predictions.kind === 'classes'
      ? writeNpy(path, [count], predictions.labels)
      : writeNpy(path, [count, k], predictions.values),
  );
  if (variances) destination.add('variance.npy', (path) => writeNpy(path, [count, k], variances));
  destination.add('predictions.csv', (path) => writeAtomically(path, csv(targets, predictions, first)));
  signal.throwIfAborted();
  const written = await destination.commit(formatJson(report));
  await kept.remove();
  const summary = evaluation ? formatModelEvaluation(evaluation) : `${count} predictions\n`;
  printData(args.json ? formatJson(report) : summary + formatCalibration(calibration));
  progress.note(`written to ${written}`);
}

/** One line for each image: its index in the files, and what is predicted, by its name where it has one. */
function* csv(targets: ModelTargets, predictions: Predictions, first: number): Generator<string> {
  if (predictions.kind === 'classes') {
    const names = classNamesOf(targets);
    yield `image,label${names ? ',name' : ''}\n`;
    for (const [i, label] of predictions.labels.entries()) {
      yield `${first + i},${label}${names ? `,${quotedField(names[label])}` : ''}\n`;
    }
    return;
  }
  const outputs = columnCount(targets);
  yield `image,${Array.from({ length: outputs }, (_, c) => `output${c}`).join(',')}\n`;
  for (let i = 0; i < predictions.values.length / outputs; i++) {
    yield `${first + i},${predictions.values.subarray(i * outputs, (i + 1) * outputs).join(',')}\n`;
  }
}

function quotedField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
