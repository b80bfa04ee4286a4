import type { Gpu } from '../gpu/gpu.js';
import { Recording } from '../gpu/recording.js';
import type { Cost, Share } from './cost.js';

/** Element-layers: one (p, q) element of a pair through one convolution and ReLU, Σ and Θ both. */
export type Unit = 'element-layers/s' | 'flop/s' | 'bytes/s' | 'roots/s' | 'shuffles/s';

/** One thing to be timed. */
export interface BenchCase {
  /** What `--only` selects. */
  readonly name: string;
  /** Sizes, in words. */
  readonly description: string;
  readonly unit: Unit;
  /** Of one unit of work; absent: not modelled, or known only when prepared. */
  readonly cost?: Cost;
  prepare(gpu: Gpu, signal?: AbortSignal): Promise<PreparedCase>;
}

/** A case with its inputs on the device. */
export interface PreparedCase extends Disposable {
  /** In the case's unit, of one copy. */
  readonly work: number;
  readonly compileMs: number | undefined;
  /** Instead of the case's, where sizes depend on the device. */
  readonly description?: string;
  readonly cost?: Cost;
  /** Of a sample; found by trial if absent. */
  readonly copies?: number;
  readonly timedBy: 'timestamps' | 'wall clock';
  validate(): Promise<Validation>;
  /** Runs that many copies and returns their time in nanoseconds. */
  sample(copies: number): Promise<number>;
}

export interface Validation {
  /** Largest error, in units of the largest expected magnitude. */
  readonly error: number;
  readonly tolerance: number;
  readonly against: string;
}

export interface BenchResult {
  readonly name: string;
  readonly description: string;
  /** `×` for a ratio. */
  readonly unit: Unit | '×';
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly repetitions: number;
  /** Null: nothing compiled under this name alone. */
  readonly compileMs: number | null;
  readonly timedBy: PreparedCase['timedBy'];
  /** Of one unit of work; null: not modelled. */
  readonly cost: Cost | null;
  /** Of the ceiling that binds; null without a cost, or where the ceilings were not measured. */
  readonly share: Share | null;
  /** Null for a ratio: both its sides are validated. */
  readonly validation: Validation | null;
}

/** A shader whose results are wrong: its speed means nothing. */
export class BenchValidationError extends Error {
  override readonly name = 'BenchValidationError';
  constructor(name: string, { error, tolerance, against }: Validation) {
    super(
      `${name} is not timed because its results are wrong: relative error ${error.toExponential(1)} against ${against}, ` +
        `at most ${tolerance.toExponential(1)} is allowed. Run the tests, and report the device.`,
    );
  }
}

export interface MeasureOptions {
  readonly repetitions: number;
  /** Shorter samples are lengthened by more copies. */
  readonly sampleMs: number;
  /** No further repetition of the group begins after this, but three are made. */
  readonly groupMs: number;
  readonly signal?: AbortSignal;
}

/** Timestamps come in steps of 0.1 ms: a sample is to be many of them, also of the shortest dispatch. */
const MOST_COPIES = 1000;

/**
 * Validates the cases, then times them in turn, repetition by repetition, so that what slows the machine for a while
 * slows all of them.
 *
 * @returns results and, per case, the rates in the order of the repetitions.
 * @throws BenchValidationError; the signal's reason if aborted.
 */
