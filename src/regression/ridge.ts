import { assertGpu } from '../gpu/assert-gpu.js';
import type { Gpu } from '../gpu/gpu.js';
import { assertKeys, assertRunOptions, shown } from '../checks/arguments.js';
import { copyOfFloat64, type NumberArray } from '../checks/typed-arrays.js';
import { RefinementStagnatedError } from './errors.js';
import { planFactorization, type FactorPlan } from './factor-plan.js';
import { sourceOf } from './given-kernel.js';
import { inspectKernel, type InspectedKernel, type KernelPrecision } from './inspect-kernel.js';
import type { Elements, MatrixSource } from './matrix-source.js';
import { DamagedPanelError, type OpenPanelStore } from './panel-store.js';
import {
  devicePreconditioner,
  hostPreconditioner,
  type Breakdown,
  type Preconditioner,
} from './preconditioner.js';
import type { SymmetricProduct } from './products.js';
import { judgeLeaveOneOut, type LeaveOneOut } from './leave-one-out.js';
import { refine } from './refine.js';
import { columnScales } from './scaling.js';
import { conditionOf, ShiftedKernel, type Pivot } from './shifted-kernel.js';
import { accuracyOf, aimOf } from './solve-accuracy.js';
import { lanczosExtremes, smallestQuotient } from './spectrum.js';
import { TOLERANCES } from './tolerances.js';
import { assertFinite, columnsOf } from './validate.js';

export type SolveProgress =
  | { readonly phase: 'factor'; readonly fraction: number }
  | { readonly phase: 'refine'; readonly iteration: number; readonly relativeResidual: number };

export interface SolveOptions {
  /** Added to the diagonal, in units of its mean; 0 by default, as in the paper. */
  readonly ridge?: number;
  /**
   * Relative residual |Y − (K + ridge·mean·I) a| / |Y| to reach in every column; by default 1e-10 for a float32 kernel,
   * and as little as float64 allows for one in float64.
   */
  readonly tolerance?: number;
  /** Most bytes of device memory; beyond it the factor streams. */
  readonly memoryBytes?: number;
  /** Where a factor is kept that the device cannot hold; host memory if absent. */
  readonly store?: OpenPanelStore;
  /** K x, where threads are faster than reading the rows one after the other. */
  readonly product?: SymmetricProduct;
  /** Also the leave-one-out error, which costs about as much as the factorisation again. */
  readonly leaveOneOut?: boolean;
  /** Most rows of a matrix that the host factors in float64 where float32 does not do; 4096 by default, 0: none. */
  readonly hostRows?: number;
  /** Called once, before anything is computed. */
  readonly onPlan?: (plan: FactorPlan) => void;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SolveProgress) => void;
}

export interface RidgeSolution {
  readonly coefficients: Float64Array; // [n][k]
  /** As solved with, in units of the mean of the diagonal. */
  readonly ridge: number;
  /** Of the elements as they were given. */
  readonly kernelPrecision: KernelPrecision;
  /** |Y − A a| / |Y|, computed in float64 from the kernel as given and the coefficients; largest of the columns. */
  readonly relativeResidual: number;
  /** |Y − A a| / (|A| |a| + |Y|): a direct solver in float64 leaves about 1e-15. */
  readonly backwardError: number;
  readonly converged: boolean;
  /** What the caller should know before the coefficients are used; absent where there is nothing. */
  readonly warning?: string;
  readonly iterations: number;
  /** λmax / λmin of K + ridge·mean·I from Rayleigh quotients: a lower bound, mostly within a factor of 3. */
  readonly conditionEstimate: number;
  /** Relative error of the coefficients up to which the rounding of the kernel's own elements allows no statement. */
  readonly roundingError: number;
  /** Precision of the factor that served as preconditioner: `float64` where float32 did not do. */
  readonly factorPrecision: Preconditioner['kind'];
  /** Shift of the preconditioner in units of the mean diagonal; 0 unless the matrix could not be factored. */
  readonly preconditionerShift: number;
  /**
   * Mean square of y − ŷ over images and columns, every image predicted by the regression on all others; undefined if
   * not asked for, or if the matrix could not be factored without a shift.
   */
  readonly leaveOneOut?: number;
  /** About the relative error of `leaveOneOut`. */
  readonly leaveOneOutAccuracy?: number;
  readonly elapsedMs: { readonly factor: number; readonly refine: number };
}

