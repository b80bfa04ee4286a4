import { InputError } from '../../checks/input-error.js';
import type { LabelledImages } from '../../data/load.js';
import { normalize } from '../../images/normalize.js';
import { balancedOrder, selectImages } from '../../images/subset.js';
import type { Gpu } from '../../gpu/gpu.js';
import type { KernelSpec } from '../../kernel/kernel-spec.js';
import { computeGram } from '../../kernel/gram.js';
import { defaultTrained } from '../../kernel/validate-kernels.js';
import { timeUpdates, workUpdates } from '../../progress/details.js';
import { SILENT, type Reporter } from '../../progress/reporter.js';
import { classesOf } from '../../regression/targets.js';
import { runInThreads } from '../../threads/worker-pool.js';
import { kernelTitle } from '../../figures/kernel-title.js';
import type { CandidateKernel, DrawOutcome, ImageDrawTask } from './draw-run.js';
import { pixelKernels, sharedCopy } from './pixel-kernels.js';

/** Ridges among which the leave-one-out error chooses, relative to the mean of the diagonal. */
export const SMALL_RIDGES: readonly number[] = [1e-6, 1e-4, 1e-3, 1e-2];

export interface SmalldataOptions {
  /** Numbers of training images. */
  readonly sizes: readonly number[];
  readonly draws: number;
  readonly depths: readonly number[];
  /** Images of which training and test images are drawn. */
  readonly images: number;
  readonly seed: number;
}

export interface SmalldataHooks {
  readonly signal?: AbortSignal;
  readonly reporter?: Reporter;
}

export interface SmalldataResult {
  /** [sizes][draws][methods] */
  readonly outcomes: readonly (readonly (readonly DrawOutcome[])[])[];
  readonly imageShape: readonly [number, number, number];
  readonly classes: number;
  readonly timingsMs: Readonly<Record<'convolutionalKernels' | 'pixelKernels' | 'solves', number>>;
}

/**
 * Small-data classification (Arora et al. 2020, arXiv 1910.01663): every kernel of all images once; each draw takes its
 * training images, balanced, and tests on all others.
 *
 * @throws InputError if there are no labels or too few images; what `computeGram` throws; the signal's reason.
 */
export async function runSmalldata(
  gpu: Gpu,
  set: LabelledImages,
  options: SmalldataOptions,
  { signal, reporter = SILENT }: SmalldataHooks = {},
): Promise<SmalldataResult> {
  const { labels, images, classes } = choosePool(set, options);
  reporter.phase('kernels');
  let started = performance.now();
  const convolutional = await convolutionalKernels(gpu, images, options.depths, { signal, reporter });
  const convolutionalKernelsMs = performance.now() - started;

  reporter.phase('kernels of the pixels, then regressions');
  started = performance.now();
  const kernels = [...convolutional, ...(await pixelKernels(images, options.depths, signal))];
  const pixelKernelsMs = performance.now() - started;

  started = performance.now();
  const tasks = options.sizes.flatMap((size) =>
    Array.from({ length: options.draws }, (_, draw): ImageDrawTask => {
      const order = balancedOrder(labels, options.seed + 1 + draw);
      const [train, test] = [order.slice(0, size), order.slice(size)];
      return { kernels, labels, train, test, ridges: SMALL_RIDGES };
    }),
  );
  const work = tasks.map(({ train }) => train.length ** 3);
  const total = work.reduce((sum, one) => sum + one, 0);
  let done = 0;
  const tell = timeUpdates(reporter);
  const outcomes = await runInThreads<DrawOutcome[]>(new URL('./draw-worker.js', import.meta.url), tasks, {
    signal,
    onResult: (_, index) => {
      done += work[index];
      tell(done / total);
    },
  });
  reporter.end();
  return {
    outcomes: options.sizes.map((_, s) => outcomes.slice(s * options.draws, (s + 1) * options.draws)),
    imageShape: [images.channels, images.height, images.width],
    classes,
    timingsMs: {
      convolutionalKernels: convolutionalKernelsMs,
      pixelKernels: pixelKernelsMs,
      solves: performance.now() - started,
    },
  };
}

function choosePool(set: LabelledImages, { images: count, sizes, seed }: SmalldataOptions) {
  const files = set.files.join(', ');
  if (set.labels === undefined) throw new InputError(files, 'has no labels beside it; every image needs one');
  if (count > set.images.count) {
    throw new InputError(
      files,
      `${count} images are asked for, but there are ${set.images.count}; ask for fewer (--images)`,
    );
  }
  const largest = Math.max(...sizes);
  if (largest >= count) {
    throw new InputError(
      files,
      `${largest} of ${count} images for training leave none for the test; use more (--images)`,
    );
  }
  const pool = selectImages(set, balancedOrder(set.labels, seed).slice(0, count));
  return {
    labels: pool.labels!,
    images: normalize('standardize', pool.images).train,
    classes: classesOf(pool.labels!).length,
  };
}

async function convolutionalKernels(
  gpu: Gpu,
  images: LabelledImages['images'],
  depths: readonly number[],
  { signal, reporter = SILENT }: SmalldataHooks,
): Promise<CandidateKernel[]> {
  const chosen = (['ntk', 'nngp'] as const).flatMap((kernel) =>
    (['gap', 'vanilla'] as const).flatMap((readout) =>
      depths.map((depth): KernelSpec =>
        kernel === 'ntk'
          ? { kernel, depth, readout, trained: defaultTrained(readout) }
          : { kernel, depth, readout },
      ),
    ),
  );
  const { matrices } = await computeGram(gpu, {
    images,
    kernels: chosen,
    signal,
    onProgress: workUpdates(reporter),
  });
  return chosen.map((spec, i) => ({
    method: kernelTitle(spec),
    name: `depth ${spec.depth}`,
    matrix: sharedCopy(matrices[i]),
  }));
}
