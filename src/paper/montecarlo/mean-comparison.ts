/** The mean over draws of one number, against its exact value. */
export interface MeanComparison {
  readonly exact: number;
  readonly mean: number;
  readonly standardError: number;
  /** (mean − exact) / standard error: of a standard normal if nothing is wrong and the draws are many. */
  readonly deviation: number;
  readonly relativeError: number;
  readonly relativeStandardError: number;
  /** Standard deviation of one draw, relative to the exact value. */
  readonly relativeSpread: number;
}

/**
 * @param draws [draws][numbers], at least two draws
 * @param exact [numbers]
 */
export function compareMeans(draws: readonly Float64Array[], exact: ArrayLike<number>): MeanComparison[] {
  const count = draws.length;
  return Array.from({ length: exact.length }, (_, i) => {
    const mean = draws.reduce((sum, draw) => sum + draw[i], 0) / count;
    const variance = draws.reduce((sum, draw) => sum + (draw[i] - mean) ** 2, 0) / (count - 1);
    const spread = Math.sqrt(variance);
    const standardError = spread / Math.sqrt(count);
    return {
      exact: exact[i],
      mean,
      standardError,
      deviation: (mean - exact[i]) / standardError,
      relativeError: mean / exact[i] - 1,
      relativeStandardError: standardError / exact[i],
      relativeSpread: spread / exact[i],
    };
  });
}

/** What a table says of many comparisons. */
export interface ComparisonSummary {
  readonly means: number;
  readonly largestDeviation: number;
  /** Of the deviations; near 1 if nothing is wrong, though means of the same draws go together. */
  readonly rmsDeviation: number;
  readonly beyondTwo: number;
  readonly beyondThree: number;
  readonly relativeError: number;
  readonly relativeStandardError: number;
  readonly relativeSpread: number;
}

/** Errors are means of absolute values. A deviation that is no number counts as beyond. */
export function summarize(comparisons: readonly MeanComparison[]): ComparisonSummary {
  const mean = (value: (comparison: MeanComparison) => number) =>
    comparisons.reduce((sum, comparison) => sum + value(comparison), 0) / comparisons.length;
  const beyond = (limit: number) =>
    comparisons.filter(({ deviation }) => !(Math.abs(deviation) <= limit)).length;
  return {
    means: comparisons.length,
    largestDeviation: Math.max(...comparisons.map(({ deviation }) => Math.abs(deviation))),
    rmsDeviation: Math.sqrt(mean(({ deviation }) => deviation ** 2)),
    beyondTwo: beyond(2),
    beyondThree: beyond(3),
    relativeError: mean(({ relativeError }) => Math.abs(relativeError)),
    relativeStandardError: mean(({ relativeStandardError }) => relativeStandardError),
    relativeSpread: mean(({ relativeSpread }) => relativeSpread),
  };
}
