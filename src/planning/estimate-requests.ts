import type { OpenGpu } from '../gpu/dawn/open-gpu.js';
import { randomImages } from '../images/random-images.js';
import { pairCount, regressionGrams } from '../kernel/gram-shape.js';
import { computeNetworks } from '../network/network-gram.js';
import { planNetworks } from '../network/plan.js';
import { batchSizes } from '../network/walk-networks.js';
import { SILENT } from '../progress/reporter.js';
import { estimateJob, jobWarnings, SLICE_MS, type Estimate, type EstimateOptions } from './estimate-job.js';
import { jobBytes, type Job, type JobPlan, type WalkSize } from './job-plan.js';
import { splitRequests, type KernelRequest, type SplitRequests } from './kernel-request.js';
import { measuredDevice } from './measurement-cache.js';
import { measureSolve, sliceImages, steadyRate } from './measure-rates.js';

export interface RequestedJob extends Omit<Job, 'kernels'> {
  readonly requests: readonly KernelRequest[];
}

/** Images of a slice: matrices of both kernels in float64 take 64 MiB per network. */
const MOST_IMAGES = 2048;

/**
 * `estimateJob` for whatever kernels are asked for. The speed of networks that are no chains of the paper is measured each
 * time, and only on this device.
 *
 * @throws as `estimateJob`; NetworkError if a pair does not fit the device
 */
export async function estimateRequests(
  opened: OpenGpu,
  { requests, ...job }: RequestedJob,
  options: EstimateOptions,
): Promise<{ readonly plan: JobPlan; readonly estimates: readonly Estimate[] }> {
  const split = splitRequests(requests, job.shape);
  const { specs, networks } = split;
  if (networks.length === 0) return estimateJob(opened, { ...job, kernels: specs }, options);
  const chains =
    specs.length > 0 ? await estimateJob(opened, { ...job, kernels: specs }, options) : undefined;
  const walk = planWalk(opened, job, split, options.memoryBytes);
  const plan = joinedPlan(job, requests.length, chains?.plan, walk);
  // Those of the chains have been said.
  if (chains === undefined)
    for (const warning of jobWarnings(opened, job, plan.hostBytes)) options.reporter?.warn(warning);
  if (!options.measures) return { plan, estimates: [] };

  const { reporter = SILENT, signal } = options;
  reporter.phase('measure a slice');
  const pairsPerSecond = await measureWalk(opened, job, split, walk, options);
  const here = chains?.estimates.find((one) => one.here)?.seconds;
  const kernels = (here?.kernels ?? 0) + plan.pairs.total / pairsPerSecond;
  const images = here?.images ?? 0;
  const solve =
    job.test === 0 ? 0 : requests.length * (await solveSeconds(opened, job.train, job.classes, signal));
  reporter.end();
  const { adapter, backend, driver, version } = measuredDevice(opened);
  const estimate: Estimate = {
    device: { adapter, backend, driver, version },
    here: true,
    measured: new Date().toISOString(),
    elementLayersPerSecond: [
      ...(chains?.estimates.find((one) => one.here)?.elementLayersPerSecond ?? []),
      pairsPerSecond * walk.elementLayersPerPair,
    ],
    seconds: { kernels, images, solve, total: kernels + images + solve },
  };
  return { plan, estimates: [estimate] };
}

function planWalk(
  opened: OpenGpu,
  { train, test, shape }: Omit<Job, 'kernels'>,
  { networks, ntk }: SplitRequests,
  memoryBytes?: number,
): WalkSize {
  const plan = planNetworks(networks, shape, { theta: ntk, device: opened });
  const sizes = batchSizes(plan, opened, memoryBytes);
  const pairs = regressionGrams(train, test).reduce((sum, gram) => sum + pairCount(gram), 0);
  const least = Math.min;
  return {
    networks: networks.length,
    fusedRuns: plan.runs.length,
    elementLayersPerPair: plan.elementLayersPerPair,
    elementLayers: pairs * plan.elementLayersPerPair,
    batchPairs: least(sizes.pairs, pairs),
    deviceBytes:
      least(sizes.pairs, pairs) * plan.sizeBytesPerPair +
      least(sizes.selfPairs, train) * plan.sizeBytesPerSelfPair +
      2 * least(sizes.images, Math.max(train, test)) * plan.sizeBytesPerImage,
  };
}

/** @param count Of the requested kernels. */
function joinedPlan(
  job: Omit<Job, 'kernels'>,
  count: number,
  chains: JobPlan | undefined,
  walk: WalkSize,
): JobPlan {
  const bytes = jobBytes(job, count);
  const [trainPairs, testPairs = 0] = regressionGrams(job.train, job.test).map(pairCount);
  return {
    walk,
    pairs: { train: trainPairs, test: testPairs, total: trainPairs + testPairs },
    elementLayers: (chains?.elementLayers ?? 0) + walk.elementLayers,
    passes: chains?.passes ?? [],
    deviceBytes: Math.max(chains?.deviceBytes ?? 0, walk.deviceBytes),
    ...bytes,
    // Beside the results, both kernels of every network in float64.
    hostBytes: bytes.hostBytes + 16 * walk.networks * job.train * Math.max(job.train, job.test),
  };
}

/** Pairs per second: a network without activations has no element-layers. */
async function measureWalk(
  opened: OpenGpu,
  { train, shape }: Omit<Job, 'kernels'>,
  { networks, ntk }: SplitRequests,
  { elementLayersPerPair }: WalkSize,
  { memoryBytes, signal: given }: EstimateOptions,
): Promise<number> {
  const count = Math.min(train, MOST_IMAGES, sliceImages(opened, elementLayersPerPair, SLICE_MS));
  const images = randomImages(count, shape, 1);
  return steadyRate(SLICE_MS, given, async ({ signal, onProgress }) => {
    const started = performance.now();
    const elapsedMs = () => performance.now() - started;
    const { pairs: done } = await computeNetworks(opened, {
      ...{ images, networks, ntk, memoryBytes, signal },
      onProgress: ({ donePairs, totalPairs: total }) =>
        onProgress?.({ done: donePairs, total, elapsedMs: elapsedMs() }),
    });
    return { done, elapsedMs: elapsedMs() };
  });
}

/** The time of one system: factorisation grows with n³, refinement with n². */
async function solveSeconds(
  opened: OpenGpu,
  train: number,
  classes: number,
  signal?: AbortSignal,
): Promise<number> {
  const { solveRows, factorMs, refineMs } = await measureSolve(opened, train, classes, signal);
  const growth = train / solveRows;
  return (factorMs * growth ** 3 + refineMs * growth ** 2) / 1e3;
}
