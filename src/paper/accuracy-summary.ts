import { binomialInterval } from '../statistics/binomial.js';
import { mean, standardDeviation } from '../statistics/samples.js';

/** Accuracies of repeated runs, in percent. */
export interface AccuracySummary {
  readonly mean: number;
  /** The standard deviation of the runs as a sample; undefined for a single one. */
  readonly standardDeviation: number | undefined;
  /** 95 % interval of the mean as the number of test images allows, binomial. */
  readonly low: number;
  readonly high: number;
  readonly runs: number;
}

/** Sums up repeated runs. @param runs At least one, with the same number of test images each. */
export function summarizeRuns(
  runs: readonly { readonly correct: number; readonly count: number }[],
): AccuracySummary {
  const [{ count }] = runs;
  const percents = runs.map(({ correct }) => (100 * correct) / count);
  const middle = mean(percents);
  const [low, high] = binomialInterval((middle * count) / 100, count).map((share) => 100 * share);
  return {
    mean: middle,
    standardDeviation: standardDeviation(percents),
    low,
    high,
    runs: runs.length,
  };
}

/** `41.27`, of several runs `41.27 ± 0.52` */
export function formatMeanAccuracy({ mean, standardDeviation }: AccuracySummary): string {
  const deviation = standardDeviation === undefined ? '' : ` ± ${standardDeviation.toFixed(2)}`;
  return `${mean.toFixed(2)}${deviation}`;
}

/** `40.3 … 42.2` */
export function formatInterval({ low, high }: AccuracySummary): string {
  return `${low.toFixed(1)} … ${high.toFixed(1)}`;
}
