import { loadDigits } from '../../data/digits.js';
import type { Gpu } from '../../gpu/gpu.js';
import type { ImageStack } from '../../images/images.js';
import { balancedOrder, selectImages } from '../../images/subset.js';
import type { Network } from '../../network/network.js';
import { NetworkError } from '../../network/network-error.js';
import { computeNetworks } from '../../network/network-gram.js';
import { timeUpdates } from '../../progress/details.js';
import { SILENT, type Reporter } from '../../progress/reporter.js';
import { orAborted } from '../../signals/or-aborted.js';
import { runInThreads } from '../../threads/worker-pool.js';
import { LAYERED_KERNELS } from '../networks/layered-kernels.js';
import type { LayeredDrawsTask } from './layered-draws.js';
import { compareMeans, type MeanComparison } from './mean-comparison.js';
import { finiteImages } from './run.js';

export interface NamedNetwork {
  readonly name: string;
  readonly network: Network;
}

export interface LayeredOptions {
  readonly networks: readonly NamedNetwork[];
  /** Channel counts of the finite networks, rising. */
  readonly widths: readonly number[];
  /** At least 2. */
  readonly draws: number;
  readonly images: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly reporter?: Reporter;
}

/** One number: a kernel of a pair of images in networks of one channel count. */
export interface LayeredComparison extends MeanComparison {
  readonly name: string;
  readonly width: number;
  readonly kernel: (typeof LAYERED_KERNELS)[number];
  /** Height and width of the images. */
  readonly side: readonly [number, number];
  readonly pair: readonly [number, number];
}

/** The images have the first of these sizes that the network takes; none is square, so that no axis stands for the other. */
const SIDES: readonly (readonly [height: number, width: number])[] = [
  [8, 7],
  [13, 14],
  [17, 16],
  [32, 33],
];
/** Draws that a thread makes for one message. */
const SHARE = 4;

/**
 * NNGP and NTK of random finite networks of any layers, averaged over draws, against the kernels of the device. Both read
 * the same lists of layers; they share no code.
 *
 * @throws NetworkError, before anything runs, for a network that is too deep for small images; RangeError for one that
 * has no finite network; what `computeNetworks` throws; the signal's reason
 */
export async function runLayered(gpu: Gpu, options: LayeredOptions): Promise<LayeredComparison[]> {
  const { networks, widths, draws, signal, reporter = SILENT } = options;
  const cases = await Promise.all(networks.map((named) => layeredCase(named, options.images, options.seed)));
  if (cases.length === 0) return [];
  reporter.phase(`networks of ${cases.map(({ name }) => name).join(', ')}`);
  const jobs = cases.flatMap((one, index) => widths.map((width) => ({ ...one, index, width })));
  // The long ones first, so that no thread waits for another at the end.
  const tasks = jobs.flatMap((job, j) =>
    Array.from({ length: Math.ceil(draws / SHARE) }, (_, part) => ({
      job: j,
      work: workOf(job.images, job.width),
      task: {
        network: { layers: job.network.layers, width: job.width },
        images: finiteImages(job.images),
        seeds: [options.seed, job.index],
        firstDraw: part * SHARE,
        draws: Math.min(SHARE, draws - part * SHARE),
      } satisfies LayeredDrawsTask,
    })),
  );
  tasks.sort((a, b) => b.work - a.work);
  const exact = await Promise.all(cases.map((one) => exactLayered(gpu, one, signal)));
  const total = tasks.reduce((sum, { work }) => sum + work, 0);
  const tell = timeUpdates(reporter);
  let done = 0;
  const answers = await runInThreads<Float64Array[]>(
    new URL('./layered-worker.js', import.meta.url),
    tasks.map(({ task }) => task),
    {
      signal,
      onResult: (_, index) => {
        done += tasks[index].work;
        tell(done / total);
      },
    },
  );
  reporter.end(`${draws} draws of ${jobs.length} networks`);
  return jobs.flatMap(({ name, width, side, index }, j) => {
    // Back in the order of the draws, so that sums round as they always do.
    const own = tasks.flatMap(({ job, task }, t) =>
      job === j ? [{ first: task.firstDraw, kernels: answers[t] }] : [],
    );
    const kernels = own.sort((a, b) => a.first - b.first).flatMap((one) => one.kernels);
    const compared = compareMeans(kernels, exact[index]);
    return numbersOf(options.images).map((number, i) => ({ name, width, side, ...number, ...compared[i] }));
  });
}

/** A network with images that it takes. @throws NetworkError for one that is too deep for small images */
export async function layeredCase(named: NamedNetwork, count: number, seed: number) {
  const side = sideFor(named);
  return { ...named, side, images: await scaledDigits(count, seed, side) };
}

function sideFor({ name, network }: NamedNetwork): readonly [number, number] {
  let problem: unknown;
  for (const [height, width] of SIDES) {
    try {
      network.shapes({ channels: 1, height, width });
      return [height, width];
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      problem = error;
    }
  }
  const [height, width] = SIDES.at(-1)!;
  throw new NetworkError(
    `${name}: does not take images of ${height}×${width}: ${(problem as Error).message}`,
  );
}

/** Digits of 8×8 pixels, brought to another size by repeating or leaving out pixels. */
async function scaledDigits(
  count: number,
  seed: number,
  [height, width]: readonly [number, number],
): Promise<ImageStack> {
  const digits = await loadDigits();
  const { images } = selectImages(digits, balancedOrder(digits.labels!, seed).slice(0, count));
  const data = new Float32Array(count * height * width);
  for (let i = 0; i < data.length; i++) {
    const image = Math.floor(i / (height * width));
    const row = Math.floor(((Math.floor(i / width) % height) * images.height) / height);
    const column = Math.floor(((i % width) * images.width) / width);
    data[i] = images.data[(image * images.height + row) * images.width + column];
  }
  return { data, count, channels: 1, height, width };
}

/** The numbers that `drawLayeredKernels` returns, in its order. */
function numbersOf(count: number): Pick<LayeredComparison, 'kernel' | 'pair'>[] {
  return LAYERED_KERNELS.flatMap((kernel) =>
    Array.from({ length: count }, (_, i) =>
      Array.from({ length: i + 1 }, (_, j) => ({ kernel, pair: [i, j] as const })),
    ).flat(),
  );
}

/** The exact kernels in the order of `drawLayeredKernels`. */
export async function exactLayered(
  gpu: Gpu,
  { network, images }: { network: Network; images: ImageStack },
  signal?: AbortSignal,
): Promise<Float64Array> {
  const { kernels } = await orAborted(computeNetworks(gpu, { networks: [network], images, signal }), signal);
  return Float64Array.from(numbersOf(images.count), ({ kernel, pair: [i, j] }) => {
    return kernels[0][kernel]![i * images.count + j];
  });
}

/** About: the Gram matrices of the pixels, and the convolutions between hidden layers. */
function workOf({ count, height, width }: ImageStack, channels: number): number {
  const pixels = count * height * width;
  return pixels * channels * (pixels + channels);
}
