import { balancedOrder } from '../../images/subset.js';
import type { Gpu } from '../../gpu/gpu.js';
import type { KernelSpec } from '../../kernel/kernel-spec.js';
import { kernelName } from '../../kernel/validate-kernels.js';
import { evaluate } from '../../regression/classify.js';
import { type FitOptions } from '../../regression/regression.js';
import { fitDefinite } from '../../classification/definite-fit.js';
import type { Reporter } from '../../progress/reporter.js';
import { formatDuration } from '../../text/duration.js';
import { symmetricEigenvalues } from '../../statistics/eigenvalues.js';
import { cosineSimilarity } from '../../figures/kernel-heatmap.js';
import { KernelFiles } from './kernels.js';
import { kernelJobs, type Draw, type KernelGroup, type KernelJob } from './task.js';

export interface Table1Task {
  readonly draws: readonly Draw[];
  readonly groups: readonly KernelGroup[];
  readonly flip: boolean;
  readonly regression: Pick<FitOptions, 'targets' | 'ridge'>;
}

export interface Table1Hooks {
  /** Computes the matrices of a job. @returns the folder with their .npy files. */
  readonly compute: (job: KernelJob) => Promise<string>;
  readonly signal?: AbortSignal;
  readonly reporter?: Reporter;
  readonly memoryBytes?: number;
}

/** One kernel regression. */
export interface Measurement {
  readonly spec: KernelSpec;
  readonly seed: number;
  /** Training images. */
  readonly n: number;
  readonly correct: number;
  /** Test images. */
  readonly count: number;
  /** Used, relative to the mean of the diagonal. */
  readonly ridge: number;
  /** Why the ridge asked for gave no solution. */
  readonly problem?: string;
  readonly conditionEstimate: number;
  readonly relativeResidual: number;
}

/** Eigenvalues of a training kernel, largest first, relative to the mean of the diagonal. */
export interface Spectrum {
  readonly spec: KernelSpec;
  readonly images: number;
  readonly values: readonly number[];
}

/** Cosine similarities between training images sorted by class. */
export interface SimilarityMap {
  readonly spec: KernelSpec;
  readonly size: number;
  readonly values: readonly number[]; // [size][size]
  /** Class of each row, [size]. */
  readonly labels: readonly number[];
}

export interface Table1Result {
  /** The measurements of every draw and kernel, with all its training images. */
  readonly measurements: readonly Measurement[];
  /** The measurements of the first draw at the largest depth, with parts of its training images. */
  readonly smaller: readonly Measurement[];
  readonly spectra: readonly Spectrum[];
  readonly similarity: SimilarityMap;
  readonly elapsedMs: Readonly<Record<'kernels' | 'evaluation', number>>;
}

/** Training sizes of the curve, below the full one. */
const SIZES = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000];
const SMALLEST_SHARE = 1 / 20;
/** Sides of the picture and of the matrices whose eigenvalues are computed. */
const SHOWN_IMAGES = 400;

/**
 * Table 1 of the paper (Arora et al., NeurIPS 2019, section 6): kernel regressions with the CNTK and the CNN-GP of
 * every read-out and depth, and what their kernels look like. At most one training kernel is in memory at a time.
 *
 * @throws what `compute`, `KernelFiles` and `fit` throw; the signal's reason if aborted.
 */
export async function runTable1(gpu: Gpu, task: Table1Task, hooks: Table1Hooks): Promise<Table1Result> {
  const started = performance.now();
  const computed = await computeKernels(task, hooks);
  const kernels = performance.now() - started;
  hooks.reporter?.phase('regressions');
  const results = await evaluateKernels(gpu, task, hooks, computed);
  return { ...results, elapsedMs: { kernels, evaluation: performance.now() - started - kernels } };
}

/** Kernels of a group and a draw, and the folders that they are in. */
interface ComputedKernels {
  readonly draw: Draw;
  readonly group: KernelGroup;
  readonly folders: readonly string[];
}

async function computeKernels(
  { draws, groups, flip }: Table1Task,
  { compute }: Table1Hooks,
): Promise<ComputedKernels[]> {
  const computed: ComputedKernels[] = [];
  for (const draw of draws) {
    for (const group of groups) {
      const folders: string[] = [];
      for (const job of kernelJobs(draw, group, flip)) folders.push(await compute(job));
      computed.push({ draw, group, folders });
    }
  }
  return computed;
}