export async function measureTogether(
  gpu: Gpu,
  cases: readonly BenchCase[],
  { repetitions, sampleMs, groupMs, signal }: MeasureOptions,
): Promise<{ results: BenchResult[]; rates: number[][] }> {
  const prepared: PreparedCase[] = [];
  try {
    const validations: Validation[] = [];
    const copies: number[] = [];
    for (const benchCase of cases) {
      const one = await benchCase.prepare(gpu, signal);
      prepared.push(one);
      const validation = await one.validate();
      if (!(validation.error <= validation.tolerance))
        throw new BenchValidationError(benchCase.name, validation);
      validations.push(validation);
      signal?.throwIfAborted();
      copies.push(one.copies ?? (await copiesFor(one, sampleMs)));
    }
    const rates: number[][] = cases.map(() => []);
    const started = performance.now();
    for (let r = 0; r < repetitions && (r < 3 || performance.now() - started < groupMs); r++) {
      for (const [c, one] of prepared.entries()) {
        signal?.throwIfAborted();
        rates[c].push((one.work * copies[c]) / ((await one.sample(copies[c])) / 1e9));
      }
    }
    const results = cases.map(({ name, description, unit, cost = null }, c): BenchResult => ({
      name,
      description: prepared[c].description ?? description,
      unit,
      ...spread(rates[c]),
      repetitions: rates[c].length,
      compileMs: prepared[c].compileMs ?? null,
      timedBy: prepared[c].timedBy,
      cost: prepared[c].cost ?? cost,
      share: null,
      validation: validations[c],
    }));
    return { results, rates };
  } finally {
    for (const one of prepared) one[Symbol.dispose]();
  }
}

async function copiesFor(one: PreparedCase, sampleMs: number): Promise<number> {
  // The first run after a compilation is slower.
  await one.sample(1);
  const oneNs = await one.sample(1);
  const copies = Math.max(1, Math.min(MOST_COPIES, Math.round((sampleMs * 1e6) / oneNs)));
  // Tells the timer how long such a sample takes.
  if (copies > 1) await one.sample(copies);
  return copies;
}

export function spread(values: readonly number[]): { median: number; min: number; max: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
  return { median, min: sorted[0], max: sorted.at(-1)! };
}

/** Share of the shortest sample so far during which the host does not ask whether the next one has ended. */
const QUIET = 0.8;

/**
 * Times dispatches: by the device's timestamps where it has them, else from the submission to the end. Timestamps too
 * would count what a host that polls takes from a software adapter (see `Recording.submit`), so the host keeps quiet for
 * most of the time that samples of as many copies have taken.
 *
 * @param reset Called before each sample; its time does not count.
 */
export function dispatchTimer(
  gpu: Gpu,
  record: (recording: Recording) => void,
  reset?: () => Promise<void>,
): Pick<PreparedCase, 'timedBy' | 'sample'> {
  const shortestMs = new Map<number, number>();
  return {
    timedBy: gpu.description.timestamps ? 'timestamps' : 'wall clock',
    async sample(copies) {
      await reset?.();
      const recording = new Recording(gpu);
      for (let copy = 0; copy < copies; copy++) record(recording);
      const shortest = shortestMs.get(copies) ?? Infinity;
      const quietMs = shortest === Infinity ? 0 : QUIET * shortest;
      const started = performance.now();
      const { gpuNs } = await recording.submit({ timed: true, quietMs });
      const elapsedNs = gpuNs ?? (performance.now() - started) * 1e6;
      shortestMs.set(copies, Math.min(shortest, elapsedNs / 1e6));
      return elapsedNs;
    },
  };
}

/** Times calls, one after the other, from the call to the end. */
export function callTimer(call: () => Promise<void>): Pick<PreparedCase, 'timedBy' | 'sample'> {
  return {
    timedBy: 'wall clock',
    async sample(copies) {
      const started = performance.now();
      for (let copy = 0; copy < copies; copy++) await call();
      return (performance.now() - started) * 1e6;
    },
  };
}

/** Largest |computed − expected| over the largest |expected|; NaN if any value is NaN, which no comparison passes. */
export function largestError(computed: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (computed.length !== expected.length) return NaN;
  let [error, scale] = [0, 0];
  for (let e = 0; e < expected.length; e++) {
    const difference = Math.abs(computed[e] - expected[e]);
    if (!(difference <= error)) error = difference;
    if (Number.isNaN(error)) return NaN;
    scale = Math.max(scale, Math.abs(expected[e]));
  }
  return error === 0 ? 0 : error / scale;
}
