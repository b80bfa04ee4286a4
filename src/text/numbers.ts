/** A share of 1 in percent: `87.50 %` for 0.875 with two decimals. */
export function formatPercent(share: number, decimals: number): string {
  return `${(100 * share).toFixed(decimals)} %`;
}

/** Thousands of millions with three digits: `1.23` for 1.23e9; the caller adds ` G` and the unit. */
export function formatGiga(value: number): string {
  return (value / 1e9).toPrecision(3);
}
