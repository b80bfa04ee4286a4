import { TOLERANCES } from './tolerances.js';

/** A x = b with A symmetric, several columns at once. Every vector is [n][width], row-major float64. */
export interface LinearSystem {
  readonly width: number;
  readonly rhs: Float64Array;
  multiply(x: Float64Array): Promise<Float64Array> | Float64Array;
  /** About A⁻¹ r; its rounding may vary from call to call. */
  precondition(r: Float64Array): Promise<Float64Array>;
}

export interface ConjugateGradientOptions {
  readonly start: Float64Array; // [n][width]
  /** Relative residual at which a column is solved; 0 where only the backward error counts. */
  readonly tolerance: number;
  /** Backward error at which a column is solved, |b − A x| / (norm |x| + |b|); 0 where only the residual counts. */
  readonly backwardError?: number;
  /** About the largest eigenvalue of A, for the backward error. */
  readonly norm?: number;
  readonly maxIterations: number;
  /** A Rayleigh quotient at or below this means that A is not positive definite. */
  readonly smallestQuotient: number;
  /** Called after every iteration with the residual of the recurrence; throws to end. */
  readonly onIteration?: (iteration: number, relativeResidual: number) => void;
}

export interface ConjugateGradientResult {
  readonly outcome: 'converged' | 'stagnated' | 'exhausted' | 'not positive definite';
  readonly solution: Float64Array; // [n][width]
  /** The residual b − A x as computed from the solution, not from the recurrence; the largest of the columns. */
  readonly relativeResidual: number;
  /** The same, relative to norm |x| + |b|. */
  readonly backwardError: number;
  readonly iterations: number;
  /** Smallest pᵀAp / pᵀp met: an upper bound of the smallest eigenvalue. */
  readonly smallestQuotient: number;
}

/**
 * Preconditioned conjugate gradients, all columns in lockstep, each with its own α and β. β has the flexible
 * (Polak-Ribière) form, which tolerates a preconditioner computed in float32 (Golub and Ye 1999). When the recurrence
 * claims the tolerance, the true residual decides: it restarts the iteration until it passes or stops shrinking.
 */
export async function conjugateGradients(
  system: LinearSystem,
  options: ConjugateGradientOptions,
): Promise<ConjugateGradientResult> {
  const { rhs, width } = system;
  const { tolerance, backwardError: leastError = 0, norm = 0 } = options;
  const norms = columnNorms(rhs, width).map((value) => value || 1);
  const solution = Float64Array.from(options.start);
  let iterations = 0;
  let smallestQuotient = Infinity;
  let last = Infinity;
  /** |A| |x| + |b| of every column. */
  const magnitudes = () => columnNorms(solution, width).map((value, c) => norm * value + norms[c]);
  /** Residuals at which a column is solved. */
  const goalsOf = (sizes: Float64Array) =>
    sizes.map((size, c) => Math.max(tolerance * norms[c], leastError * size));

  for (;;) {
    const product = await system.multiply(solution);
    const r = rhs.map((value, i) => value - product[i]);
    const residuals = columnNorms(r, width);
    const sizes = magnitudes();
    let goals = goalsOf(sizes);
    const end = (outcome: ConjugateGradientResult['outcome']) => ({
      outcome,
      solution,
      relativeResidual: largestRatio(residuals, norms),
      backwardError: largestRatio(residuals, sizes),
      iterations,
      smallestQuotient,
    });
    const excess = largestRatio(residuals, goals);
    if (excess <= 1) return end('converged');
    if (iterations >= options.maxIterations) return end('exhausted');
    if (!(excess < TOLERANCES.stagnation * last)) return end('stagnated');
    last = excess;

    let z = await system.precondition(r);
    let p = Float64Array.from(z);
    let rz = columnDots(r, z, width);
    // A column that has its tolerance rests: its α is zero.
    let resting = restingColumns(r, goals, width);
    while (iterations < options.maxIterations && resting.includes(false)) {
      const q = await system.multiply(p); // A p
      const pq = columnDots(p, q, width);
      const pp = columnDots(p, p, width);
      const alpha = new Float64Array(width);
      for (let c = 0; c < width; c++) {
        if (resting[c]) continue;
        // Rounding left no direction, or no number: only the true residual can tell what was reached.
        if (!(pp[c] > 0 && pp[c] < Infinity && rz[c] > 0)) {
          resting[c] = true;
          continue;
        }
        smallestQuotient = Math.min(smallestQuotient, pq[c] / pp[c]);
        if (!(pq[c] > options.smallestQuotient * pp[c])) return end('not positive definite');
        alpha[c] = rz[c] / pq[c];
      }
      addScaled(solution, alpha, p, width);
      addScaled(
        r,
        alpha.map((value) => -value),
        q,
        width,
      );
      iterations++;
      const exhaustedColumns = resting;
      goals = goalsOf(magnitudes());
      resting = restingColumns(r, goals, width).map((rests, c) => rests || exhaustedColumns[c]);
      options.onIteration?.(iterations, largestRatio(columnNorms(r, width), norms));
      if (!resting.includes(false)) break;

      z = await system.precondition(r);
      // β = zᵀ(r − r₋) / (z₋ᵀ r₋), and r − r₋ = −α q
      const zq = columnDots(z, q, width);
      const beta = alpha.map((value, c) => (resting[c] ? 0 : (-value * zq[c]) / rz[c]));
      rz = columnDots(r, z, width);
      const direction = Float64Array.from(z);
      addScaled(direction, beta, p, width);
      p = direction;
    }
  }
}

/** target += factor[c] · x, column by column. target, x [n][width]. */
function addScaled(target: Float64Array, factor: Float64Array, x: Float64Array, width: number): void {
  for (let i = 0; i < target.length; i += width) {
    for (let c = 0; c < width; c++) target[i + c] += factor[c] * x[i + c];
  }
}

/** xᵀy of every column. x, y [n][width] → [width]. */
export function columnDots(x: Float64Array, y: Float64Array, width: number): Float64Array {
  const dots = new Float64Array(width);
  for (let i = 0; i < x.length; i += width) {
    for (let c = 0; c < width; c++) dots[c] += x[i + c] * y[i + c];
  }
  return dots;
}

/** |x| of every column. x [n][width] → [width]. */
export function columnNorms(x: Float64Array, width: number): Float64Array {
  return columnDots(x, x, width).map(Math.sqrt);
}

/** Largest of a[c] / b[c]; NaN if any is. */
function largestRatio(a: Float64Array, b: Float64Array): number {
  return a.reduce((largest, value, c) => Math.max(largest, value / b[c]), 0);
}

/** Half the goal, so that the true residual still passes when it differs a little. */
function restingColumns(r: Float64Array, goals: Float64Array, width: number): boolean[] {
  return Array.from(columnNorms(r, width), (norm, c) => norm <= 0.5 * goals[c]);
}
