import { assertGpu } from '../gpu/assert-gpu.js';
import type { Gpu } from '../gpu/gpu.js';
import { assertKeys } from '../checks/arguments.js';
import { isMatrix, matrixData, type Matrix } from '../checks/matrix.js';
import { copyOfFloat64, type NumberArray } from '../checks/typed-arrays.js';
import { chooseRidge, type RidgeCandidate } from './choose-ridge.js';
import { argmax, predictScores } from './classify.js';
import { sourceOf } from './given-kernel.js';
import type { Elements, MatrixSource } from './matrix-source.js';
import { ridgesOf, type RidgeChoice } from './ridge-amount.js';
import { SOLVE_OPTIONS, solveRidge, type RidgeSolution, type SolveOptions } from './ridge.js';
import { classesOf, encodeTargets, type TargetCoding } from './targets.js';

export interface FitOptions extends Omit<SolveOptions, 'ridge'> {
  /** Added to the diagonal; of several, the one with the smallest leave-one-out error. */
  readonly ridge?: RidgeChoice;
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
  /**
   * Scores and labels of test images.
   *
   * @param testKernel [m][n], test image by training image, with its shape or as numbers alone. @param firstRow Its first
   * row's number, for messages, where it is a part of a larger one.
   * @throws RangeError if its rows are not n long; NotFiniteError naming an element that is not a finite number.
   */
  predict(testKernel: Matrix | Elements | NumberArray, firstRow?: number): Prediction;
}

export interface Prediction {
  readonly scores: Float64Array; // [m][classes]
  readonly labels: Int32Array; // [m], the class of the largest score
}

/** What `fit` gives. */
export class FittedModel implements Model {
  constructor(
    readonly n: number,
    readonly classes: readonly number[],
    readonly solution: Model['solution'],
  ) {}

  predict(testKernel: Matrix | Elements | NumberArray, firstRow = 0): Prediction {
    const { n, classes, solution } = this;
    if (isMatrix(testKernel) && testKernel.columns !== n) {
      throw new RangeError(
        `the test kernel has ${testKernel.columns} columns, but the model was fitted to ${n} training images; its rows are ` +
          'those of the test images, its columns those of the training images',
      );
    }
    const numbers = isMatrix(testKernel) ? matrixData('testKernel', testKernel) : testKernel;
    const scores = predictScores(numbers, solution.coefficients, n, firstRow);
    return { scores, labels: argmax(scores, classes.length).map((column) => classes[column]) };
  }
}

/**
 * Kernel regression on class labels: a = (K + ridge·mean(diag K)·I)⁻¹ Y.
 *
 * @param kernel K [n][n] of the training images, with its shape or as numbers alone, in float32 or float64. @param labels [n], whole numbers of 32 bits.
 * @throws RangeError if counts disagree or a label is out of range; and what `solveRidge` and `chooseRidge` throw.
 */
export async function fit(
  gpu: Gpu,
  kernel: Matrix | Elements | NumberArray | MatrixSource,
  labels: NumberArray,
  fitOptions: FitOptions = {},
): Promise<Model> {
  assertGpu('fit', gpu);
  assertKeys('fit', fitOptions, [...SOLVE_OPTIONS, 'targets']);
  const { targets = 'centred', ridge = 0, ...options } = fitOptions;
  const source = sourceOf(kernel);
  const { n } = source;
  const numbers = copyOfFloat64('labels', labels, 'Int32Array');
  if (numbers.length !== n) throw new RangeError(`${numbers.length} labels for a kernel of ${n} images`);
  const classes = classesOf(numbers);
  const y = encodeTargets(numbers, classes, targets);
  const ridges = ridgesOf(ridge);
  const solution =
    ridges.length === 1
      ? await solveRidge(gpu, source, y, { ...options, ridge: ridges[0] })
      : await chooseRidge(gpu, source, y, ridges, options);
  return new FittedModel(n, classes, solution);
}
