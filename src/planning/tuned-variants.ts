import type { Gpu } from '../gpu/gpu.js';
import type { Channel } from '../kernel/channels.js';
import { planPasses, type Pass } from '../kernel/passes.js';
import { type ImageShape } from '../images/images.js';
import { pairCount, type GramShape } from '../kernel/plan.js';
import {
  planeCandidates,
  planeListKind,
  variantLabel,
  type PlaneListKind,
  type PlaneVariants,
} from '../kernel/plane-candidates.js';
import { PlanError } from '../kernel/plan-device.js';
import { tune, TUNE_BUDGET_MS, type TuneResult } from '../kernel/tune.js';
import { shapeLabel, type MeasuredDevice, type MeasurementCache } from './measurement-cache.js';
import { measureRate } from './measure-rates.js';

/** `on`: what was measured before, and for long runs a search; `force`: a search in any case. */
export type TuneMode = 'off' | 'on' | 'force';

/** With `on` a run is preceded by a search if it takes at least this many times as long. */
const WORTH_IT = 10;
/** No device is slower, so a run too short at this speed needs no look. Element-layers per second. */
const LEAST_RATE = { software: 1e7, hardware: 1e9 };
const SLICE_MS = 500;

export interface TunedJob {
  readonly channels: readonly Channel[];
  readonly shape: ImageShape;
  /** The matrices of the run. */
  readonly grams: readonly GramShape[];
  readonly memoryBytes?: number;
}

export interface TunedVariantsOptions {
  readonly mode: TuneMode;
  readonly signal?: AbortSignal;
  /** Before a search, and after it. */
  readonly onSearch?: (kind: PlaneListKind, result?: TuneResult) => void;
}

/**
 * The variants of the plane kernel for a run's passes: those chosen on this device before, or by a search now where
 * that is worth its time; none where the rule is to decide.
 */
export async function tunedVariants(
  gpu: Gpu,
  device: MeasuredDevice,
  cache: MeasurementCache,
  job: TunedJob,
  { mode, signal, onSearch }: TunedVariantsOptions,
): Promise<PlaneVariants> {
  if (mode === 'off') return {};
  const variants: { -readonly [K in keyof PlaneVariants]: PlaneVariants[K] } = {};
  for (const pass of planPasses(job.channels, job.shape)) {
    const kind = planeListKind(pass);
    if (kind in variants) continue;
    if (mode === 'on') {
      const known = await cachedVariant(gpu, device, cache, job.shape, kind);
      if (known) variants[kind] = known;
      if (known || !(await isWorthSearching(gpu, pass, job, signal))) continue;
    }
    onSearch?.(kind);
    try {
      const depth = pass.layers + 1;
      const result = await searchVariant(gpu, device, cache, { shape: job.shape, kind, depth, signal });
      variants[kind] = result.variant;
      onSearch?.(kind, result);
    } catch (error) {
      // The plan of the run says so itself, or does without the portable variant.
      if (!(error instanceof PlanError)) throw error;
    }
  }
  return variants;
}

/** What a search on this device has chosen before. */
export async function cachedVariant(
  gpu: Gpu,
  device: MeasuredDevice,
  cache: MeasurementCache,
  shape: ImageShape,
  kind: PlaneListKind,
) {
  const planes = kind === 'vanilla' ? 1 : shape.height * shape.width;
  const work = { shape: shapeLabel(shape), kind };
  try {
    return await cache.variant(device, work, planeCandidates(shape, planes, gpu));
  } catch (error) {
    if (error instanceof PlanError) return undefined;
    throw error;
  }
}

/** What searches on this device have chosen before for a run's passes. */
export async function cachedVariants(
  gpu: Gpu,
  device: MeasuredDevice,
  cache: MeasurementCache,
  { channels, shape }: Pick<TunedJob, 'channels' | 'shape'>,
): Promise<PlaneVariants> {
  const kinds = new Set(planPasses(channels, shape).map(planeListKind));
  const found = await Promise.all(
    [...kinds].map(async (kind) => [kind, await cachedVariant(gpu, device, cache, shape, kind)] as const),
  );
  return Object.fromEntries(found.filter(([, variant]) => variant !== undefined));
}

/** Searches, and remembers what was found. */
export async function searchVariant(
  gpu: Gpu,
  device: MeasuredDevice,
  cache: MeasurementCache,
  options: Parameters<typeof tune>[1],
): Promise<TuneResult> {
  const result = await tune(gpu, options);
  const { shape, kind } = options;
  const chosen = result.measurements.find(({ variant }) => variant === result.variant);
  await cache.putVariant({
    ...device,
    shape: shapeLabel(shape),
    kind,
    variant: variantLabel(result.variant),
    elementLayersPerSecond: chosen?.elementLayersPerSecond ?? 0,
    date: new Date().toISOString(),
  });
  return result;
}

async function isWorthSearching(
  gpu: Gpu,
  pass: Pass,
  { channels, shape, grams, memoryBytes }: TunedJob,
  signal?: AbortSignal,
): Promise<boolean> {
  const device = gpu.description.software ? 'software' : 'hardware';
  const seconds = (WORTH_IT * TUNE_BUDGET_MS[device]) / 1e3;
  const pairs = grams.reduce((sum, gram) => sum + pairCount(gram), 0);
  const work = pairs * pass.planes.length * shape.height * shape.width * pass.layers;
  if (work < seconds * LEAST_RATE[device]) return false;
  const rate = await measureRate(
    gpu,
    pass.outputs.map(({ channel }) => channels[channel]),
    shape,
    {
      sliceMs: SLICE_MS,
      images: Math.max(...grams.map(({ rows }) => rows)),
      memoryBytes,
      variant: 'auto',
      signal,
    },
  );
  return work >= seconds * rate;
}
