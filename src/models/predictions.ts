import { accuracyReport, type AccuracyReport } from '../classification/accuracy-report.js';
import { alignNames } from '../classification/align-names.js';
import type { LabelledImages } from '../data/load.js';
import { assertMade } from '../checks/arguments.js';
import { copyOfFloat64 } from '../checks/typed-arrays.js';
import { largestOfRows } from '../regression/classify.js';
import {
  assertOutputs,
  evaluateMultiLabel,
  evaluateRegression,
  type MultiLabelReport,
  type RegressionReport,
} from './evaluate-values.js';
import { assertTwoValued, columnCount, type ModelTargets } from './model-targets.js';

/** What a model says of images. */
export type Predictions =
  | { readonly kind: 'classes'; readonly labels: Int32Array /* [m] */ }
  | { readonly kind: 'multi-label' | 'real'; readonly values: Float64Array /* [m][outputs] */ };

/** scores [m][columns] of the regression → classes, yes and no as the training labels write them, or numbers. */
export function predictionsOf(targets: ModelTargets, scores: Float64Array): Predictions {
  assertMade('predictionsOf: targets', targets, 'prepareFit', ['kind']);
  copyOfFloat64('scores', scores);
  if (targets.kind === 'classes') {
    const columns = largestOfRows(scores, targets.classes.length);
    return { kind: 'classes', labels: columns.map((column) => targets.classes[column]) };
  }
  if (targets.kind === 'multi-label') {
    return { kind: 'multi-label', values: scores.map((score) => (score > 0 ? 1 : targets.no)) };
  }
  return { kind: 'real', values: scores.map((score, e) => score + targets.means[e % targets.outputs]) };
}

/** Label c is called classNames[c]; undefined where the training labels have no names. */
export function classNamesOf(targets: ModelTargets): readonly string[] | undefined {
  if (targets.kind !== 'classes' || targets.names === undefined) return undefined;
  const names: string[] = [];
  for (const [column, label] of targets.classes.entries()) names[label] = targets.names[column];
  return Array.from(names, (name: string | undefined) => name ?? '');
}

export type ModelEvaluation =
  | {
      readonly kind: 'classes';
      readonly report: AccuracyReport;
      readonly classNames: readonly string[] | undefined;
    }
  | { readonly kind: 'multi-label'; readonly report: MultiLabelReport }
  | { readonly kind: 'real'; readonly report: RegressionReport };

/** Labels of new images, gathered part by part. */
export interface TrueTargets extends Pick<LabelledImages, 'classNames' | 'labelsAreNames' | 'outputs'> {
  readonly file: string;
  readonly labels?: Int32Array;
  readonly values?: Float64Array;
}

/**
 * Compares the scores of a model with labels.
 *
 * @returns undefined without labels
 * @throws InputError for labels of another kind than those of the training images
 */
export function evaluateModel(
  targets: ModelTargets,
  scores: Float64Array,
  truth: TrueTargets,
): ModelEvaluation | undefined {
  const { file } = truth;
  const predictions = predictionsOf(targets, scores);
  if (targets.kind === 'classes') {
    if (truth.labels === undefined || predictions.kind !== 'classes') return undefined;
    const { testLabels, classNames } = alignNames(
      {
        labels: Int32Array.from(targets.classes),
        classNames: classNamesOf(targets),
        labelsAreNames: targets.areNames,
        file: 'the model',
      },
      { ...truth, labels: truth.labels },
    );
    return { kind: 'classes', report: accuracyReport(testLabels!, predictions.labels), classNames };
  }
  if (truth.values === undefined || predictions.kind === 'classes') return undefined;
  const outputs = columnCount(targets);
  assertOutputs(file, truth.outputs ?? 1, outputs);
  if (targets.kind === 'multi-label') {
    assertTwoValued(truth.values, outputs, file);
    return { kind: 'multi-label', report: evaluateMultiLabel(truth.values, scores, outputs) };
  }
  return { kind: 'real', report: evaluateRegression(truth.values, predictions.values, outputs) };
}
