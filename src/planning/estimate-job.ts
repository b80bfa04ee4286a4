import { totalmem } from 'node:os';
import { unequalSizes } from '../text/sizes.js';
import type { OpenGpu } from '../gpu/dawn/open-gpu.js';
import type { Gpu } from '../gpu/gpu.js';
import { regressionGrams } from '../kernel/gram-shape.js';
import { SILENT, type Reporter } from '../progress/reporter.js';
import { MatrixTooLargeError } from '../regression/errors.js';
import { planFactorization } from '../regression/factor-plan.js';
import { estimateTime, planJob, type Job, type JobPlan, type JobTime } from './job-plan.js';
import { knownRates, measureJob, type MeasuredRates } from './job-rates.js';
import { isSameDevice, measuredDevice, MeasurementCache, type MeasuredDevice } from './measurement-cache.js';
import { decideVariants } from './prepare-run.js';

export interface Estimate {
  readonly device: MeasuredDevice;
  /** The device of this run. */
  readonly here: boolean;
  /** The time of the measurement, ISO 8601. */
  readonly measured: string;
  /** One per pass. */
  readonly elementLayersPerSecond: readonly number[];
  readonly seconds: JobTime;
}

export interface EstimateOptions {
  /** Whether slices of the job are run now, as by default; without it only what was measured before counts. */
  readonly measures?: boolean;
  readonly memoryBytes?: number;
  /** The cache of measurements, by default that of this user. */
  readonly cache?: MeasurementCache;
  readonly reporter?: Reporter;
  readonly signal?: AbortSignal;
}

/** Time of the slices of all passes together. */
export const SLICE_MS = 3000;

/** What a job takes, and how long on each device whose speed is known. */
export interface JobEstimate {
  readonly plan: JobPlan;
  readonly estimates: readonly Estimate[];
}

/** The estimate of `library/planning`, whose arguments are right. */
export async function estimateJob(
  opened: OpenGpu,
  job: Job,
  options: EstimateOptions = {},
): Promise<JobEstimate> {
  const { measures = true, memoryBytes, reporter = SILENT, signal } = options;
  const { cache = new MeasurementCache((message) => reporter.note(`warning: ${message}`)) } = options;
  const gpu = opened;
  const here = measuredDevice(opened);
  // Of the whole job: a slice of it is short, but runs what the job will run.
  const run = { ...job, grams: regressionGrams(job.train, job.test), memoryBytes };
  const { variant } = await decideVariants(opened, run, { tune: 'cache', cache, signal });
  const plan = planJob(job, gpu, { memoryBytes, variant });
  let known = await knownRates(cache, job, plan);
  if (measures) {
    reporter.phase('measure a slice');
    const rates = await measureJob(gpu, here, cache, job, {
      sliceMs: SLICE_MS,
      signal,
      memoryBytes,
      variant,
    });
    reporter.end();
    known = [{ device: here, rates }, ...known.filter(({ device }) => !isSameDevice(device, here))];
  }
  for (const warning of jobWarnings(gpu, job, plan.hostBytes)) reporter.warn(warning);
  return { plan, estimates: known.map((rates) => estimateFor(job, plan, rates, here)) };
}

function estimateFor(
  job: Job,
  plan: JobPlan,
  { device, rates }: MeasuredRates,
  here: MeasuredDevice,
): Estimate {
  const { adapter, backend, driver, version } = device;
  return {
    device: { adapter, backend, driver, version },
    here: isSameDevice(device, here),
    measured: rates[0].date,
    elementLayersPerSecond: rates.map(({ elementLayersPerSecond }) => elementLayersPerSecond),
    seconds: estimateTime(job, plan, rates),
  };
}

/** What would stop the job on this machine. */
export function jobWarnings(gpu: Gpu, job: Pick<Job, 'train' | 'test'>, hostBytes: number): string[] {
  const warnings: string[] = [];
  if (hostBytes > totalmem()) {
    const [needed, there] = unequalSizes(hostBytes, totalmem());
    warnings.push(`the kernel matrices take ${needed}; this machine has ${there} of memory`);
  }
  try {
    if (job.test > 0) planFactorization(gpu, job.train);
  } catch (error) {
    if (!(error instanceof MatrixTooLargeError)) throw error;
    warnings.push(`the linear system: ${error.message}`);
  }
  return warnings;
}
