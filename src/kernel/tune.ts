import { assertGpu } from '../gpu/assert-gpu.js';
import { DeviceLostError, type Gpu } from '../gpu/gpu.js';
import {
  ArgumentError,
  assertCount,
  assertImageShape,
  assertKeys,
  assertRunOptions,
  shown,
} from '../checks/arguments.js';
import { orAborted } from '../signals/or-aborted.js';
import type { ImageShape } from '../images/images.js';
import { planeCandidates } from './plane-candidates.js';
import { type PlaneCount, portableVariant, type PlaneVariant } from './plane-variant.js';
import { PlanError } from '../gpu/plan-device.js';
import { largestDifference, tuningPlanes, TuningBench, type TuningCase } from './tuning-bench.js';
import { median } from '../statistics/samples.js';

/** How long a search may take, compilation included, milliseconds. */
export const TUNE_BUDGET_MS = { software: 20_000, hardware: 5_000 };
/** Share of the budget after which no further candidate is compiled: the rest is for comparing them. */
const COMPILE_SHARE = 0.7;
/** Samples per candidate, at the most and before one may leave the search. */
const ROUNDS = 7;
const LEAST_ROUNDS = 3;
/** Candidates this near to the fastest are as fast: measurements on a busy machine do not tell them apart. */
const TIE = 0.03;
/** After its first sample a candidate this much slower than the fastest is not sampled again. */
const HOPELESS = 0.3;

/**
 * Largest difference from the portable variant's sums that is rounding, relative to the largest sum of the same tap.
 * Each variant is within 2e-6 (`gap`) or 1e-5 (one plane) of the exact recursion, and they differ in the order of a few
 * additions: 1e-6 is seen. A wrong cut, neighbour or λ changes some sum by 1e-3 or more.
 */
export const TUNE_TOLERANCE = 1e-5;

export interface TuneOptions {
  readonly shape: ImageShape;
  /** Convolution layers + 1. */
  readonly depth: number;
  /** Which passes the variant is for. */
  readonly planes: PlaneCount;
  /** What to compare, preferred ones first; by default `planeCandidates`. */
  readonly candidates?: readonly PlaneVariant[];
  /** How long the search may take, by default `TUNE_BUDGET_MS`; exceeded by one compilation at the most. */
  readonly budgetMs?: number;
  readonly signal?: AbortSignal;
  /** Called before each candidate is compiled. */
  readonly onCandidate?: (index: number, count: number) => void;
}

export interface TuneMeasurement {
  readonly variant: PlaneVariant;
  readonly outcome: 'timed' | 'rejected' | 'no time left';
  /** Why it was rejected. */
  readonly reason?: string;
  /** Largest difference from the portable variant's sums; see TUNE_TOLERANCE. */
  readonly error?: number;
  /** The time of the compilation and the first run, less that of another run. */
  readonly compileMs?: number;
  /** The median of the samples. */
  readonly elementLayersPerSecond?: number;
}

export interface TuneResult {
  readonly variant: PlaneVariant;
  /** What was measured, in the order of the candidates; the portable variant last if it was not among them. */
  readonly measurements: readonly TuneMeasurement[];
  readonly elapsedMs: number;
}

const TUNE_OPTIONS = [
  'shape',
  'depth',
  'planes',
  'candidates',
  'budgetMs',
  'signal',
  'onCandidate',
] as const satisfies readonly (keyof TuneOptions)[];

/** A candidate that gave right sums, and its samples so far. */
interface Contender {
  readonly index: number;
  readonly compiled: TuningCase;
  readonly compileMs: number;
  readonly error: number;
  readonly rates: number[];
}

/**
 * A short measured search for the fastest variant of the plane kernel for images of a shape on a device. A candidate
 * whose sums differ from those of the portable variant is not trusted; the rest are timed in turn, and the first of
 * those within 3 % of the fastest median is chosen, so that ties are decided the same way every time.
 *
 * @throws PlanError if not even the portable variant fits the device; ShaderError, Error if that one fails there;
 * DeviceLostError; the signal's reason if aborted
 */
