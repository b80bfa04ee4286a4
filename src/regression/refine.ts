import { conjugateGradients, type ConjugateGradientResult } from './conjugate-gradients.js';
import type { Preconditioner } from './preconditioner.js';
import { paddedWidth } from './products.js';
import type { ShiftedKernel } from './shifted-kernel.js';
import { TOLERANCES } from './tolerances.js';

/** Columns that are refined at a time: with thousands of them the vectors of the iteration would fill the memory. */
const COLUMNS_AT_A_TIME = 64;

export interface RefineOptions {
  readonly tolerance: number;
  readonly backwardError: number;
  readonly norm: number;
  readonly maxIterations: number;
  readonly onIteration?: (iteration: number, relativeResidual: number) => void;
}

/** Ordered: the worst of the columns is that of all. */
const OUTCOMES = [
  'converged',
  'stagnated',
  'exhausted',
  'not positive definite',
] as const satisfies readonly ConjugateGradientResult['outcome'][];

/**
 * Solves scale·A x = b by conjugate gradients in float64 with a factor as preconditioner, some columns at a time.
 *
 * @param rhs [n][k]. @param start [n][k], overwritten with the solution.
 */
export async function refine(
  system: ShiftedKernel,
  { apply }: Preconditioner,
  rhs: Float64Array,
  start: Float64Array,
  options: RefineOptions,
): Promise<Omit<ConjugateGradientResult, 'solution'>> {
  const { n, multiply } = system;
  const k = rhs.length / n;
  let worst: Omit<ConjugateGradientResult, 'solution'> | undefined;
  for (let first = 0; first < k; first += COLUMNS_AT_A_TIME) {
    const columns = Math.min(COLUMNS_AT_A_TIME, k - first);
    const width = paddedWidth(columns);
    const { solution, ...result } = await conjugateGradients(
      { width, rhs: part(rhs, k, { first, columns, width }), multiply, precondition: apply },
      {
        ...options,
        start: part(start, k, { first, columns, width }),
        smallestQuotient: TOLERANCES.singular * n * system.mean * system.scale,
      },
    );
    for (let i = 0; i < n; i++) {
      for (let c = 0; c < columns; c++) start[i * k + first + c] = solution[i * width + c];
    }
    worst = worst === undefined ? result : worseOf(worst, result);
    if (worst.outcome === 'not positive definite') break;
  }
  return worst!;
}

function worseOf(
  a: Omit<ConjugateGradientResult, 'solution'>,
  b: Omit<ConjugateGradientResult, 'solution'>,
): Omit<ConjugateGradientResult, 'solution'> {
  return {
    outcome: OUTCOMES[Math.max(OUTCOMES.indexOf(a.outcome), OUTCOMES.indexOf(b.outcome))],
    relativeResidual: Math.max(a.relativeResidual, b.relativeResidual),
    backwardError: Math.max(a.backwardError, b.backwardError),
    iterations: Math.max(a.iterations, b.iterations),
    smallestQuotient: Math.min(a.smallestQuotient, b.smallestQuotient),
  };
}

/** Columns first … first + columns − 1 of x [n][k], with zeros beside. → [n][width]. */
function part(
  x: Float64Array,
  k: number,
  { first, columns, width }: { first: number; columns: number; width: number },
): Float64Array {
  const n = x.length / k;
  const y = new Float64Array(n * width);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < columns; c++) y[i * width + c] = x[i * k + first + c];
  }
  return y;
}
