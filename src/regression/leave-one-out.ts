import { conjugateGradients } from './conjugate-gradients.js';
import { hostPreconditioner, type Preconditioner } from './preconditioner.js';
import { COLUMNS } from './products.js';
import type { ShiftedKernel } from './shifted-kernel.js';
import { TOLERANCES } from './tolerances.js';

/**
 * Mean square of the leave-one-out residuals of kernel ridge regression, over images and columns: image i predicted
 * by the regression on all others misses by a_i / (A⁻¹)_ii with A = K + shift·I and a = A⁻¹ Y (Rifkin and Lippert,
 * Notes on Regularized Least Squares, 2007). No image of a test set takes part.
 *
 * @param coefficients a [n][k]. @param inverseDiagonal [n].
 */
export function leaveOneOutError(coefficients: Float64Array, inverseDiagonal: Float64Array): number {
  const k = coefficients.length / inverseDiagonal.length;
  let sum = 0;
  for (let e = 0; e < coefficients.length; e++) {
    sum += (coefficients[e] / inverseDiagonal[Math.floor(e / k)]) ** 2;
  }
  return sum / coefficients.length;
}

export interface LeaveOneOut {
  readonly leaveOneOut: number;
  readonly leaveOneOutAccuracy: number;
}

/**
 * The leave-one-out error of a solution, with about the relative error that it has itself: the diagonal of A⁻¹ is that of
 * the factor, and a float32 factor is off by up to its condition times 2⁻²⁴. Some elements are therefore computed in
 * float64 as well; where they differ, the host factors in float64 if the matrix is small enough.
 *
 * @param solution The solution of scale·A and scaled targets, [n][k]. @param scales What the targets were multiplied by, [k].
 */
export async function judgeLeaveOneOut(
  system: ShiftedKernel,
  factor: Preconditioner,
  solution: Float64Array,
  scales: Float64Array,
  { norm, hostRows, signal }: { norm: number; hostRows: number; signal?: AbortSignal },
): Promise<LeaveOneOut> {
  const k = solution.length / system.n;
  const unscaled = solution.map((value, e) => value / scales[e % k]);
  let diagonal = await factor.inverseDiagonal();
  let accuracy = await sampledError(system, factor, diagonal, norm);
  if (!(accuracy <= TOLERANCES.inverseDiagonal) && factor.kind === 'float32' && system.n <= hostRows) {
    const host = await hostPreconditioner(system, { signal });
    if ('apply' in host) {
      diagonal = await host.inverseDiagonal();
      accuracy = await sampledError(system, host, diagonal, norm);
    }
  }
  // Squares: twice the error.
  return { leaveOneOut: leaveOneOutError(unscaled, diagonal), leaveOneOutAccuracy: 2 * accuracy };
}

/** Largest relative error of the elements of a diagonal of (scale·A)⁻¹ that were computed in float64; NaN if none could be. */
async function sampledError(
  { n, multiply, mean, scale }: ShiftedKernel,
  { apply }: Preconditioner,
  diagonal: Float64Array,
  norm: number,
): Promise<number> {
  // The largest is the one that small eigenvalues move most.
  let largest = 0;
  for (let i = 1; i < n; i++) if (diagonal[i] > diagonal[largest]) largest = i;
  const samples = [
    largest,
    ...Array.from({ length: COLUMNS - 1 }, (_, s) => Math.floor(((s + 0.5) * n) / (COLUMNS - 1))),
  ];
  const rhs = new Float64Array(n * COLUMNS);
  samples.forEach((i, c) => (rhs[i * COLUMNS + c] = 1));
  const { outcome, solution } = await conjugateGradients(
    { width: COLUMNS, rhs, multiply, precondition: apply },
    {
      start: new Float64Array(n * COLUMNS),
      tolerance: TOLERANCES.inverseDiagonal ** 2,
      backwardError: TOLERANCES.backwardError * Math.sqrt(n) * 2 ** -52,
      norm,
      maxIterations: TOLERANCES.iterationsPerFactor,
      smallestQuotient: TOLERANCES.singular * n * mean * scale,
    },
  );
  if (outcome === 'not positive definite' || outcome === 'exhausted') return NaN;
  return Math.max(...samples.map((i, c) => Math.abs(diagonal[i] / solution[i * COLUMNS + c] - 1)));
}
