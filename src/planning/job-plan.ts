import type { KernelSpec } from '../kernel/kernel-spec.js';
import { planPasses } from '../kernel/passes.js';
import type { ImageShape } from '../images/images.js';
import { planPass, type PassPlan, type PlanOptions } from '../kernel/pass-plan.js';
import { pairCount, regressionGrams, type GramShape } from '../kernel/gram-shape.js';
import type { PlanDevice } from '../gpu/plan-device.js';
import { variantLabel } from '../kernel/plane-candidates.js';
import { planeCount } from '../kernel/run-variants.js';
import { type PlaneCount } from '../kernel/plane-variant.js';
import { blockLoads, tileCount } from '../kernel/tiles.js';
import type { RateEntry } from './measurement-cache.js';

/** Kernels of training images and of test images with them, and a regression for each kernel. */
export interface Job {
  readonly train: number;
  /** 0: the kernel of the training images alone. */
  readonly test: number;
  readonly classes: number;
  readonly shape: ImageShape;
  readonly kernels: readonly KernelSpec[];
}

/** One walk through the layers for all pairs of the job. */
export interface PassSize {
  readonly planeCount: PlaneCount;
  readonly variant: string;
  readonly depth: number;
  readonly planes: number;
  readonly elementLayersPerPair: number;
  readonly elementLayers: number;
  /** Images whose fields stand in one buffer. */
  readonly blockImages: number;
  readonly cachedBlocks: number;
  readonly tiles: number;
  /** Images whose fields are computed, repetitions counted, and every block as a whole one. */
  readonly imageLoads: number;
  readonly deviceBytes: number;
}

/** The walk of the networks that are no chains of the paper, for all pairs of the job. */
export interface WalkSize {
  readonly networks: number;
  /** Runs of the fused plane kernel. */
  readonly fusedRuns: number;
  readonly elementLayersPerPair: number;
  readonly elementLayers: number;
  /** Pairs that stand on the device at a time, at the most. */
  readonly batchPairs: number;
  readonly deviceBytes: number;
}

export interface JobPlan {
  readonly walk?: WalkSize;
  readonly pairs: { readonly train: number; readonly test: number; readonly total: number };
  readonly elementLayers: number;
  readonly passes: readonly PassSize[];
  /** The most that stands on the device while kernels are computed; see `planPass`. */
  readonly deviceBytes: number;
  /** What stands on the device while one system is solved: the training kernel. */
  readonly solveBytes: number;
  /** The kernel matrices on the host. */
  readonly hostBytes: number;
  readonly diskBytes: {
    /** The .npy files of training kernels and test kernels. */
    readonly kernels: number;
    /** The predictions and scores as .npy files. */
    readonly run: number;
  };
}

const NPY_HEADER_BYTES = 128;

/**
 * What a job takes, from its sizes alone: nothing here grows with the number of images.
 *
 * @throws PlanError if the images do not fit the device
 */
export function planJob(job: Job, device: PlanDevice, options: PlanOptions = {}): JobPlan {
  const { train, test, shape, kernels } = job;
  const grams = regressionGrams(train, test);
  const [trainPairs, testPairs = 0] = grams.map(pairCount);
  const total = trainPairs + testPairs;
  const passes = planPasses(kernels, shape).map((pass): PassSize => {
    const plans = grams.map((gram) => ({ gram, plan: planPass(pass, shape, gram, device, options) }));
    const sum = (of: (gram: GramShape, plan: PassPlan) => number) =>
      plans.reduce((all, { gram, plan }) => all + of(gram, plan), 0);
    const [{ plan }] = plans;
    return {
      planeCount: planeCount(pass),
      variant: variantLabel(plan.variant),
      depth: pass.layers + 1,
      planes: pass.planes.length,
      elementLayersPerPair: plan.elementLayersPerPair,
      elementLayers: total * plan.elementLayersPerPair,
      blockImages: plan.blockImages,
      cachedBlocks: plan.cachedBlocks,
      tiles: sum((gram, { blockImages }) => tileCount(gram, blockImages)),
      imageLoads: sum(
        (gram, { blockImages, cachedBlocks }) => blockImages * blockLoads(gram, blockImages, cachedBlocks),
      ),
      deviceBytes: Math.max(...plans.map(({ plan: { deviceBytes } }) => deviceBytes)),
    };
  });
  return {
    pairs: { train: trainPairs, test: testPairs, total },
    elementLayers: passes.reduce((sum, { elementLayers }) => sum + elementLayers, 0),
    passes,
    deviceBytes: Math.max(...passes.map(({ deviceBytes }) => deviceBytes)),
    ...jobBytes(job, kernels.length),
  };
}

/** What a job of so many kernels takes for its matrices. */
export function jobBytes(
  { train, test, classes }: Omit<Job, 'kernels'>,
  kernels: number,
): Pick<JobPlan, 'solveBytes' | 'hostBytes' | 'diskBytes'> {
  const matrixBytes = 4 * train * train;
  const testBytes = 4 * test * train;
  const matrices = test === 0 ? 1 : 2;
  return {
    solveBytes: matrixBytes,
    hostBytes: kernels * (matrixBytes + testBytes),
    diskBytes: {
      kernels: kernels * (matrixBytes + testBytes + matrices * NPY_HEADER_BYTES),
      run: test === 0 ? 0 : test * (4 + 8 * classes) + 2 * NPY_HEADER_BYTES,
    },
  };
}

/** Seconds of each part of a job. */
export interface JobTime {
  readonly kernels: number;
  /** The per-image stage, which is repeated where images do not stay on the device. */
  readonly images: number;
  /** Linear systems: factorisation with n³, refinement with n². */
  readonly solve: number;
  readonly total: number;
}

/** Time of a planned job at measured speeds, one entry per pass; compilation is not in it. */
export function estimateTime(job: Job, plan: JobPlan, rates: readonly RateEntry[]): JobTime {
  const parts = plan.passes.map((pass, index) => ({ pass, rate: rates[index] }));
  const kernels = parts.reduce(
    (sum, { pass, rate }) => sum + pass.elementLayers / rate.elementLayersPerSecond,
    0,
  );
  const images = parts.reduce((sum, { pass, rate }) => {
    const fields = (depth: number) => job.shape.channels + depth - 1;
    return sum + (pass.imageLoads * rate.imageMs * fields(pass.depth)) / fields(rate.depth) / 1e3;
  }, 0);
  const { solveRows, factorMs, refineMs } = rates[0];
  const growth = job.train / solveRows;
  const solve =
    job.test === 0 ? 0 : (job.kernels.length * (factorMs * growth ** 3 + refineMs * growth ** 2)) / 1e3;
  return { kernels, images, solve, total: kernels + images + solve };
}
