/** y = c x^slope, with what is known of the slope. */
export interface PowerLaw {
  readonly slope: number;
  /** Ends of its 95 % interval. */
  readonly low: number;
  readonly high: number;
  readonly points: number;
}

/**
 * Least squares of log y against log x; every point counts the same. The interval is Student's.
 *
 * @returns undefined for fewer than two different x, or fewer than three points; NaN where a y is not above 0.
 */
export function fitPowerLaw(x: readonly number[], y: readonly number[]): PowerLaw | undefined {
  if (new Set(x).size < 2 || x.length < 3) return undefined;
  const [u, v] = [x, y].map((values) => values.map(Math.log));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [uMean, vMean] = [mean(u), mean(v)];
  const square = u.reduce((sum, value) => sum + (value - uMean) ** 2, 0);
  const slope = u.reduce((sum, value, i) => sum + (value - uMean) * (v[i] - vMean), 0) / square;
  const freedom = x.length - 2;
  const residual = u.reduce((sum, value, i) => sum + (v[i] - vMean - slope * (value - uMean)) ** 2, 0);
  const half = studentQuantile(freedom) * Math.sqrt(residual / freedom / square);
  return { slope, low: slope - half, high: slope + half, points: x.length };
}

/** Of 97.5 %, by the expansion of Cornish and Fisher: within 1 % from 4 degrees of freedom on. */
function studentQuantile(freedom: number): number {
  const z = 1.959964;
  return (
    z +
    (z ** 3 + z) / (4 * freedom) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * freedom ** 3)
  );
}
