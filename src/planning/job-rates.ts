import type { Gpu } from '../gpu/gpu.js';
import { planPasses } from '../kernel/passes.js';
import { planeCount } from '../kernel/run-variants.js';
import { type PlaneVariants } from '../kernel/plane-variant.js';
import type { Job, JobPlan } from './job-plan.js';
import {
  isSameDevice,
  shapeLabel,
  type MeasuredDevice,
  type MeasurementCache,
  type RateEntry,
} from './measurement-cache.js';
import { measureImageStage, measureRate, measureSolve } from './measure-rates.js';

export interface MeasureJobOptions {
  /** How long the kernels of all passes together are measured; compilation and the solver come on top. */
  readonly sliceMs: number;
  readonly memoryBytes?: number;
  readonly variant?: PlaneVariants;
  readonly signal?: AbortSignal;
}

/** Measures slices of a job on a device, and remembers their speeds. @returns one entry per pass. */
export async function measureJob(
  gpu: Gpu,
  device: MeasuredDevice,
  cache: MeasurementCache,
  job: Job,
  { sliceMs, signal, memoryBytes, variant }: MeasureJobOptions,
): Promise<RateEntry[]> {
  const { shape, kernels, train, classes } = job;
  const passes = planPasses(kernels, shape);
  const measured: Pick<RateEntry, 'planes' | 'depth' | 'elementLayersPerSecond' | 'imageMs'>[] = [];
  for (const pass of passes) {
    const own = pass.outputs.map(({ index }) => kernels[index]);
    const options = { sliceMs: sliceMs / passes.length, images: train, memoryBytes, variant, signal };
    measured.push({
      planes: planeCount(pass),
      depth: pass.layers + 1,
      elementLayersPerSecond: await measureRate(gpu, own, shape, options),
      imageMs: await measureImageStage(gpu, own, shape, options),
    });
  }
  // Not before: matrices left to the garbage collector may slow the slices.
  const solve = await measureSolve(gpu, train, classes, signal);
  const date = new Date().toISOString();
  const rates = measured.map((one): RateEntry => ({
    ...device,
    shape: shapeLabel(shape),
    ...one,
    ...solve,
    date,
  }));
  for (const entry of rates) await cache.putRate(entry);
  return rates;
}

/** Larger systems cost as their size has it; smaller ones are ruled by what the device takes to begin. */
const TYPICAL_ROWS = 1000;

/**
 * The speeds of a job on a device: as measured before, or of slices now. What was measured of networks half as deep at
 * the most, or of much smaller systems, tells little of this job.
 *
 * @returns one entry per pass.
 */
export async function ratesOn(
  gpu: Gpu,
  device: MeasuredDevice,
  cache: MeasurementCache,
  job: Job,
  plan: JobPlan,
  options: MeasureJobOptions,
): Promise<readonly RateEntry[]> {
  const known = await knownRates(cache, job, plan);
  const here = known.find((one) => isSameDevice(one.device, device))?.rates;
  const isTelling = here?.every(
    ({ depth, solveRows }, pass) =>
      depth > plan.passes[pass].depth / 2 && solveRows >= Math.min(job.train, TYPICAL_ROWS),
  );
  return here && isTelling ? here : await measureJob(gpu, device, cache, job, options);
}

/** A device whose speed is known for every pass of a job. */
export interface MeasuredRates {
  readonly device: MeasuredDevice;
  /** One per pass. */
  readonly rates: readonly RateEntry[];
}

/** What was measured before, on this device and others, of the work of a job's passes; newest last. */
export async function knownRates(
  cache: MeasurementCache,
  { shape }: Job,
  plan: JobPlan,
): Promise<MeasuredRates[]> {
  const perPass = await Promise.all(
    plan.passes.map(({ planeCount: planes }) => cache.ratesFor({ shape: shapeLabel(shape), planes })),
  );
  return perPass[0].flatMap((device) => {
    const rates = perPass.map((entries) => entries.find((entry) => isSameDevice(entry, device)));
    return rates.every((rate) => rate !== undefined) ? [{ device, rates }] : [];
  });
}
