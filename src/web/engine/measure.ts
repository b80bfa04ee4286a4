import type { Gpu, ImageStack } from '../../index.js';
import { planPass, planPasses } from '../../internals.js';
import type { RunEstimate } from '../protocol.js';
import type { Settings } from '../settings.js';
import { computeBlock, pairsOfTile, tilesOf } from './blocks.js';
import { depthsOf, type PairKernel } from './job.js';

/** A measurement that took this long says enough. */
const ENOUGH_MS = 120;
const MOST_IMAGES = 64;

/** How fast a device computes a job. */
export interface JobRate {
  readonly pairsPerSecond: number;
  readonly elementLayersPerPair: number;
}

/** Computes more and more pairs until that takes long enough to tell the speed; what compiles does so before. */
export async function measurePairRate(
  gpu: Gpu,
  job: PairKernel,
  images: ImageStack,
  signal: AbortSignal,
): Promise<JobRate> {
  let last = await timePairs(gpu, job, images, 1, signal);
  for (let count = 4; ; count *= 2) {
    const used = Math.min(count, images.count, MOST_IMAGES);
    const measured = await timePairs(gpu, job, images, used, signal);
    if (measured.elapsedMs >= ENOUGH_MS || used < count) return rateBetween(last, measured);
    last = measured;
  }
}

interface TimedPairs {
  readonly elapsedMs: number;
  readonly pairs: number;
  readonly work: number;
}

/** By the difference of two measurements: what each of them takes to begin does not count. */
function rateBetween(small: TimedPairs, large: TimedPairs): JobRate {
  const grows = large.elapsedMs > small.elapsedMs && large.pairs > small.pairs && small.pairs > 1;
  const [elapsedMs, pairs] = grows
    ? [large.elapsedMs - small.elapsedMs, large.pairs - small.pairs]
    : [large.elapsedMs, large.pairs];
  return { pairsPerSecond: (1000 * pairs) / elapsedMs, elementLayersPerPair: large.work / large.pairs };
}

async function timePairs(
  gpu: Gpu,
  job: PairKernel,
  images: ImageStack,
  count: number,
  signal: AbortSignal,
): Promise<TimedPairs> {
  const size = images.channels * images.height * images.width;
  const rows = { ...images, count, data: images.data.slice(0, count * size) };
  const tiles = tilesOf(count, count, true, count);
  let work = 0;
  const started = performance.now();
  const onWork = (done: number) => (work += done);
  const computed = computeBlock(gpu, job, { rows, tiles, tileImages: count, signal, onWork });
  while ((await computed.next()).done !== true);
  const pairs = tiles.reduce((sum, tile) => sum + pairsOfTile(tile), 0);
  return { elapsedMs: performance.now() - started, pairs, work };
}

/** What a run of these settings takes at this rate. */
export function estimateRun(
  gpu: Gpu,
  job: PairKernel,
  images: ImageStack,
  { train, test }: Settings,
  rate: JobRate,
): RunEstimate {
  const pairs = (train * (train + 1)) / 2 + test * train;
  const { pairsPerSecond, elementLayersPerPair } = rate;
  return {
    pairs,
    elementLayersPerPair,
    seconds: pairs / pairsPerSecond,
    hostBytes: 4 * depthsOf(job).length * train * (train + test),
    deviceBytes: deviceBytes(gpu, job, images, train),
  };
}

function deviceBytes(gpu: Gpu, job: PairKernel, shape: ImageStack, train: number): number | undefined {
  if (job.kind === 'network') return undefined;
  const gram = { rows: train, columns: train, symmetric: true };
  const plans = planPasses(job.kernels, shape).map((pass) => planPass(pass, shape, gram, gpu));
  return Math.max(...plans.map((plan) => plan.deviceBytes));
}