const SOLVE_OPTIONS = [
  'ridge',
  'tolerance',
  'memoryBytes',
  'store',
  'product',
  'leaveOneOut',
  'hostRows',
  'onPlan',
  'signal',
  'onProgress',
] as const satisfies readonly (keyof SolveOptions)[];

/**
 * Solves (K + ridge·mean(diag K)·I) a = Y in float64: Cholesky in float32 on the device, then conjugate gradients on the
 * host, with K as it was given, and that factor as preconditioner. Where it does not do, the host factors a matrix of up
 * to `hostRows` in float64; else the factor of a matrix with a larger diagonal is the preconditioner. The system solved
 * stays the one asked for.
 *
 * @param kernel K [n][n], symmetric, in memory or behind a source. @param targets Y [n][k].
 * @throws MatrixTooLargeError, RangeError (shapes, ridge), ArgumentError, ArrayError, NotFiniteError, NotSymmetricError before anything
 * runs; NotPositiveDefiniteError; RefinementStagnatedError above a residual of 1e-6 that is more than rounding; the
 * signal's reason when aborted. Nothing stays allocated on the device.
 */
export async function solveRidge(
  gpu: Gpu,
  kernel: Elements | NumberArray | MatrixSource,
  targets: NumberArray,
  options: SolveOptions = {},
): Promise<RidgeSolution> {
  assertGpu('solveRidge', gpu);
  assertOptions('solveRidge', options);
  const y = copyOfFloat64('targets', targets);
  const inspected = await inspectFor(gpu, kernel, y, options);
  return await solveInspected(gpu, inspected, y, options);
}

/** Checks kernel and targets, for one solution or for several. @throws as `solveRidge`, before anything runs. */
export async function inspectFor(
  gpu: Gpu,
  kernel: Elements | NumberArray | MatrixSource,
  targets: Float64Array,
  options: SolveOptions,
): Promise<InspectedKernel> {
  const source = sourceOf(kernel);
  const plan = planFactorization(gpu, source.n, options);
  assertFinite('targets', targets, columnsOf('targets', targets, source.n));
  options.onPlan?.(plan);
  const fingerprint = plan.panels > 1 && options.store !== undefined;
  return await inspectKernel(source, { signal: options.signal, fingerprint });
}

/** @throws ArgumentError, RangeError */
export function assertOptions(where: string, options: SolveOptions): void {
  assertKeys(where, options, SOLVE_OPTIONS);
  assertRunOptions(where, options);
  const { ridge = 0, tolerance, signal } = options;
  if (!(typeof ridge === 'number' && ridge >= 0 && ridge <= TOLERANCES.largestRidge)) {
    throw new RangeError(
      `ridge is ${shown(ridge)}; it must be a number from 0 to ${TOLERANCES.largestRidge}, in units of the mean of the diagonal`,
    );
  }
  if (tolerance !== undefined && !(typeof tolerance === 'number' && tolerance > 0 && tolerance < 1)) {
    throw new RangeError(`tolerance is ${shown(tolerance)}; it must be in (0, 1)`);
  }
  signal?.throwIfAborted();
}

