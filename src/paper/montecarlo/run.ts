import { loadDigits } from '../../data/digits.js';
import { balancedOrder, selectImages } from '../../images/subset.js';
import type { Gpu } from '../../gpu/gpu.js';
import type { Channel } from '../../kernel/channels.js';
import { computeGram } from '../../kernel/gram.js';
import type { ImageStack } from '../../images/images.js';
import { compareMeans, type MeanComparison } from './mean-comparison.js';
import { PAPER_NETWORK, type FiniteImages } from '../networks/convolution-network.js';
import type { DrawTask } from './draws.js';
import { KERNELS, READOUTS } from '../networks/empirical-kernels.js';
import { runInThreads } from '../../threads/worker-pool.js';

export interface MontecarloOptions {
  /** Channel counts of the finite networks, rising. */
  readonly widths: readonly number[];
  /** Of every network: channel count and depth. At least 2. */
  readonly draws: number;
  readonly depths: readonly number[];
  readonly images: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
  /** Of the draws, 0 … 1. */
  readonly onProgress?: (fraction: number, elapsedMs: number) => void;
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
  return {
    comparisons,
    images,
    timingsMs: { device: drawsStarted - started, draws: ended - drawsStarted },
  };
}

/** Rows 1–6 and columns 2–6 of digits: not square, so that rows and columns cannot be taken for each other. */
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

/** From [count][channels][pixels] to [count][pixels][channels]. */
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

/** What `drawKernels` returns, in its order. */
export function* numbersOf(
  count: number,
): Generator<Pick<MontecarloComparison, 'readout' | 'kernel' | 'pair'>> {
  for (const readout of READOUTS) {
    for (const kernel of KERNELS) {
      for (let i = 0; i < count; i++) for (let j = 0; j <= i; j++) yield { readout, kernel, pair: [i, j] };
    }
  }
}

/** By depth, in the order of `drawKernels`. */
export async function exactKernels(
  gpu: Gpu,
  images: ImageStack,
  { depths, signal }: Pick<MontecarloOptions, 'depths' | 'signal'>,
): Promise<Map<number, Float64Array>> {
  const channels = depths.flatMap((depth) =>
    READOUTS.flatMap((readout) => KERNELS.map((kernel) => channelOf(depth, readout, kernel))),
  );
  const { matrices } = await computeGram(gpu, { images, channels, signal });
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

function channelOf(
  depth: number,
  readout: (typeof READOUTS)[number],
  kernel: (typeof KERNELS)[number],
): Channel {
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
  { widths, depths, draws, seed, signal, onProgress }: MontecarloOptions,
): Promise<NetworkDraws[]> {
  const networks = widths.flatMap((width) => depths.map((depth) => ({ width, depth })));
  // The long ones first, so that no thread waits for another at the end.
  const tasks = [...networks].reverse().flatMap(({ width, depth }): DrawTask[] => {
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
  const started = performance.now();
  let done = 0;
  const answers = await runInThreads<Float64Array[]>(new URL('./draw-worker.js', import.meta.url), tasks, {
    signal,
    onResult: (_, index) => {
      done += workOf(tasks[index]);
      onProgress?.(done / total, performance.now() - started);
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
function workOf({ network: { width, depth }, draws }: DrawTask): number {
  return draws * width * (1 + (depth - 2) * width);
}
