import Table from 'cli-table3';
import type { AccuracyReport } from '../../classification/classification.js';

/** A confusion matrix of more classes is no longer readable; report.json has what is in it. */
const MOST_COLUMNS = 20;

/** A table of more classes is no longer read; report.json has all of it. */
const MOST_ROWS = 100;

/** Accuracy with its interval, accuracy per class, confusion matrix. */
export function formatEvaluation(evaluation: AccuracyReport): string {
  const { perClass } = evaluation;
  const parts = [formatAccuracy(evaluation), formatPerClass(evaluation)];
  if (perClass.length > MOST_ROWS) parts.push(`… ${perClass.length - MOST_ROWS} more classes: report.json`);
  if (perClass.length <= MOST_COLUMNS) {
    parts.push(`confusion matrix (rows: true class, columns: predicted)\n${formatConfusion(evaluation)}`);
  }
  return `${parts.join('\n')}\n`;
}

/** `accuracy 87.50 % (7 of 8), 95 % interval 52.91 … 97.76 %` */
export function formatAccuracy({ accuracy, correct, count, accuracyInterval }: AccuracyReport): string {
  const [low, high] = accuracyInterval.map((value) => (100 * value).toFixed(2));
  return `accuracy ${percent(accuracy)} (${correct} of ${count}), 95 % interval ${low} … ${high} %`;
}

function formatPerClass({ perClass }: AccuracyReport): string {
  const table = new Table({
    head: ['class', 'images', 'correct', 'accuracy'],
    colAligns: ['right', 'right', 'right', 'right'],
    style: PLAIN,
  });
  for (const { label, count, correct, accuracy } of perClass.slice(0, MOST_ROWS)) {
    table.push([label, count, correct, count === 0 ? '–' : percent(accuracy)]);
  }
  return table.toString();
}

function formatConfusion({ perClass, confusion }: AccuracyReport): string {
  const labels = perClass.map(({ label }) => label);
  const counts = labels.map(() => labels.map(() => 0));
  for (const { label, predicted, count } of confusion)
    counts[labels.indexOf(label)][labels.indexOf(predicted)] = count;
  const table = new Table({
    head: ['', ...labels.map(String)],
    colAligns: ['right', ...labels.map(() => 'right' as const)],
    style: PLAIN,
  });
  for (const [row, label] of labels.entries()) table.push([label, ...counts[row]]);
  return table.toString();
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

/** No colours: tables are stored in files too. */
export const PLAIN = { head: [], border: [], compact: true };
