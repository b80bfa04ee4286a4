import { assertCount } from '../checks/arguments.js';
import { copyOfFloat64, floatArray, type NumberArray } from '../checks/typed-arrays.js';
import type { Elements } from './matrix-source.js';
import { paddedWidth, product, withWidth } from './products.js';
import { assertLabels } from './targets.js';
import { assertFinite, columnsOf } from './validate.js';

/**
 * Scores of test images: test kernel times coefficients, in float64.
 *
 * @param testKernel [m][n], test image by training image. @param coefficients [n][k]. @returns [m][k].
 * @throws TypeError, RangeError if it is no array of numbers or the shapes disagree; NotFiniteError naming the element
 * that is not a finite number.
 */
export function predictScores(
  testKernel: Elements | NumberArray,
  coefficients: NumberArray,
  n: number,
  firstRow = 0,
): Float64Array {
  const solution = copyOfFloat64('coefficients', coefficients);
  const k = columnsOf('coefficients', solution, n);
  const kernel = floatArray('testKernel', testKernel);
  const m = kernel.length / n;
  if (!Number.isInteger(m)) {
    throw new RangeError(
      `a test kernel of ${kernel.length} elements has no rows of ${n}, the number of training images`,
    );
  }
  assertFinite('test kernel', kernel, n, firstRow);
  const width = paddedWidth(k);
  return withWidth(product(kernel, m, n, withWidth(solution, n, k, width)), m, width, k);
}

/**
 * Index of the largest score of every row; the first of equals. scores [m][k] → [m].
 *
 * @throws ArrayError, RangeError if they are no [m][k] numbers; NotFiniteError
 */
export function argmax(scores: Elements | NumberArray, k: number): Int32Array {
  assertCount('argmax: k', k);
  const numbers = floatArray('scores', scores);
  if (numbers.length > 0) columnsOf('scores', numbers, numbers.length / k);
  assertFinite('scores', numbers, k);
  return largestOfRows(numbers, k);
}

/** `argmax` of scores of this package; of a row with NaN, any index. */
export function largestOfRows(scores: Elements, k: number): Int32Array {
  return Int32Array.from({ length: scores.length / k }, (_, i) => {
    let best = 0;
    for (let c = 1; c < k; c++) if (scores[i * k + c] > scores[i * k + best]) best = c;
    return best;
  });
}

export interface Evaluation {
  readonly count: number;
  readonly correct: number;
  /** correct / count; NaN without images. */
  readonly accuracy: number;
  /** Every class that a label or a prediction names, in ascending order; its accuracy is NaN without images. */
  readonly perClass: readonly ClassAccuracy[];
  /** How often images of a class were taken for which; what did not happen is left out. In ascending order. */
  readonly confusion: readonly ConfusionEntry[];
}

export interface ClassAccuracy {
  readonly label: number;
  readonly count: number;
  readonly correct: number;
  readonly accuracy: number;
}

export interface ConfusionEntry {
  readonly label: number;
  readonly predicted: number;
  readonly count: number;
}

/**
 * Compares predictions with the truth; a label that is never predicted, as one that no training image has, counts as an
 * error. labels, predicted [m].
 *
 * @throws RangeError for a label that is no whole number of 32 bits.
 */
export function evaluate(trueLabels: NumberArray, predictedLabels: NumberArray): Evaluation {
  const labels = copyOfFloat64('labels', trueLabels, 'Int32Array');
  const predicted = copyOfFloat64('predicted', predictedLabels, 'Int32Array');
  if (labels.length !== predicted.length) {
    throw new RangeError(`${labels.length} labels, but ${predicted.length} predictions`);
  }
  assertLabels(labels);
  assertLabels(predicted);
  const rows = new Map<number, Map<number, number>>();
  const rowOf = (label: number) => {
    const row = rows.get(label) ?? new Map<number, number>();
    rows.set(label, row);
    return row;
  };
  for (let i = 0; i < labels.length; i++) {
    const row = rowOf(labels[i]);
    row.set(predicted[i], (row.get(predicted[i]) ?? 0) + 1);
    rowOf(predicted[i]);
  }
  const sorted = [...rows].sort(([a], [b]) => a - b);
  const perClass = sorted.map(([label, row]) => {
    const count = [...row.values()].reduce((sum, value) => sum + value, 0);
    const correct = row.get(label) ?? 0;
    return { label, count, correct, accuracy: correct / count };
  });
  const confusion = sorted.flatMap(([label, row]) =>
    [...row].sort(([a], [b]) => a - b).map(([predicted, count]) => ({ label, predicted, count })),
  );
  const correct = perClass.reduce((sum, entry) => sum + entry.correct, 0);
  return { count: labels.length, correct, accuracy: correct / labels.length, perClass, confusion };
}
