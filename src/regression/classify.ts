import { paddedWidth, product, withWidth } from './products.js';
import { assertLabels } from './targets.js';
import { assertFinite, columnsOf } from './validate.js';

/**
 * Scores of test images: test kernel times coefficients, in float64.
 *
 * @param testKernel [m][n], test image by training image. @param coefficients [n][k]. @returns [m][k].
 * @throws RangeError if the shapes disagree; NotFiniteError naming the element that is not a finite number.
 */
export function predictScores(testKernel: Float32Array, coefficients: Float64Array, n: number): Float64Array {
  const k = columnsOf('coefficients', coefficients, n);
  const m = testKernel.length / n;
  if (!Number.isInteger(m)) {
    throw new RangeError(
      `a test kernel of ${testKernel.length} elements has no rows of ${n}, the number of training images`,
    );
  }
  assertFinite('test kernel', testKernel, n);
  const width = paddedWidth(k);
  return withWidth(product(testKernel, m, n, withWidth(coefficients, n, k, width)), m, width, k);
}

/** Index of the largest score of every row; the first of equals. scores [m][k] → [m]. */
export function argmax(scores: Float64Array, k: number): Int32Array {
  return Int32Array.from({ length: scores.length / k }, (_, i) => {
    const row = scores.subarray(i * k, (i + 1) * k);
    return row.reduce((best, score, c) => (score > row[best] ? c : best), 0);
  });
}

export interface Evaluation {
  readonly count: number;
  readonly correct: number;
  /** correct / count; NaN without images. */
  readonly accuracy: number;
  /** By true class, [classes]. */
  readonly perClass: readonly {
    readonly count: number;
    readonly correct: number;
    readonly accuracy: number;
  }[];
  /** [true class][predicted class], counts. */
  readonly confusion: readonly (readonly number[])[];
}

/** Compares predictions with the truth. labels, predicted [m]. @throws RangeError for a label out of range. */
export function evaluate(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
): Evaluation {
  if (labels.length !== predicted.length) {
    throw new RangeError(`${labels.length} labels, but ${predicted.length} predictions`);
  }
  assertLabels(labels, classes);
  assertLabels(predicted, classes);
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < labels.length; i++) confusion[labels[i]][predicted[i]]++;
  const perClass = confusion.map((row, label) => {
    const count = row.reduce((sum, value) => sum + value, 0);
    return { count, correct: row[label], accuracy: row[label] / count };
  });
  const correct = perClass.reduce((sum, entry) => sum + entry.correct, 0);
  return { count: labels.length, correct, accuracy: correct / labels.length, perClass, confusion };
}
