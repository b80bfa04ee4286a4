import { loadDigits } from '../../data/digits.js';
import { balancedOrder, selectImages } from '../../images/subset.js';
import type { Gpu } from '../../gpu/gpu.js';
import type { KernelSpec } from '../../kernel/kernel-spec.js';
import { computeGram } from '../../kernel/gram.js';
import type { ImageStack } from '../../images/images.js';
import { compareMeans, type MeanComparison } from './mean-comparison.js';
import { PAPER_NETWORK, type FiniteImages } from '../networks/convolution-network.js';
import type { NetworkDrawsTask } from './draws.js';
import { KERNELS, READOUTS } from '../networks/empirical-kernels.js';
import { timeUpdates } from '../../progress/details.js';
import { SILENT, type Reporter } from '../../progress/reporter.js';
import { runInThreads } from '../../threads/worker-pool.js';

export interface MontecarloOptions {
  /** KernelSpec counts of the finite networks, rising. */
  readonly widths: readonly number[];
  /** How many draws there are of every network, that is, channel count and depth; at least 2. */
  readonly draws: number;
  readonly depths: readonly number[];
  readonly images: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly reporter?: Reporter;
}

/** One number: a kernel of a pair of images in networks of one channel count. */
export interface MontecarloComparison extends MeanComparison {
  readonly width: number;
  readonly depth: number;
  readonly readout: (typeof READOUTS)[number];
  readonly kernel: (typeof KERNELS)[number];
  /** Positions of the two images. */
  readonly pair: readonly [number, number];
}

export interface MontecarloResult {
  readonly comparisons: readonly MontecarloComparison[];
  readonly images: ImageStack;
  readonly timingsMs: Readonly<Record<'device' | 'draws', number>>;
}

/** Draws that a thread makes for one message: about as many as take the time of one of 128 channels. */
const DRAW_WORK = 128 ** 2;

/**
 * The kernels of random finite convolutional networks, averaged over draws, against the exact kernels of the device.
 * The networks and their gradients share no code with the kernels. Source: paper, sections 3 and 4.
 *
 * @throws what `computeGram` throws; the signal's reason if aborted
 */
export async function runMontecarlo(gpu: Gpu, options: MontecarloOptions): Promise<MontecarloResult> {
  const { reporter = SILENT, draws: count, widths, depths } = options;
  reporter.phase('exact kernels, then networks');
  const started = performance.now();
  const images = await smallDigits(options.images, options.seed);
  const exact = await exactKernels(gpu, images, options);
  const drawsStarted = performance.now();
  const draws = await drawAll(finiteImages(images), options);
  const comparisons = draws.flatMap(({ width, depth, kernels }) => {
    const compared = compareMeans(kernels, exact.get(depth)!);
    return [...numbersOf(images.count)].map((number, i) => ({ width, depth, ...number, ...compared[i] }));
  });
  const ended = performance.now();
  reporter.end(`${count} draws of ${widths.length * depths.length} networks`);
  return {
    comparisons,
    images,
    timingsMs: { device: drawsStarted - started, draws: ended - drawsStarted },
  };
}

/** Digits cut to rows 1–6 and columns 2–6: not square, so that rows and columns cannot be taken for each other. */
export async function smallDigits(count: number, seed: number): Promise<ImageStack> {
  const digits = await loadDigits();
  const { images } = selectImages(digits, balancedOrder(digits.labels!, seed).slice(0, count));
  const [height, width] = [6, 5];
  const data = new Float32Array(count * height * width);
  for (let i = 0; i < data.length; i++) {
    const [image, row, column] = [
      Math.floor(i / (height * width)),
      Math.floor(i / width) % height,
      i % width,
    ];
    data[i] = images.data[(image * images.height + row + 1) * images.width + column + 2];
  }
  return { data, count, channels: 1, height, width };
}