export async function tune(gpu: Gpu, options: TuneOptions): Promise<TuneResult> {
  assertTuneOptions(gpu, options);
  const { shape, signal, onCandidate } = options;
  signal?.throwIfAborted();
  const planes = tuningPlanes(options.planes, shape).total;
  const given = options.candidates ?? planeCandidates(shape, planes, gpu);
  const portable = portableVariant(shape, planes, gpu);
  const same = (a: PlaneVariant, b: PlaneVariant) =>
    a.contract === b.contract && JSON.stringify(a.constants) === JSON.stringify(b.constants);
  const candidates = given.some((variant) => same(variant, portable)) ? [...given] : [...given, portable];
  const reference = candidates.findIndex((variant) => same(variant, portable));
  const { software } = gpu.description;
  const budgetMs = options.budgetMs ?? (software ? TUNE_BUDGET_MS.software : TUNE_BUDGET_MS.hardware);

  const started = performance.now();
  const elapsed = () => performance.now() - started;
  const creating = TuningBench.create(gpu, options);
  using bench = await orAborted(creating, signal).catch((reason: unknown) => {
    creating.then((late) => late[Symbol.dispose]()).catch(() => undefined);
    throw reason;
  });
  const measurements: TuneMeasurement[] = candidates.map((variant) => ({ variant, outcome: 'no time left' }));
  const contenders: Contender[] = [];
  let expected: Float32Array | undefined;
  // The portable variant first: the others are compared with it.
  const order = [reference, ...[...candidates.keys()].filter((index) => index !== reference)];
  for (const [tried, index] of order.entries()) {
    signal?.throwIfAborted();
    // The rule's own choice is always tried; the next candidate takes about as long as those before it.
    if (tried > 1 && elapsed() * (1 + 1 / tried) > COMPILE_SHARE * budgetMs) break;
    onCandidate?.(tried, candidates.length);
    const variant = candidates[index];
    const begun = elapsed();
    try {
      const compiled = await orAborted(bench.compile(variant), signal);
      const sums = await orAborted(bench.sums(compiled), signal);
      const firstMs = elapsed() - begun;
      const rate = await orAborted(bench.sample(compiled), signal);
      const compileMs = Math.max(0, firstMs - bench.lastSampleMs);
      expected ??= sums;
      const error = largestDifference(sums, expected, bench.plan.pass.taps);
      if (!(error <= TUNE_TOLERANCE)) {
        const reason = `its sums differ from those of the portable variant by ${error.toExponential(1)}`;
        measurements[index] = { variant, outcome: 'rejected', reason, error, compileMs };
      } else contenders.push({ index, compiled, compileMs, error, rates: [rate] });
    } catch (problem) {
      signal?.throwIfAborted();
      // Without the portable variant nothing can be validated.
      if (problem instanceof DeviceLostError || index === reference) throw problem;
      const reason = problem instanceof PlanError ? problem.message : firstLine(problem);
      measurements[index] = { variant, outcome: 'rejected', reason };
    }
  }

  if (contenders.length === 0) {
    throw new Error(
      `the plane kernel gives no numbers on ${gpu.description.name}: ${measurements[reference].reason ?? ''}`,
    );
  }
  await compare(bench, contenders, () => elapsed() < budgetMs, signal);
  for (const { index, compileMs, error, rates } of contenders) {
    const variant = candidates[index];
    measurements[index] = {
      variant,
      outcome: 'timed',
      error,
      compileMs,
      elementLayersPerSecond: median(rates),
    };
  }
  const chosen = fastest(measurements.map(({ elementLayersPerSecond }) => elementLayersPerSecond));
  return { variant: candidates[chosen], measurements, elapsedMs: elapsed() };
}

function assertTuneOptions(gpu: Gpu, options: TuneOptions): void {
  assertGpu('tune', gpu);
  assertKeys('tune', options, TUNE_OPTIONS);
  assertRunOptions('tune', options);
  const { shape, depth, planes, candidates, budgetMs } = options as Partial<TuneOptions>;
  assertImageShape('tune: shape', shape);
  assertCount('tune: depth', depth, 2);
  if (planes !== 'one' && planes !== 'many') {
    throw new ArgumentError(`tune: planes is ${shown(planes)}; one or many is wanted`);
  }
  if (candidates !== undefined && !Array.isArray(candidates)) {
    throw new ArgumentError(`tune: candidates are ${shown(candidates)}; an array of variants is wanted`);
  }
  if (budgetMs !== undefined && !(typeof budgetMs === 'number' && budgetMs >= 0)) {
    throw new ArgumentError(`tune: budgetMs is ${shown(budgetMs)}; a number of milliseconds ≥ 0 is wanted`);
  }
}

/** Samples in turn, so that what slows the machine for a while slows all; who cannot win any more leaves. */
async function compare(
  bench: TuningBench,
  contenders: readonly Contender[],
  timeIsLeft: () => boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  // Not one after a compilation, which is slower.
  for (const { rates } of contenders) rates.length = 0;
  let live = [...contenders];
  for (let round = 0; round < ROUNDS; round++) {
    if (round > 0 && (live.length < 2 || !timeIsLeft())) return;
    for (const { compiled, rates } of live) {
      signal?.throwIfAborted();
      rates.push(await orAborted(bench.sample(compiled), signal));
    }
    const best = Math.max(...live.map(({ rates }) => Math.max(...rates)));
    const margin = round + 1 < LEAST_ROUNDS ? HOPELESS : 2 * TIE;
    live = live.filter(({ rates }) => Math.max(...rates) >= (1 - margin) * best);
  }
}

/** Index of the first rate within 3 % of the largest; those that were not measured are passed over. */
export function fastest(rates: readonly (number | undefined)[]): number {
  const best = Math.max(...rates.map((rate) => rate ?? 0));
  return rates.findIndex((rate) => rate !== undefined && rate >= (1 - TIE) * best);
}

function firstLine(problem: unknown): string {
  return (problem as Error).message.split('\n')[0];
}