/** `solveRidge` with a kernel that was inspected. */
export async function solveInspected(
  gpu: Gpu,
  kernel: InspectedKernel,
  targets: Float64Array,
  options: SolveOptions,
): Promise<RidgeSolution> {
  const { ridge = 0, signal, onProgress, hostRows = TOLERANCES.hostRows } = options;
  const { n } = kernel;
  const k = targets.length / n;
  const system = new ShiftedKernel(kernel, ridge, signal, options.product);
  system.assertPositiveDiagonal();
  const scales = columnScales(targets, k);
  const rhs = targets.map((value, e) => value * scales[e % k]);
  const elapsedMs = { factor: 0, refine: 0 };
  const { largest } = await lanczosExtremes(system.multiply, n, 12);
  const aim = aimOf(kernel, options.tolerance, largest);

  let best: Attempt | undefined;
  let weakest: Pivot | undefined;
  let iterations = 0;
  let damaged = 0;
  const queue = attempts(gpu, system, options);
  for (let next = queue.shift(); next !== undefined;) {
    if (iterations >= TOLERANCES.iterations) break;
    let factor: Preconditioner | undefined;
    let started = performance.now();
    try {
      const made = await next.factor();
      elapsedMs.factor += performance.now() - started;
      started = performance.now();
      weakest ??= 'apply' in made ? made.weakest : made.pivot;
      if ('apply' in made) {
        factor = made;
        const solution =
          best && best.result.relativeResidual < 1 ? best.solution.slice() : new Float64Array(n * k);
        const result = await refine(system, factor, rhs, solution, {
          ...aim,
          maxIterations: Math.min(next.iterations, TOLERANCES.iterations - iterations),
          onIteration: (iteration, relativeResidual) =>
            onProgress?.({ phase: 'refine', iteration: iterations + iteration, relativeResidual }),
        });
        iterations += result.iterations;
        const smallest = Math.min(
          result.smallestQuotient,
          await smallestQuotient(system.multiply, factor.apply, n, 3),
        );
        if (result.outcome === 'not positive definite') {
          throw system.notPositiveDefinite(weakest, smallest, largest);
        }
        const accuracy = accuracyOf(kernel, aim, result, conditionOf(smallest, largest));
        if (!(best && best.result.relativeResidual <= result.relativeResidual)) {
          const { kind, shift } = factor;
          const leaveOneOut =
            options.leaveOneOut && shift === 0 && accuracy.acceptable
              ? await judgeLeaveOneOut(system, factor, solution, scales, { norm: largest, hostRows, signal })
              : undefined;
          best = { result, solution, smallest, kind, shift, accuracy, leaveOneOut };
        }
      }
    } catch (error) {
      // The store knows which panels are left, and computes the others again; a disk that loses all is no place for them.
      if (!(error instanceof DamagedPanelError) || ++damaged > 3) throw error;
      continue;
    } finally {
      factor?.[Symbol.dispose]();
      if (factor) elapsedMs.refine += performance.now() - started;
    }
    if (best?.accuracy.final) break;
    next = queue.shift();
  }

  if (best === undefined) {
    const extremes = await lanczosExtremes(system.multiply, n, 40);
    throw system.notPositiveDefinite(weakest!, extremes.smallest, extremes.largest);
  }
  const { result, smallest, accuracy } = best;
  if (!accuracy.acceptable) {
    throw new RefinementStagnatedError(
      result.relativeResidual,
      aim.tolerance || TOLERANCES.acceptedResidual,
      n,
      accuracy.conditionEstimate,
      iterations,
      system.suggestedRidge(smallest, largest),
    );
  }
  const coefficients = best.solution.map((value, e) => (value * system.scale) / scales[e % k]);
  assertFinite('coefficients', coefficients, k);
  await kernel.source.assertUnchanged?.();
  return {
    ridge,
    coefficients,
    kernelPrecision: kernel.precision,
    relativeResidual: result.relativeResidual,
    backwardError: result.backwardError,
    converged: accuracy.converged,
    ...(accuracy.warning === undefined ? {} : { warning: accuracy.warning }),
    iterations,
    conditionEstimate: accuracy.conditionEstimate,
    roundingError: accuracy.roundingError,
    factorPrecision: best.kind,
    preconditionerShift: best.shift,
    ...best.leaveOneOut,
    elapsedMs,
  };
}

interface Attempt {
  readonly result: Omit<Awaited<ReturnType<typeof refine>>, 'solution'>;
  readonly solution: Float64Array; // [n][k], of scale·A
  readonly smallest: number;
  readonly kind: Preconditioner['kind'];
  readonly shift: number;
  readonly accuracy: ReturnType<typeof accuracyOf>;
  readonly leaveOneOut: LeaveOneOut | undefined;
}

/** Preconditioners in the order in which they are tried. */
function attempts(
  gpu: Gpu,
  system: ShiftedKernel,
  options: SolveOptions,
): { readonly iterations: number; factor(): Promise<Preconditioner | Breakdown> }[] {
  const { iterationsPerFactor, iterationsBeforeHost, preconditionerShifts, hostRows: byDefault } = TOLERANCES;
  const isHostAllowed = system.n <= (options.hostRows ?? byDefault);
  const onDevice = (shift: number, iterations: number = iterationsPerFactor) => ({
    iterations,
    factor: () => devicePreconditioner(gpu, system, shift, options),
  });
  const onHost = { iterations: iterationsPerFactor, factor: () => hostPreconditioner(system, options) };
  return [
    onDevice(0, isHostAllowed ? iterationsBeforeHost : iterationsPerFactor),
    ...(isHostAllowed ? [onHost] : []),
    ...preconditionerShifts.map((shift) => onDevice(shift)),
  ];
}
