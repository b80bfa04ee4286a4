import type { Gpu } from '../gpu/gpu.js';
import type { CholeskyFactor } from './cholesky-factor.js';
import { factorize } from './cholesky.js';
import { columnNorms, conjugateGradients, type ConjugateGradientResult } from './conjugate-gradients.js';
import { FactorizationBreakdownError, RefinementStagnatedError } from './errors.js';
import { planFactorization, type FactorPlan } from './factor-plan.js';
import { leaveOneOutError } from './leave-one-out.js';
import { memorySource, type MatrixSource } from './matrix-source.js';
import type { OpenPanelStore } from './panel-store.js';
import { paddedWidth, withWidth, type SymmetricProduct } from './products.js';
import { conditionOf, ShiftedKernel, type Pivot } from './shifted-kernel.js';
import { lanczosExtremes, smallestQuotient } from './spectrum.js';
import { TOLERANCES } from './tolerances.js';
import { assertFinite, assertKernelMatrix, columnsOf, sideOf } from './validate.js';

export type SolveProgress =
  | { readonly phase: 'factor'; readonly fraction: number }
  | { readonly phase: 'refine'; readonly iteration: number; readonly relativeResidual: number };

export interface SolveOptions {
  /** Added to the diagonal, in units of its mean; 0 by default, as in the paper. */
  readonly ridge?: number;
  /** Relative residual |Y − (K + ridge·mean·I) a| / |Y| to reach in every column. */
  readonly tolerance?: number;
  /** Most bytes of device memory; beyond it the factor streams. */
  readonly memoryBytes?: number;
  /** Where a factor is kept that the device cannot hold; host memory if absent. */
  readonly store?: OpenPanelStore;
  /** K x, where threads are faster than reading the rows one after the other. */
  readonly product?: SymmetricProduct;
  /** Also the leave-one-out error, which costs about as much as the factorisation again. */
  readonly leaveOneOut?: boolean;
  readonly onPlan?: (plan: FactorPlan) => void;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SolveProgress) => void;
}

export interface RidgeSolution {
  readonly coefficients: Float64Array; // [n][k]
  /** As solved with, in units of the mean of the diagonal. */
  readonly ridge: number;
  /** Computed in float64 from the coefficients; largest of the columns. */
  readonly relativeResidual: number;
  readonly converged: boolean;
  /** Why the tolerance was not reached; absent when it was. */
  readonly warning?: string;
  readonly iterations: number;
  /** λmax / λmin of K + ridge·mean·I from Rayleigh quotients: a lower bound, mostly within a factor of 3. */
  readonly conditionEstimate: number;
  /** Shift of the preconditioner in units of the mean diagonal; 0 unless float32 could not factor the matrix. */
  readonly preconditionerShift: number;
  /**
   * Mean square of y − ŷ over images and columns, every image predicted by the regression on all others; undefined if
   * not asked for, or if float32 could not factor the matrix without a shift.
   */
  readonly leaveOneOut?: number;
  readonly elapsedMs: { readonly factor: number; readonly refine: number };
}

/**
 * Solves (K + ridge·mean(diag K)·I) a = Y: Cholesky in float32 on the device, then conjugate gradients in float64 on
 * the host with that factor as preconditioner. A matrix that float32 cannot factor is factored with a growing shift
 * of the diagonal, as preconditioner only: the system solved stays the one asked for.
 *
 * @param kernel K [n][n], symmetric, in memory or behind a source. @param targets Y [n][k].
 * @throws MatrixTooLargeError, RangeError (shapes, ridge), NotFiniteError, NotSymmetricError before anything runs;
 * NotPositiveDefiniteError; RefinementStagnatedError above a residual of 1e-6 (below, `warning` says so); the
 * signal's reason when aborted. Nothing stays allocated on the device.
 */
