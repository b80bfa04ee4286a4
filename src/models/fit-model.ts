import { InputError } from '../checks/input-error.js';
import { labelNotes } from '../classification/label-notes.js';
import { withKeptFactor } from '../classification/kept-factor.js';
import type { LabelledImages } from '../data/load.js';
import { packageVersion } from '../files/package-version.js';
import type { OpenGpu } from '../gpu/dawn/open-gpu.js';
import { checkImages } from '../images/image-checks.js';
import { normalize, type ChannelStatistics, type Normalization } from '../images/normalize.js';
import type { ImageStack } from '../images/images.js';
import { regressionGrams } from '../kernel/gram-shape.js';
import { requestReport, validateRequests, type KernelRequest } from '../planning/kernel-request.js';
import { valueWarnings } from '../network/value-warnings.js';
import { prepareKernels } from '../planning/prepare-kernels.js';
import type { PrepareOptions } from '../planning/prepare-run.js';
import { workUpdates } from '../progress/details.js';
import { SILENT } from '../progress/reporter.js';
import { chooseRidge } from '../regression/choose-ridge.js';
import { notePlan } from '../regression/node/factor-folder.js';
import type { PanelFiles } from '../regression/node/panel-files.js';
import type { Model } from '../regression/regression.js';
import { assertRidge, ridgesOf, type RidgeChoice } from '../regression/ridge-amount.js';
import { solveRidge } from '../regression/ridge.js';
import { solveUpdates } from '../regression/solve-updates.js';
import { filesOf, KeptModel, sha256Of } from './kept-model.js';
import { MODEL_FORMAT, type ModelManifest } from './model-manifest.js';
import {
  assertVariance,
  likeliestRidge,
  priorOf,
  varianceFacts,
  type RidgeCriterion,
} from './model-variance.js';
import { columnCount, trainingTargets, type ModelTargets, type TargetKind } from './model-targets.js';

export interface FitModelRequest {
  /** Training images with labels, as `loadImages` gives them; with `labelsAs: 'values'` for the targets multi-label and real. */
  readonly train: LabelledImages;
  readonly kernel: KernelRequest;
  /** `standardize` unless given. */
  readonly normalization?: Normalization;
  /** `centred` (0.9 / −0.1, the paper's) unless given. */
  readonly targets?: TargetKind;
  /** Added to the diagonal of the kernel, in units of its mean; of several the leave-one-out error chooses. 0 unless given. */
  readonly ridge?: RidgeChoice;
  /** Keep what variances need, for the targets `real`: they are then predicted beside the means. */
  readonly variance?: boolean;
  /** What chooses one of several ridges: the leave-one-out error unless given. */
  readonly chooseBy?: RidgeCriterion;
}

/** A fit that is prepared: everything is checked before a device is opened. */
export interface FitTask {
  readonly train: LabelledImages;
  /** Normalised. */
  readonly images: ImageStack;
  readonly statistics: ChannelStatistics | undefined;
  readonly kernel: KernelRequest;
  readonly normalization: Normalization;
  readonly targets: ModelTargets;
  readonly y: Float64Array; // [n][columns]
  readonly ridge: RidgeChoice;
  readonly variance: boolean;
  readonly chooseBy: RidgeCriterion;
  readonly warnings: readonly string[];
}

/** The preparation of `library/models`, whose request is right. */
export function prepareFit(request: FitModelRequest): FitTask {
  const {
    train,
    kernel,
    normalization = 'standardize',
    targets: kind = 'centred',
    ridge = 0,
    variance = false,
    chooseBy = 'leave-one-out',
  } = request;
  for (const one of ridgesOf(ridge)) assertRidge(one);
  assertVariance(train.images.count, kind, variance, chooseBy);
  const { targets, y } = trainingTargets(train, kind);
  const { train: images, statistics, warnings } = normalize(normalization, train.images);
  checkImages(images, images);
  validateRequests([kernel], images);
  const notes = targets.kind === 'classes' ? labelNotes(train.labels!, undefined, train.classNames) : [];
  return {
    train,
    images,
    statistics,
    kernel,
    normalization,
    targets,
    y,
    ridge,
    variance,
    chooseBy,
    warnings: [...warnings, ...notes],
  };
}

/** Names of the files of the model that comes of it, the one that says what they are last. */
export function modelFiles({ variance, kernel }: FitTask): string[] {
  return filesOf(variance, variance && kernel.kernel === 'ntk');
}

