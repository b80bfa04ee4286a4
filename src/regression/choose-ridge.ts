import { assertGpu } from '../gpu/assert-gpu.js';
import type { Gpu } from '../gpu/gpu.js';
import { copyOfFloat64, type NumberArray } from '../checks/typed-arrays.js';
import { NotPositiveDefiniteError, RefinementStagnatedError } from './errors.js';
import type { Elements, MatrixSource } from './matrix-source.js';
import { assertOptions, inspectFor, solveInspected, type RidgeSolution, type SolveOptions } from './ridge.js';
import { TOLERANCES } from './tolerances.js';

/** Ridges that `auto` tries, relative to the mean of the diagonal. */
export const AUTO_RIDGES: readonly number[] = [0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1];

/** What is known of one of several ridges. */
export interface RidgeCandidate {
  readonly ridge: number;
  /** Mean square over images and columns; absent where there is none, and `problem` says why. */
  readonly leaveOneOut?: number;
  /** About the relative error of `leaveOneOut`. */
  readonly leaveOneOutAccuracy?: number;
  readonly problem?: string;
}

/** No ridge of several gave a leave-one-out error. */
export class NoRidgeError extends Error {
  override readonly name = 'NoRidgeError';
  constructor(readonly candidates: readonly RidgeCandidate[]) {
    const tried = candidates.map(({ ridge, problem }) => `\n  ${ridge}: ${problem}`);
    super(`no ridge of ${candidates.length} can be judged; use larger ones:${tried.join('')}`);
  }
}

/**
 * Solves with every ridge and keeps the solution with the smallest leave-one-out error: the training images alone
 * decide, no test image takes part.
 *
 * @throws NoRidgeError if none can be judged; and what `solveRidge` throws of the input.
 */
export async function chooseRidge(
  gpu: Gpu,
  kernel: Elements | NumberArray | MatrixSource,
  targets: NumberArray,
  ridges: readonly number[],
  options: Omit<SolveOptions, 'ridge' | 'leaveOneOut'> = {},
): Promise<RidgeSolution & { readonly candidates: readonly RidgeCandidate[] }> {
  assertGpu('chooseRidge', gpu);
  const tried = [...copyOfFloat64('ridges', ridges)];
  if (tried.length === 0) throw new RangeError('no ridge is given to choose from');
  for (const ridge of tried) assertOptions('chooseRidge', { ...options, ridge });
  const y = copyOfFloat64('targets', targets);
  const inspected = await inspectFor(gpu, kernel, y, options);
  const candidates: RidgeCandidate[] = [];
  let best: RidgeSolution | undefined;
  for (const ridge of tried) {
    try {
      const solution = await solveInspected(gpu, inspected, y, {
        ...options,
        ridge,
        leaveOneOut: true,
      });
      const { leaveOneOut, leaveOneOutAccuracy } = solution;
      if (leaveOneOut === undefined) {
        candidates.push({
          ridge,
          problem: 'the matrix cannot be factored as it is, so there is no leave-one-out error',
        });
        continue;
      }
      candidates.push({ ridge, leaveOneOut, leaveOneOutAccuracy });
      if (!(best && best.leaveOneOut! <= leaveOneOut)) best = solution;
    } catch (error) {
      if (!(error instanceof NotPositiveDefiniteError || error instanceof RefinementStagnatedError))
        throw error;
      candidates.push({ ridge, problem: error.message });
    }
  }
  if (best === undefined) throw new NoRidgeError(candidates);
  const warnings = [best.warning, choiceWarning(candidates)].filter((one) => one !== undefined);
  return { ...best, candidates, ...(warnings.length > 0 && { warning: warnings.join(' ') }) };
}

/** Where the errors that decide are not known well themselves. */
function choiceWarning(candidates: readonly RidgeCandidate[]): string | undefined {
  const doubtful = candidates.filter(
    ({ leaveOneOutAccuracy = 0 }) => !(leaveOneOutAccuracy <= TOLERANCES.roundingError),
  );
  if (doubtful.length === 0) return undefined;
  const list = doubtful.map(({ ridge, leaveOneOutAccuracy }) =>
    Number.isNaN(leaveOneOutAccuracy)
      ? `${ridge} (unknown)`
      : `${ridge} (about ${Number((100 * leaveOneOutAccuracy!).toPrecision(1))} %)`,
  );
  return `the leave-one-out errors of some ridges are not exact, as they come from a float32 factor: ${list.join(', ')}.`;
}
