import { assertGpu } from '../gpu/assert-gpu.js';
import { className } from '../checks/class-name.js';
import type { Gpu } from '../gpu/gpu.js';
import { ArgumentError } from '../checks/arguments.js';
import { copyOfFloat64, type NumberArray } from '../checks/typed-arrays.js';
import { chooseRidge, type RidgeCandidate } from './choose-ridge.js';
import { argmax, predictScores } from './classify.js';
import { sourceOf } from './given-kernel.js';
import type { Elements, MatrixSource } from './matrix-source.js';
import { solveRidge, type RidgeSolution, type SolveOptions } from './ridge.js';
import { classesOf, encodeTargets, type TargetCoding } from './targets.js';

export interface FitOptions extends Omit<SolveOptions, 'ridge'> {
  /** Added to the diagonal, in units of its mean; of several, the one with the smallest leave-one-out error. */
  readonly ridge?: number | readonly number[];
  /** `centred` (0.9 / −0.1, the paper's) unless given. */
  readonly targets?: TargetCoding;
}

/** A fitted kernel regression. */
export interface Model {
  /** Training images. */
  readonly n: number;
  /**
   * The labels of the training images, each once, in ascending order: column c of coefficients and scores is that of
   * label classes[c], and no other label is ever predicted.
   */
  readonly classes: readonly number[];
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
 * @param kernel K [n][n] of the training images, in float32 or float64. @param labels [n], whole numbers from 0 on.
 * @throws RangeError if counts disagree or a label is out of range; and what `solveRidge` and `chooseRidge` throw.
 */
export async function fit(
  gpu: Gpu,
  kernel: Elements | NumberArray | MatrixSource,
  labels: NumberArray,
  { targets = 'centred', ridge = 0, ...options }: FitOptions = {},
): Promise<Model> {
  assertGpu('fit', gpu);
  const source = sourceOf(kernel);
  const { n } = source;
  const numbers = copyOfFloat64('labels', labels, 'Int32Array');
  if (numbers.length !== n) throw new RangeError(`${numbers.length} labels for a kernel of ${n} images`);
  const classes = classesOf(numbers);
  const y = encodeTargets(numbers, classes, targets);
  const ridges = typeof ridge === 'object' ? ridge : [ridge];
  const solution =
    ridges.length === 1
      ? await solveRidge(gpu, source, y, { ...options, ridge: ridges[0] })
      : await chooseRidge(gpu, source, y, ridges, options);
  return { n, classes, solution };
}

/**
 * Scores and labels of test images.
 *
 * @param testKernel [m][n], test image by training image, in float32 or float64. @param firstRow Its first row's number,
 * for messages, where it is a part of a larger one.
 * @throws RangeError if its rows are not n long; NotFiniteError naming an element that is not a finite number.
 */
export function predict(model: Model, testKernel: Elements | NumberArray, firstRow = 0): Prediction {
  assertModel(model);
  const { n, classes, solution } = model;
  const scores = predictScores(testKernel, solution.coefficients, n, firstRow);
  return { scores, labels: argmax(scores, classes.length).map((column) => classes[column]) };
}

function assertModel(model: unknown): void {
  const { n, classes, solution } = (model ?? {}) as Partial<Model>;
  if (Number.isSafeInteger(n) && Array.isArray(classes) && solution !== undefined) return;
  throw new ArgumentError(`predict was given ${className(model)} as its model; what fit() gives is wanted`);
}