export interface FitModelOptions extends PrepareOptions {
  /** Device memory for per-image results, and for the factor of the kernel, bytes. */
  readonly memoryBytes?: number;
  /** Where a factor that the device cannot hold is kept; by default in memory. */
  readonly panels?: PanelFiles;
}

export interface FittedKeptModel {
  readonly model: KeptModel;
  readonly solution: Model['solution'];
  readonly elementLayers: number;
  readonly elapsedMs: Readonly<Record<'compile' | 'trainKernel' | 'solve', number>>;
}

/** The fit of `library/models`, whose arguments are right. */
export async function fitModel(
  opened: OpenGpu,
  task: FitTask,
  options: FitModelOptions = {},
): Promise<FittedKeptModel> {
  const { memoryBytes, panels, ...prepare } = options;
  const { signal, reporter = SILENT } = prepare;
  const { images, kernel, y } = task;
  const n = images.count;
  const prior = task.variance ? priorOf(kernel) : undefined;
  const run = { requests: prior ? [kernel, prior] : [kernel], grams: regressionGrams(n, 0), memoryBytes };
  const { compute, compileMs } = await prepareKernels(opened, images, run, prepare);
  const started = performance.now();
  reporter.phase('kernel train × train');
  const gram = await compute(images, { signal, onProgress: workUpdates(reporter) });
  const computed = performance.now();
  const resultBytes = 8 * n * columnCount(task.targets);
  const solution = await withKeptFactor(opened, { panels, n, resultBytes, memoryBytes }, async () => {
    reporter.phase('solve');
    const ridges =
      task.chooseBy === 'likelihood'
        ? [await likeliestRidge(gram.matrices[0], y, ridgesOf(task.ridge), signal)]
        : ridgesOf(task.ridge);
    const solveOptions = {
      memoryBytes,
      store: panels?.open,
      signal,
      onPlan: (plan: Parameters<typeof notePlan>[1]) => notePlan(reporter, plan),
      onProgress: solveUpdates(reporter),
    };
    return ridges.length === 1
      ? await solveRidge(opened, gram.matrices[0], y, { ...solveOptions, ridge: ridges[0] })
      : await chooseRidge(opened, gram.matrices[0], y, ridges, solveOptions);
  });
  reporter.end();
  for (const warning of valueWarnings(gram)) reporter.warn(warning);
  if (solution.warning) reporter.warn(solution.warning);
  const { coefficients, ridge } = solution;
  const kernels = task.variance
    ? { kernel: gram.matrices[0], ...(prior && { prior: gram.matrices[1] }) }
    : undefined;
  const manifest = {
    ...manifestOf(task, coefficients, ridge),
    ...(kernels && { variance: await varianceFacts(kernels, y, ridge, signal) }),
  };
  return {
    model: new KeptModel(manifest, images, coefficients, kernels),
    solution,
    elementLayers: gram.elementLayers,
    elapsedMs: { compile: compileMs, trainKernel: computed - started, solve: performance.now() - computed },
  };
}

export function manifestOf(task: FitTask, coefficients: Float64Array, ridge: number): ModelManifest {
  const { images, kernel, normalization, statistics, targets, train } = task;
  const { count, channels, height, width, data } = images;
  return {
    format: 'cntk-model',
    formatVersion: MODEL_FORMAT,
    version: packageVersion(),
    kernel: requestReport(kernel),
    normalization,
    ...(statistics && {
      statistics: { mean: [...statistics.mean], standardDeviation: [...statistics.standardDeviation] },
    }),
    targets,
    ridge,
    imageShape: [channels, height, width],
    count,
    pixels: train.sources.images.map(
      ({ file, dtype, scale, dividedBy, count: own, range, meanSize, integers }) => ({
        ...{
          file,
          dtype,
          scale,
          dividedBy,
          count: own,
          range: [...range] as [number, number],
          meanSize,
          integers,
        },
      }),
    ),
    sha256: { images: sha256Of(data), coefficients: sha256Of(coefficients) },
  };
}

/** @throws InputError if images are of another shape than those of a model */
export function assertModelShape(file: string, { imageShape }: ModelManifest, images: ImageStack): void {
  const found = [images.channels, images.height, images.width].join('×');
  const expected = imageShape.join('×');
  if (found === expected) return;
  throw new InputError(
    file,
    `its images are ${found} (channels×height×width), but the model was fitted to ${expected}; pictures can be brought to that size`,
    { option: `resize ${imageShape[1]}x${imageShape[2]}` },
  );
}
