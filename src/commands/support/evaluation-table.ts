import Table from 'cli-table3';
import type { AccuracyReport } from '../../experiment/classification.js';

/** A confusion matrix of more classes is no longer readable; report.json has it. */
const MOST_COLUMNS = 20;

/** Accuracy with its interval, accuracy per class, confusion matrix. */
export function formatEvaluation(evaluation: AccuracyReport): string {
  const { confusion } = evaluation;
  const parts = [formatAccuracy(evaluation), formatPerClass(evaluation)];
  if (confusion.length <= MOST_COLUMNS) {
    parts.push(`confusion matrix (rows: true class, columns: predicted)\n${formatConfusion(confusion)}`);
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
  for (const [label, { count, correct, accuracy }] of perClass.entries()) {
    table.push([label, count, correct, count === 0 ? '–' : percent(accuracy)]);
  }
  return table.toString();
}

function formatConfusion(confusion: readonly (readonly number[])[]): string {
  const table = new Table({
    head: ['', ...confusion.map((_, label) => String(label))],
    colAligns: ['right', ...confusion.map(() => 'right' as const)],
    style: PLAIN,
  });
  for (const [label, row] of confusion.entries()) table.push([label, ...row]);
  return table.toString();
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

/** No colours: tables are stored in files too. */
export const PLAIN = { head: [], border: [], compact: true };
