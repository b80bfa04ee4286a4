import { InputError } from '../checks/input-error.js';

/** How well numbers are predicted; of several outputs the means over them, and each alone. */
export interface RegressionReport extends OutputErrors {
  readonly count: number;
  readonly perOutput: readonly OutputErrors[];
}

export interface OutputErrors {
  /** 1 − Σ(y − ŷ)² / Σ(y − ȳ)²; NaN where all y are equal. */
  readonly r2: number;
  /** Root of the mean square of y − ŷ. */
  readonly rmse: number;
  /** Mean of |y − ŷ|. */
  readonly mae: number;
}

/** values, predictions [m][outputs]. @throws RangeError if they are not as many */
export function evaluateRegression(
  values: Float64Array,
  predictions: Float64Array,
  outputs: number,
): RegressionReport {
  assertEqual(values, predictions);
  const count = values.length / outputs;
  const perOutput = Array.from({ length: outputs }, (_, c): OutputErrors => {
    const y = column(values, outputs, c);
    const mean = sum(y) / count;
    const residuals = y.map((value, i) => value - predictions[i * outputs + c]);
    const squares = sum(residuals.map((value) => value ** 2));
    const total = sum(y.map((value) => (value - mean) ** 2));
    return {
      r2: total > 0 ? 1 - squares / total : NaN,
      rmse: Math.sqrt(squares / count),
      mae: sum(residuals.map(Math.abs)) / count,
    };
  });
  const meanOf = (field: keyof OutputErrors) => sum(perOutput.map((one) => one[field])) / outputs;
  return { count, r2: meanOf('r2'), rmse: meanOf('rmse'), mae: meanOf('mae'), perOutput };
}

/** How well k independent outputs are predicted. */
export interface MultiLabelReport {
  readonly count: number;
  /** Mean over the outputs. */
  readonly accuracy: number;
  /** Share of images of which every output is right. */
  readonly exactMatch: number;
  /** Mean over the outputs that any image has. */
  readonly meanAveragePrecision: number;
  readonly perOutput: readonly {
    readonly accuracy: number;
    /** NaN where no image has the output. */
    readonly averagePrecision: number;
    /** Images that have it. */
    readonly positives: number;
  }[];
}

/**
 * @param values [m][outputs]: 1 for yes, anything else for no. @param scores [m][outputs]: above 0 for yes.
 * @throws RangeError if they are not as many
 */
export function evaluateMultiLabel(
  values: Float64Array,
  scores: Float64Array,
  outputs: number,
): MultiLabelReport {
  assertEqual(values, scores);
  const count = values.length / outputs;
  const right = (e: number) => (values[e] === 1) === scores[e] > 0;
  const perOutput = Array.from({ length: outputs }, (_, c) => {
    const truth = column(values, outputs, c).map((value) => value === 1);
    const correct = truth.filter((_value, i) => right(i * outputs + c)).length;
    return {
      accuracy: correct / count,
      averagePrecision: averagePrecision(truth, column(scores, outputs, c)),
      positives: truth.filter(Boolean).length,
    };
  });
  const known = perOutput.map((one) => one.averagePrecision).filter((value) => !Number.isNaN(value));
  let exact = 0;
  for (let i = 0; i < count; i++) {
    let isRight = true;
    for (let c = 0; c < outputs; c++) isRight &&= right(i * outputs + c);
    if (isRight) exact++;
  }
  return {
    count,
    accuracy: sum(perOutput.map((one) => one.accuracy)) / outputs,
    exactMatch: exact / count,
    meanAveragePrecision: sum(known) / known.length,
    perOutput,
  };
}

/**
 * Σ (Rₙ − Rₙ₋₁) Pₙ over falling thresholds n, with precision P and recall R; equal scores share a threshold, as in
 * scikit-learn's average_precision_score. NaN without a positive.
 */
export function averagePrecision(truth: readonly boolean[], scores: readonly number[]): number {
  const positives = truth.filter(Boolean).length;
  const order = [...scores.keys()].sort((a, b) => scores[b] - scores[a]);
  let [found, result] = [0, 0];
  for (let at = 0; at < order.length;) {
    let end = at;
    let own = 0;
    for (; end < order.length && scores[order[end]] === scores[order[at]]; end++)
      own += truth[order[end]] ? 1 : 0;
    found += own;
    result += (own / positives) * (found / end);
    at = end;
  }
  return positives === 0 ? NaN : result;
}

/** @throws InputError unless new images have as many targets each as the model */
export function assertOutputs(file: string, found: number, expected: number): void {
  if (found === expected) return;
  throw new InputError(file, `has ${found} targets of each image, but the model predicts ${expected}`);
}

function column(values: Float64Array, outputs: number, c: number): number[] {
  return Array.from({ length: values.length / outputs }, (_, i) => values[i * outputs + c]);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function assertEqual(one: Float64Array, other: Float64Array): void {
  if (one.length !== other.length)
    throw new RangeError(`${one.length} values, but ${other.length} predictions`);
}
