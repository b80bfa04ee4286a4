import type { Gpu } from '../gpu/gpu.js';
import { chooseRidge, type RidgeCandidate } from './choose-ridge.js';
import { argmax, predictScores } from './classify.js';
import type { MatrixSource } from './matrix-source.js';
import { solveRidge, type RidgeSolution, type SolveOptions } from './ridge.js';
import { classCount, encodeTargets, type TargetCoding } from './targets.js';
import { sideOf } from './validate.js';

export interface FitOptions extends Omit<SolveOptions, 'ridge'> {
  /** Added to the diagonal, in units of its mean; of several, the one with the smallest leave-one-out error. */
  readonly ridge?: number | readonly number[];
  /** `centred` (0.9 / −0.1, the paper's) unless given. */
  readonly targets?: TargetCoding;
  /** Number of classes; the largest label + 1 unless given. */
  readonly classes?: number;
}

/** A fitted kernel regression. */
export interface Model {
  /** Training images. */
  readonly n: number;
  readonly classes: number;
  /** Coefficients [n][classes] and how they were found. */
  readonly solution: RidgeSolution & { readonly candidates?: readonly RidgeCandidate[] };
}

export interface Prediction {
  readonly scores: Float64Array; // [m][classes]
  readonly labels: Int32Array; // [m], the class of the largest score
}

/**
 * Kernel regression on class labels: a = (K + ridge·mean(diag K)·I)⁻¹ Y.
 *
 * @param kernel K [n][n] of the training images. @param labels [n], 0 … classes−1.
 * @throws RangeError if counts disagree or a label is out of range; and what `solveRidge` and `chooseRidge` throw.
 */
export async function fit(
  gpu: Gpu,
  kernel: Float32Array | MatrixSource,
  labels: ArrayLike<number>,
  { targets = 'centred', classes = classCount(labels), ridge = 0, ...options }: FitOptions = {},
): Promise<Model> {
  const n = kernel instanceof Float32Array ? sideOf(kernel) : kernel.n;
  if (labels.length !== n) throw new RangeError(`${labels.length} labels for a kernel of ${n} images`);
  const y = encodeTargets(labels, classes, targets);
  const ridges = typeof ridge === 'number' ? [ridge] : ridge;
  const solution =
    ridges.length === 1
      ? await solveRidge(gpu, kernel, y, { ...options, ridge: ridges[0] })
      : await chooseRidge(gpu, kernel, y, ridges, options);
  return { n, classes, solution };
}

/**
 * Scores and labels of test images.
 *
 * @param testKernel [m][n], test image by training image.
 * @throws RangeError if its rows are not n long; NotFiniteError naming an element that is not a finite number.
 */
export function predict({ n, classes, solution }: Model, testKernel: Float32Array): Prediction {
  const scores = predictScores(testKernel, solution.coefficients, n);
  return { scores, labels: argmax(scores, classes) };
}
