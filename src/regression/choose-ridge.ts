import type { Gpu } from '../gpu/gpu.js';
import { NotPositiveDefiniteError, RefinementStagnatedError } from './errors.js';
import type { MatrixSource } from './matrix-source.js';
import { solveRidge, type RidgeSolution, type SolveOptions } from './ridge.js';

/** Ridges that `auto` tries, relative to the mean of the diagonal. */
export const AUTO_RIDGES: readonly number[] = [0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1];

/** What is known of one of several ridges. */
export interface RidgeCandidate {
  readonly ridge: number;
  /** Mean square over images and columns; absent where there is none, and `problem` says why. */
  readonly leaveOneOut?: number;
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
  kernel: Float32Array | MatrixSource,
  targets: Float64Array,
  ridges: readonly number[],
  options: Omit<SolveOptions, 'ridge' | 'leaveOneOut'> = {},
): Promise<RidgeSolution & { readonly candidates: readonly RidgeCandidate[] }> {
  const candidates: RidgeCandidate[] = [];
  let best: RidgeSolution | undefined;
  for (const ridge of ridges) {
    try {
      const solution = await solveRidge(gpu, kernel, targets, { ...options, ridge, leaveOneOut: true });
      const { leaveOneOut } = solution;
      if (leaveOneOut === undefined) {
        candidates.push({
          ridge,
          problem: 'float32 cannot factor the matrix, so there is no leave-one-out error',
        });
        continue;
      }
      candidates.push({ ridge, leaveOneOut });
      if (!(best && best.leaveOneOut! <= leaveOneOut)) best = solution;
    } catch (error) {
      if (!(error instanceof NotPositiveDefiniteError || error instanceof RefinementStagnatedError))
        throw error;
      candidates.push({ ridge, problem: error.message });
    }
  }
  if (best === undefined) throw new NoRidgeError(candidates);
  return { ...best, candidates };
}
