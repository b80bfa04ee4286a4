import Table from 'cli-table3';
import type { MultiLabelReport, OutputErrors, RegressionReport } from '../../models/evaluate-values.js';
import type { Calibration } from '../../models/model-variance.js';
import type { ModelEvaluation } from '../../models/predictions.js';
import { formatPercent } from '../../text/numbers.js';
import { formatEvaluation, PLAIN } from './evaluation-table.js';
import { evaluationReport } from './regression-report.js';

/** A table of more outputs is no longer read; report.json has all of it. */
const MOST_OUTPUTS = 100;

/** What report.json says of predictions that were compared with labels. */
export function modelEvaluationReport(evaluation: ModelEvaluation) {
  return evaluation.kind === 'classes'
    ? evaluationReport(evaluation.report, evaluation.classNames)
    : evaluation.report;
}

export function formatModelEvaluation(evaluation: ModelEvaluation): string {
  if (evaluation.kind === 'classes') return formatEvaluation(evaluation.report, evaluation.classNames);
  return evaluation.kind === 'real'
    ? formatRegression(evaluation.report)
    : formatMultiLabel(evaluation.report);
}

function formatRegression(report: RegressionReport): string {
  const text = ({ r2, rmse, mae }: OutputErrors) =>
    `R² ${r2.toFixed(4)}, RMSE ${rmse.toPrecision(4)}, MAE ${mae.toPrecision(4)}`;
  const lines = [`${text(report)} of ${report.count} images`];
  if (report.perOutput.length > 1) {
    for (const [c, one] of report.perOutput.slice(0, MOST_OUTPUTS).entries())
      lines.push(`  output ${c}: ${text(one)}`);
  }
  return `${lines.join('\n')}\n`;
}

function formatMultiLabel({
  accuracy,
  exactMatch,
  meanAveragePrecision,
  perOutput,
  count,
}: MultiLabelReport): string {
  const table = new Table({
    head: ['output', 'positives', 'accuracy', 'average precision'],
    colAligns: ['right', 'right', 'right', 'right'],
    style: PLAIN,
  });
  for (const [c, one] of perOutput.slice(0, MOST_OUTPUTS).entries()) {
    table.push([c, one.positives, formatPercent(one.accuracy, 2), one.averagePrecision.toFixed(4)]);
  }
  return [
    `accuracy of the outputs ${formatPercent(accuracy, 2)}, all of an image right ${formatPercent(exactMatch, 2)}, mean average precision ${meanAveragePrecision.toFixed(4)} (${count} images)`,
    `${table.toString()}\n`,
  ].join('\n');
}

/** Nothing without variances, or without labels. */
export function formatCalibration(calibration: Calibration | undefined): string {
  if (calibration === undefined) return '';
  const { coverage95, negativeLogLikelihood } = calibration;
  return `${formatPercent(coverage95, 2)} of the targets lie in their 95 % intervals, negative log likelihood ${negativeLogLikelihood.toFixed(4)}\n`;
}
