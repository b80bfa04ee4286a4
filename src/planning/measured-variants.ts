import type { Gpu } from '../gpu/gpu.js';
import type { KernelSpec } from '../kernel/kernel-spec.js';
import { planPasses, type Pass } from '../kernel/passes.js';
import type { ImageShape } from '../images/images.js';
import { pairCount, type GramShape } from '../kernel/gram-shape.js';
import { planeCandidates, variantLabel } from '../kernel/plane-candidates.js';
import { passWork, planeCount } from '../kernel/run-variants.js';
import {
  laneVariant,
  planeVariant,
  quickVariant,
  type PlaneCount,
  type PlaneVariant,
  type PlaneVariants,
} from '../kernel/plane-variant.js';
import { PlanError } from '../gpu/plan-device.js';
import { tune, TUNE_BUDGET_MS, type TuneResult } from '../kernel/tune.js';
import { formatRate } from '../progress/details.js';
import { SILENT, type Reporter } from '../progress/reporter.js';
import { isSameDevice, shapeLabel, type MeasuredDevice, type MeasurementCache } from './measurement-cache.js';
import { measureRate } from './measure-rates.js';

/**
 * Whether measurements choose the variants of a run. `off`: never; `cache`: as far as they were made before; `on`: for
 * long runs also by a search now; `force`: by a search in any case.
 */
export type MeasureMode = 'off' | 'cache' | 'on' | 'force';

/** With `on` a run is preceded by a search if it takes at least this many times as long. */
const WORTH_IT = 10;
/** No device is slower, so a run too short at this speed needs no look. Element-layers per second. */
const LEAST_RATE = { software: 1e7, hardware: 1e9 };
const SLICE_MS = 500;

/** What of a run the variants depend on. */
export interface MeasuredRun {
  readonly kernels: readonly KernelSpec[];
  readonly shape: ImageShape;
  /** The matrices of the run. */
  readonly grams: readonly GramShape[];
  readonly memoryBytes?: number;
}

export interface MeasuredVariantsOptions {
  readonly mode: MeasureMode;
  readonly signal?: AbortSignal;
  /** Told of a search as a phase. */
  readonly reporter?: Reporter;
}

/**
 * The variants of the plane kernel for a run's passes that measurements have chosen: before on this device, or in a
 * search now where that is worth its time; none where the rule is to decide.
 */
export async function measuredVariants(
  gpu: Gpu,
  device: MeasuredDevice,
  cache: MeasurementCache,
  run: MeasuredRun,
  { mode, signal, reporter = SILENT }: MeasuredVariantsOptions,
): Promise<PlaneVariants> {
  if (mode === 'off') return {};
  const variants: { -readonly [K in keyof PlaneVariants]: PlaneVariants[K] } = {};
  for (const pass of planPasses(run.kernels, run.shape)) {
    const planes = planeCount(pass);
    // Where a lane holds a whole plane there is nothing to choose from.
    if (planes in variants || laneVariant(pass, run.shape, gpu) !== undefined) continue;
    if (mode !== 'force') {
      const known = await cachedVariant(gpu, device, cache, run.shape, planes);
      const variant = known ?? (await compiledBefore(gpu, device, cache, pass, run));
      if (variant) variants[planes] = variant;
      if (variant || mode === 'cache' || !(await isWorthSearching(gpu, pass, run, signal))) continue;
    }
    reporter.phase(`tune (${planes === 'one' ? 'one plane' : 'many planes'})`);
    try {
      const depth = pass.layers + 1;
      const result = await searchVariant(gpu, device, cache, { shape: run.shape, planes, depth, signal });
      variants[planes] = result.variant;
      reporter.end(`${variantLabel(result.variant)}, ${formatRate(rateOf(result), 1000)}`);
    } catch (error) {
      // The plan of the run says so itself, or does without the portable variant.
      if (!(error instanceof PlanError)) throw error;
    }
  }
  return variants;
}

/**
 * The rule's variant where the run is so short that another would be compiled sooner, and yet rates were measured here
 * before: then the driver keeps it.
 */
async function compiledBefore(
  gpu: Gpu,
  device: MeasuredDevice,
  cache: MeasurementCache,
  pass: Pass,
  { shape, grams }: MeasuredRun,
): Promise<PlaneVariant | undefined> {
  const planes = pass.planes.length;
  if (quickVariant(shape, planes, gpu, passWork(pass, shape, grams)) === undefined) return undefined;
  const rates = await cache.ratesFor({ shape: shapeLabel(shape), planes: planeCount(pass) });
  return rates.some((rate) => isSameDevice(rate, device)) ? planeVariant(shape, planes, gpu) : undefined;
}

/** All variants that may compute the passes of one kind. @throws PlanError */
export function candidatesFor(planes: PlaneCount, shape: ImageShape, gpu: Gpu): PlaneVariant[] {
  return planeCandidates(shape, planes === 'one' ? 1 : shape.height * shape.width, gpu);
}

/** What a search on this device has chosen before. */
export async function cachedVariant(
  gpu: Gpu,
  device: MeasuredDevice,
  cache: MeasurementCache,
  shape: ImageShape,
  planes: PlaneCount,
) {
  const work = { shape: shapeLabel(shape), planes };
  try {
    return await cache.variant(device, work, candidatesFor(planes, shape, gpu));
  } catch (error) {
    if (error instanceof PlanError) return undefined;
    throw error;
  }
}

/** Searches, and remembers what was found. */
export async function searchVariant(
  gpu: Gpu,
  device: MeasuredDevice,
  cache: MeasurementCache,
  options: Parameters<typeof tune>[1],
): Promise<TuneResult> {
  const result = await tune(gpu, options);
  const { shape, planes } = options;
  await cache.putVariant({
    ...device,
    shape: shapeLabel(shape),
    planes,
    variant: variantLabel(result.variant),
    elementLayersPerSecond: rateOf(result),
    date: new Date().toISOString(),
  });
  return result;
}

function rateOf({ variant: chosen, measurements }: TuneResult): number {
  return measurements.find(({ variant }) => variant === chosen)?.elementLayersPerSecond ?? 0;
}

async function isWorthSearching(
  gpu: Gpu,
  pass: Pass,
  { kernels, shape, grams, memoryBytes }: MeasuredRun,
  signal?: AbortSignal,
): Promise<boolean> {
  const device = gpu.description.software ? 'software' : 'hardware';
  const seconds = (WORTH_IT * TUNE_BUDGET_MS[device]) / 1e3;
  const pairs = grams.reduce((sum, gram) => sum + pairCount(gram), 0);
  const work = pairs * pass.planes.length * shape.height * shape.width * pass.layers;
  if (work < seconds * LEAST_RATE[device]) return false;
  const rate = await measureRate(
    gpu,
    pass.outputs.map(({ index }) => kernels[index]),
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
