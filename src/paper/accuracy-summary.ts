import { binomialInterval } from '../statistics/binomial.js';

/** Accuracies of repeated runs, in percent. */
export interface AccuracySummary {
  readonly mean: number;
  /** Of the runs, the sample's; undefined for a single one. */
  readonly standardDeviation: number | undefined;
  /** 95 % interval of the mean as the number of test images allows, binomial. */
  readonly low: number;
  readonly high: number;
  readonly runs: number;
}

/** @param runs At least one, with the same number of test images each. */
export function summarize(
  runs: readonly { readonly correct: number; readonly count: number }[],
): AccuracySummary {
  const [{ count }] = runs;
  const percents = runs.map(({ correct }) => (100 * correct) / count);
  const mean = percents.reduce((sum, one) => sum + one, 0) / runs.length;
  const squares = percents.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  const [low, high] = binomialInterval((mean * count) / 100, count).map((share) => 100 * share);
  return {
    mean,
    standardDeviation: runs.length > 1 ? Math.sqrt(squares / (runs.length - 1)) : undefined,
    low,
    high,
    runs: runs.length,
  };
}

/** `41.27`, of several runs `41.27 ± 0.52` */
export function formatAccuracy({ mean, standardDeviation }: AccuracySummary): string {
  const deviation = standardDeviation === undefined ? '' : ` ± ${standardDeviation.toFixed(2)}`;
  return `${mean.toFixed(2)}${deviation}`;
}

/** `40.3 … 42.2` */
export function formatInterval({ low, high }: AccuracySummary): string {
  return `${low.toFixed(1)} … ${high.toFixed(1)}`;
}