export async function solveRidge(
  gpu: Gpu,
  kernel: Float32Array | MatrixSource,
  targets: Float64Array,
  options: SolveOptions = {},
): Promise<RidgeSolution> {
  const { ridge = 0, tolerance = TOLERANCES.residual, signal, onProgress } = options;
  const source = kernel instanceof Float32Array ? memorySource(kernel, sideOf(kernel)) : kernel;
  const { n } = source;
  const k = columnsOf('targets', targets, n);
  if (!(ridge >= 0 && ridge < Infinity)) throw new RangeError(`ridge is ${ridge}; it must be a number ≥ 0`);
  if (!(tolerance > 0 && tolerance < 1))
    throw new RangeError(`tolerance is ${tolerance}; it must be in (0, 1)`);
  planFactorization(gpu, n, options);
  await assertKernelMatrix(source);
  assertFinite('targets', targets, k);
  signal?.throwIfAborted();

  const system = await ShiftedKernel.of(source, ridge, options.product);
  system.assertPositiveDiagonal();
  const width = paddedWidth(k);
  const rhs = withWidth(targets, n, k, width);
  const elapsedMs = { factor: 0, refine: 0 };
  let best: Attempt | undefined;
  let weakest: Pivot | undefined;
  let iterations = 0;
  for (const preconditionerShift of TOLERANCES.preconditionerShifts) {
    if (iterations >= TOLERANCES.iterations) break;
    let started = performance.now();
    const factor = await factorOrBreakdown(gpu, system, preconditionerShift, options);
    elapsedMs.factor += performance.now() - started;
    if (factor instanceof FactorizationBreakdownError) {
      weakest ??= { index: factor.pivot, value: factor.pivotValue };
      continue;
    }
    started = performance.now();
    try {
      weakest ??= weakestPivot(factor);
      const precondition = preconditioner(factor, signal);
      const result = await conjugateGradients(
        { width, rhs, multiply: system.multiply, precondition },
        {
          start:
            best && best.result.relativeResidual < 1 ? best.result.solution : new Float64Array(n * width),
          tolerance,
          maxIterations: Math.min(TOLERANCES.iterationsPerFactor, TOLERANCES.iterations - iterations),
          smallestQuotient: TOLERANCES.singular * n * system.mean,
          onIteration: (iteration, relativeResidual) =>
            onProgress?.({ phase: 'refine', iteration: iterations + iteration, relativeResidual }),
        },
      );
      iterations += result.iterations;
      const largest = (await lanczosExtremes(system.multiply, n, 12)).largest;
      const smallest = Math.min(
        result.smallestQuotient,
        await smallestQuotient(system.multiply, precondition, n, 3),
      );
      if (result.outcome === 'not positive definite') {
        throw system.notPositiveDefinite(weakest, smallest, largest);
      }
      if (!(best && best.result.relativeResidual <= result.relativeResidual)) {
        const coefficients = withWidth(result.solution, n, width, k);
        const leaveOneOut =
          options.leaveOneOut && preconditionerShift === 0
            ? leaveOneOutError(coefficients, await factor.inverseDiagonal({ signal }))
            : undefined;
        best = { result, smallest, largest, preconditionerShift, leaveOneOut };
      }
    } finally {
      factor.dispose();
      elapsedMs.refine += performance.now() - started;
    }
    if (best.result.outcome === 'converged') break;
    // At the rounding floor of float64 another preconditioner changes nothing.
    if (best.result.outcome === 'stagnated' && best.result.relativeResidual <= TOLERANCES.acceptedResidual)
      break;
  }

  if (best === undefined) {
    const { smallest, largest } = await lanczosExtremes(system.multiply, n, 40);
    throw system.notPositiveDefinite(weakest!, smallest, largest);
  }
  const { result, smallest, largest, preconditionerShift } = best;
  const { relativeResidual } = result;
  const conditionEstimate = conditionOf(smallest, largest);
  const converged = result.outcome === 'converged';
  if (!converged && !(relativeResidual <= TOLERANCES.acceptedResidual)) {
    const suggested = system.suggestedRidge(smallest, largest);
    throw new RefinementStagnatedError(
      relativeResidual,
      tolerance,
      n,
      conditionEstimate,
      iterations,
      suggested,
    );
  }
  return {
    ridge,
    coefficients: withWidth(result.solution, n, width, k),
    relativeResidual,
    converged,
    ...(converged ? {} : { warning: residualWarning(relativeResidual, tolerance, conditionEstimate) }),
    iterations,
    conditionEstimate,
    preconditionerShift,
    leaveOneOut: best.leaveOneOut,
    elapsedMs,
  };
}

function residualWarning(relativeResidual: number, tolerance: number, conditionEstimate: number): string {
  return (
    `the relative residual ended at ${relativeResidual.toExponential(1)}, above the tolerance of ` +
    `${tolerance.toExponential(0)}: with a condition of about ${conditionEstimate.toExponential(1)} rounding in ` +
    `float64 allows no better. A larger ridge lowers it.`
  );
}

interface Attempt {
  readonly result: ConjugateGradientResult;
  readonly smallest: number;
  readonly largest: number;
  readonly preconditionerShift: number;
  readonly leaveOneOut: number | undefined;
}

async function factorOrBreakdown(
  gpu: Gpu,
  { kernel, shift, mean }: ShiftedKernel,
  preconditionerShift: number,
  { memoryBytes, store, onPlan, signal, onProgress }: SolveOptions,
): Promise<CholeskyFactor | FactorizationBreakdownError> {
  try {
    return await factorize(gpu, kernel, {
      shift: shift + preconditionerShift * mean,
      memoryBytes,
      store,
      onPlan,
      signal,
      onProgress: (fraction) => onProgress?.({ phase: 'factor', fraction }),
    });
  } catch (error) {
    if (error instanceof FactorizationBreakdownError) return error;
    throw error;
  }
}

/** r ↦ (L Lᵀ)⁻¹ r in float32, every column scaled to norm 1 meanwhile. r [n][width] → [n][width]. */
function preconditioner(factor: CholeskyFactor, signal: AbortSignal | undefined) {
  return async (r: Float64Array): Promise<Float64Array> => {
    const width = r.length / factor.n;
    const norms = columnNorms(r, width);
    const scaled = Float32Array.from(r, (value, i) => value / (norms[i % width] || 1));
    const solved = await factor.solve(scaled, { signal });
    return Float64Array.from(solved, (value, i) => value * norms[i % width]);
  };
}

function weakestPivot({ diagonal }: CholeskyFactor): Pivot {
  const index = diagonal.indexOf(Math.min(...diagonal));
  return { index, value: diagonal[index] ** 2 };
}
