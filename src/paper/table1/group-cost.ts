import { join } from 'node:path';
import { computationBytes } from '../../store/computation.js';
import { TileStore } from '../../store/tile-store.js';
import type { OpenGpu } from '../../gpu/dawn/open-gpu.js';
import { pairCount } from '../../kernel/gram-shape.js';
import { estimateTime, planJob } from '../../planning/job-plan.js';
import { ratesOn } from '../../planning/job-rates.js';
import { measuredDevice, type MeasurementCache } from '../../planning/measurement-cache.js';
import { decideVariants } from '../../planning/prepare-run.js';
import { jobBlocks, jobName, sides, type Draw, type KernelGroup } from './task.js';

/** What a group of kernels takes, over all draws. */
export interface GroupPlan {
  readonly group: KernelGroup;
  /** The folders of the stores, in the order of computation. */
  readonly folders: readonly string[];
  readonly pairs: number;
  readonly elementLayers: number;
  /** Share of the pairs that is in the stores already, 0 … 1. */
  readonly present: number;
  /** Tiles and matrices, also those that are there. */
  readonly diskBytes: number;
  /** Kernels that are missing, and all regressions, at the speed measured on this device. */
  readonly seconds: { readonly kernels: number; readonly regressions: number };
}

export interface Table1PlanOptions {
  readonly out: string;
  readonly classes: number;
  readonly flip: boolean;
  readonly memoryBytes: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Slices of all passes, where no speed is known. */
const SLICE_MS = 2000;

/** What the kernels of a group take on a device, by the speed that was measured there before, or is now. */
export async function planGroup(
  opened: OpenGpu,
  cache: MeasurementCache,
  draws: readonly Draw[],
  group: KernelGroup,
  { out, classes, flip, memoryBytes, signal }: Table1PlanOptions,
): Promise<GroupPlan> {
  const gpu = opened;
  const [{ train, test }] = draws;
  const { channels, height, width } = train.images;
  const job = {
    train: train.images.count,
    test: test.images.count,
    classes,
    shape: { channels, height, width },
    kernels: group.kernels,
  };
  const jobs = draws.flatMap((draw) => sides(flip).map((flipped) => ({ draw, flipped })));
  const grams = jobs.flatMap(({ draw, flipped }) =>
    jobBlocks(draw, flipped).map((block) => ({ ...block, symmetric: block.name === 'train' })),
  );
  const run = { ...job, grams, memoryBytes };
  const { variant } = await decideVariants(opened, run, { tune: 'cache', cache, signal });
  const plan = planJob(job, gpu, { memoryBytes, variant });
  const rates = await ratesOn(gpu, measuredDevice(opened), cache, job, plan, {
    sliceMs: SLICE_MS,
    memoryBytes,
    variant,
    signal,
  });
  const one = estimateTime(job, plan, rates);
  const pairs = grams.reduce((sum, gram) => sum + pairCount(gram), 0);
  const folders = jobs.map(({ draw, flipped }) => join(out, jobName(draw, group, flipped)));
  const done = await Promise.all(folders.map(finishedPairs));
  const present = done.reduce((sum, count) => sum + count, 0) / pairs;
  const perPair = (one.kernels + one.images) / plan.pairs.total;
  return {
    group,
    folders,
    pairs,
    elementLayers: (plan.elementLayers / plan.pairs.total) * pairs,
    present,
    diskBytes: jobs.reduce(
      (sum, { draw, flipped }) =>
        sum + computationBytes({ kernels: group.kernels, blocks: jobBlocks(draw, flipped) }),
      0,
    ),
    seconds: { kernels: perPair * pairs * (1 - present), regressions: one.solve * draws.length },
  };
}

/** 0 where there is no store, or none that can be read: the run itself says what is wrong with it. */
async function finishedPairs(folder: string): Promise<number> {
  try {
    const store = await TileStore.open(folder);
    const finished = await store.finished();
    return store.tiles.reduce((sum, { name, pairs }) => sum + (finished.has(name) ? pairs : 0), 0);
  } catch {
    return 0;
  }
}
