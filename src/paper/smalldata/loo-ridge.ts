import { classesOf, encodeTargets } from '../../regression/targets.js';
import { leaveOneOutError } from '../../regression/leave-one-out.js';
import { lowerFactor } from '../networks/small-solve.js';

export interface LooSolution {
  /** The labels, each once: column c of the coefficients is that of label classes[c]. */
  readonly classes: readonly number[];
  readonly coefficients: Float64Array; // [n][classes]
  /** Relative to the mean of the diagonal. */
  readonly ridge: number;
  /** Mean square over images and columns. */
  readonly leaveOneOut: number;
}

/**
 * Kernel ridge regression in float64 with the ridge that has the smallest leave-one-out error (Rifkin and Lippert 2007).
 *
 * For kernels of some hundred images, of which hundreds are solved in threads: there the way through the device costs
 * more than the factorisation.
 *
 * @param kernel [n][n], symmetric. @param labels [n]. @param ridges Relative to the mean of the diagonal.
 * @returns undefined if float64 can factor the matrix with none of the ridges.
 */
export function looRidge(
  kernel: Float64Array,
  labels: Int32Array,
  ridges: readonly number[],
): LooSolution | undefined {
  const n = labels.length;
  const classes = classesOf(labels);
  const targets = encodeTargets(labels, classes, 'centred');
  let mean = 0;
  for (let i = 0; i < n; i++) mean += kernel[i * n + i] / n;
  let best: LooSolution | undefined;
  for (const ridge of ridges) {
    const inverse = inverseFactor(kernel, n, ridge * mean);
    if (inverse === undefined) continue;
    const coefficients = solveByInverse(inverse, targets, n, classes.length);
    const leaveOneOut = leaveOneOutError(coefficients, inverseDiagonal(inverse, n));
    if (leaveOneOut < (best?.leaveOneOut ?? Infinity)) best = { classes, coefficients, ridge, leaveOneOut };
  }
  return best;
}

/** L⁻¹ [n][n], lower triangle, of K + shift·I = L Lᵀ; undefined if a pivot is not positive. */
function inverseFactor(kernel: Float64Array, n: number, shift: number): Float64Array | undefined {
  const { factor, pivot } = lowerFactor(kernel, n, shift);
  if (pivot !== undefined) return undefined;
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const row = inverse.subarray(i * n, i * n + i + 1);
    for (let k = 0; k < i; k++) {
      const weight = factor[i * n + k];
      for (let j = 0; j <= k; j++) row[j] -= weight * inverse[k * n + j];
    }
    row[i] = 1;
    for (let j = 0; j <= i; j++) row[j] /= factor[i * n + i];
  }
  return inverse;
}

/** L⁻ᵀ (L⁻¹ Y). targets [n][k] → [n][k]. */
function solveByInverse(inverse: Float64Array, targets: Float64Array, n: number, k: number): Float64Array {
  const half = new Float64Array(n * k);
  const result = new Float64Array(n * k);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      for (let c = 0; c < k; c++) half[i * k + c] += inverse[i * n + j] * targets[j * k + c];
    }
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      for (let c = 0; c < k; c++) result[j * k + c] += inverse[i * n + j] * half[i * k + c];
    }
  }
  return result;
}

/** Diagonal of L⁻ᵀ L⁻¹, [n]. */
function inverseDiagonal(inverse: Float64Array, n: number): Float64Array {
  const diagonal = new Float64Array(n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) diagonal[j] += inverse[i * n + j] ** 2;
  return diagonal;
}