async function evaluateKernels(
  gpu: Gpu,
  task: Table1Task,
  hooks: Table1Hooks,
  computed: readonly ComputedKernels[],
): Promise<Omit<Table1Result, 'elapsedMs'>> {
  const all = computed.reduce((sum, { group }) => sum + group.kernels.length, 0);
  const started = performance.now();
  const measurements: Measurement[] = [];
  const smaller: Measurement[] = [];
  const spectra: Spectrum[] = [];
  let similarity: SimilarityMap | undefined;
  for (const { draw, group, folders } of computed) {
    const deepest = Math.max(...group.kernels.map(({ depth }) => depth));
    for (const spec of group.kernels) {
      hooks.signal?.throwIfAborted();
      const done = measurements.length;
      const leftMs = ((performance.now() - started) / done) * (all - done);
      hooks.reporter?.update(done / all, `${kernelName(spec)} | ${formatDuration(leftMs)} left`);
      await using kernels = await KernelFiles.open(folders, spec);
      const regression = { gpu, task, hooks, draw, spec, kernels };
      measurements.push(await regress(regression));
      if (draw !== task.draws[0] || spec.depth !== deepest) continue;
      smaller.push(...(await regressSmaller(regression)));
      hooks.signal?.throwIfAborted();
      const shown = balancedOrder(draw.train.labels, draw.seed).slice(0, SHOWN_IMAGES);
      const part = await kernels.trainPart(shown);
      spectra.push(spectrumOf(spec, part, shown.length));
      if (spec.kernel === 'ntk') similarity = similarityMap(spec, part, shown, draw.train.labels);
    }
  }
  return { measurements, smaller, spectra, similarity: similarity! };
}

interface Regression {
  readonly gpu: Gpu;
  readonly task: Table1Task;
  readonly hooks: Table1Hooks;
  readonly draw: Draw;
  readonly spec: KernelSpec;
  readonly kernels: KernelFiles;
}

/** Solves a regression with all training images, or with those at the indices. */
async function regress(regression: Regression, indices?: readonly number[]): Promise<Measurement> {
  const { gpu, task, hooks, draw, spec, kernels } = regression;
  const { labels } = draw.train;
  const kernel = indices === undefined ? await kernels.trainKernel() : await kernels.trainPart(indices);
  const own = indices === undefined ? labels : indices.map((index) => labels[index]);
  const { model, problem } = await fitDefinite(gpu, kernel, own, {
    ...task.regression,
    memoryBytes: hooks.memoryBytes,
    signal: hooks.signal,
  });
  const predicted: number[] = [];
  for await (const rows of kernels.testKernel(indices)) {
    hooks.signal?.throwIfAborted();
    predicted.push(...model.predict(rows).labels);
  }
  const { correct, count } = evaluate(draw.test.labels, predicted);
  const { ridge, conditionEstimate, relativeResidual } = model.solution;
  return {
    spec,
    seed: draw.seed,
    n: own.length,
    correct,
    count,
    ridge,
    problem,
    conditionEstimate,
    relativeResidual,
  };
}

/** Solves regressions with parts of the training images: the submatrices of a kernel are kernels. */
async function regressSmaller(regression: Regression): Promise<Measurement[]> {
  const { labels } = regression.draw.train;
  const order = balancedOrder(labels, regression.draw.seed);
  const results: Measurement[] = [];
  for (const size of SIZES.filter((n) => n < labels.length && n >= SMALLEST_SHARE * labels.length)) {
    regression.hooks.signal?.throwIfAborted();
    results.push(await regress(regression, order.slice(0, size)));
  }
  return results;
}

/** part: [images][images]. */
function spectrumOf(spec: KernelSpec, part: Float32Array, images: number): Spectrum {
  let trace = 0;
  for (let i = 0; i < images; i++) trace += part[i * (images + 1)];
  const values = symmetricEigenvalues(part, images).map((value) => value / (trace / images));
  return { spec, images, values };
}

/** part: [shown][shown], labels: of all images. */
function similarityMap(
  spec: KernelSpec,
  part: Float32Array,
  shown: readonly number[],
  labels: Int32Array,
): SimilarityMap {
  const size = shown.length;
  const positions = shown
    .map((image, position) => ({ position, label: labels[image] }))
    .sort((a, b) => a.label - b.label);
  const similarity = cosineSimilarity(part, size);
  const sorted = positions.map(({ position }) => position);
  return {
    spec,
    size,
    values: sorted.flatMap((row) => sorted.map((column) => similarity[row * size + column])),
    labels: positions.map(({ label }) => label),
  };
}
