import { formatPercent } from '../../text/numbers.js';
import Table from 'cli-table3';
import type { AccuracyReport } from '../../classification/accuracy-report.js';

/** A confusion matrix of more classes is no longer readable; report.json has what is in it. */
const MOST_COLUMNS = 20;

/** A table of more classes is no longer read; report.json has all of it. */
const MOST_ROWS = 100;

/** Accuracy with its interval, accuracy per class, confusion matrix. @param classNames Of label c classNames[c]. */
export function formatEvaluation(evaluation: AccuracyReport, classNames?: readonly string[]): string {
  const nameOf = (label: number) => classNames?.[label] ?? String(label);
  const { perClass } = evaluation;
  const parts = [formatAccuracy(evaluation), formatPerClass(evaluation, nameOf)];
  if (perClass.length > MOST_ROWS) parts.push(`… ${perClass.length - MOST_ROWS} more classes: report.json`);
  if (perClass.length <= MOST_COLUMNS) {
    parts.push(
      `confusion matrix (rows: true class, columns: predicted)\n${formatConfusion(evaluation, nameOf)}`,
    );
  }
  return `${parts.join('\n')}\n`;
}

/** `accuracy 87.50 % (7 of 8), 95 % interval 52.91 … 97.76 %` */
export function formatAccuracy({ accuracy, correct, count, accuracyInterval }: AccuracyReport): string {
  const [low, high] = accuracyInterval.map((value) => (100 * value).toFixed(2));
  return `accuracy ${formatPercent(accuracy, 2)} (${correct} of ${count}), 95 % interval ${low} … ${high} %`;
}

type NameOf = (label: number) => string;

function formatPerClass({ perClass }: AccuracyReport, nameOf: NameOf): string {
  const table = new Table({
    head: ['class', 'images', 'correct', 'accuracy'],
    colAligns: ['right', 'right', 'right', 'right'],
    style: PLAIN,
  });
  for (const { label, count, correct, accuracy } of perClass.slice(0, MOST_ROWS)) {
    table.push([nameOf(label), count, correct, count === 0 ? '–' : formatPercent(accuracy, 2)]);
  }
  return table.toString();
}

function formatConfusion({ perClass, confusion }: AccuracyReport, nameOf: NameOf): string {
  const labels = perClass.map(({ label }) => label);
  const counts = labels.map(() => labels.map(() => 0));
  for (const { label, predicted, count } of confusion)
    counts[labels.indexOf(label)][labels.indexOf(predicted)] = count;
  const table = new Table({
    head: ['', ...labels.map(nameOf)],
    colAligns: ['right', ...labels.map(() => 'right' as const)],
    style: PLAIN,
  });
  for (const [row, label] of labels.entries()) table.push([nameOf(label), ...counts[row]]);
  return table.toString();
}

/** No colours: tables are stored in files too. */
export const PLAIN = { head: [], border: [], compact: true };
