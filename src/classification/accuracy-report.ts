import { evaluate, type Evaluation } from '../regression/classify.js';
import { binomialInterval } from '../statistics/binomial.js';

export interface AccuracyReport extends Evaluation {
  /** 95 % interval of the accuracy, binomial. */
  readonly accuracyInterval: readonly [low: number, high: number];
}

/** labels, predictions [m]. */
export function accuracyReport(labels: Int32Array, predictions: Int32Array): AccuracyReport {
  const evaluation = evaluate(labels, predictions);
  return { ...evaluation, accuracyInterval: binomialInterval(evaluation.correct, evaluation.count) };
}
