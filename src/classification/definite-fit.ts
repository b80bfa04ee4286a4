import type { Gpu } from '../gpu/gpu.js';
import { NoRidgeError } from '../regression/choose-ridge.js';
import type { Elements, MatrixSource } from '../regression/matrix-source.js';
import { NotPositiveDefiniteError, RefinementStagnatedError } from '../regression/errors.js';
import { fit, type FitOptions, type Model } from '../regression/regression.js';

/** Tried in order where the ridge asked for gives no solution; relative to the mean of the diagonal. */
const LARGER_RIDGES = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2];

export interface DefiniteFit {
  readonly model: Model;
  /** Why the ridge asked for was not used; absent where it was. */
  readonly problem?: string;
}

/**
 * `fit`, but a kernel that is not positive definite at the ridge asked for, as repeated images or float32 make it, gets
 * the first of growing ridges that gives a solution.
 *
 * @throws what `fit` throws, if none does or the input is wrong.
 */
export async function fitDefinite(
  gpu: Gpu,
  kernel: Elements | MatrixSource,
  labels: ArrayLike<number>,
  options: FitOptions,
): Promise<DefiniteFit> {
  const { ridge = 0 } = options;
  const largest = Math.max(...(typeof ridge === 'number' ? [ridge] : ridge));
  let problem: string | undefined;
  let failure: unknown;
  for (const attempt of [ridge, ...LARGER_RIDGES.filter((one) => one > largest)]) {
    try {
      return { model: await fit(gpu, kernel, labels, { ...options, ridge: attempt }), problem };
    } catch (error) {
      if (!isIndefinite(error)) throw error;
      problem ??= error.message;
      failure = error;
    }
  }
  throw failure;
}

/** The kernel and its ridges have no solution; nothing but another ridge or kernel changes that. */
export function isIndefinite(error: unknown): error is Error {
  return [NotPositiveDefiniteError, RefinementStagnatedError, NoRidgeError].some(
    (type) => error instanceof type,
  );
}