/** Brings images from [count][channels][pixels] to [count][pixels][channels], as finite networks take them. */
export function finiteImages({ data, count, channels, height, width }: ImageStack): FiniteImages {
  const pixels = height * width;
  const values = new Float64Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const [image, channel, pixel] = [
      Math.floor(i / pixels / channels),
      Math.floor(i / pixels) % channels,
      i % pixels,
    ];
    values[(image * pixels + pixel) * channels + channel] = data[i];
  }
  return { count, channels, height, width, values };
}

/** The numbers that `drawKernels` returns of a depth, in its order. */
export function* numbersOf(
  count: number,
): Generator<Pick<MontecarloComparison, 'readout' | 'kernel' | 'pair'>> {
  for (const readout of READOUTS) {
    for (const kernel of KERNELS) {
      for (let i = 0; i < count; i++) for (let j = 0; j <= i; j++) yield { readout, kernel, pair: [i, j] };
    }
  }
}

/** The exact kernels of each depth, in the order of `drawKernels`. */
export async function exactKernels(
  gpu: Gpu,
  images: ImageStack,
  { depths, signal }: Pick<MontecarloOptions, 'depths' | 'signal'>,
): Promise<Map<number, Float64Array>> {
  const kernels = depths.flatMap((depth) =>
    READOUTS.flatMap((readout) => KERNELS.map((kernel) => kernelOf(depth, readout, kernel))),
  );
  const { matrices } = await computeGram(gpu, { images, kernels, signal });
  const each = READOUTS.length * KERNELS.length;
  return new Map(
    depths.map((depth, d) => [
      depth,
      Float64Array.from(
        matrices.slice(d * each, (d + 1) * each).flatMap((matrix) => lowerTriangle(matrix, images.count)),
      ),
    ]),
  );
}

function kernelOf(
  depth: number,
  readout: (typeof READOUTS)[number],
  kernel: (typeof KERNELS)[number],
): KernelSpec {
  return kernel === 'nngp'
    ? { kernel: 'nngp', depth, readout }
    : { kernel: 'ntk', depth, readout, trained: kernel };
}

function lowerTriangle(matrix: Float32Array, n: number): number[] {
  return Array.from({ length: n }, (_, i) => [...matrix.subarray(i * n, i * n + i + 1)]).flat();
}

interface NetworkDraws {
  readonly width: number;
  readonly depth: number;
  /** [draws] of `drawKernels` */
  readonly kernels: readonly Float64Array[];
}

async function drawAll(
  images: FiniteImages,
  { widths, depths, draws, seed, signal, reporter = SILENT }: MontecarloOptions,
): Promise<NetworkDraws[]> {
  const networks = widths.flatMap((width) => depths.map((depth) => ({ width, depth })));
  // The long ones first, so that no thread waits for another at the end.
  const tasks = [...networks].reverse().flatMap(({ width, depth }): NetworkDrawsTask[] => {
    const share = Math.max(1, Math.min(64, Math.floor(DRAW_WORK / width ** 2)));
    return Array.from({ length: Math.ceil(draws / share) }, (_, part) => ({
      network: { ...PAPER_NETWORK, width, depth },
      images,
      seed,
      firstDraw: part * share,
      draws: Math.min(share, draws - part * share),
    }));
  });
  const total = tasks.reduce((sum, task) => sum + workOf(task), 0);
  let done = 0;
  const tell = timeUpdates(reporter);
  const answers = await runInThreads<Float64Array[]>(new URL('./draw-worker.js', import.meta.url), tasks, {
    signal,
    onResult: (_, index) => {
      done += workOf(tasks[index]);
      tell(done / total);
    },
  });
  return networks.map(({ width, depth }) => ({
    width,
    depth,
    kernels: answers
      .filter((_, i) => tasks[i].network.width === width && tasks[i].network.depth === depth)
      .flat(),
  }));
}

/** Nearly all of it is in the convolutions between hidden layers. */
function workOf({ network: { width, depth }, draws }: NetworkDrawsTask): number {
  return draws * width * (1 + (depth - 2) * width);
}
