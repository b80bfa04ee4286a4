/** The power of two that brings a number > 0 nearest to 1, as far as float64 has it; to multiply with it is exact. */
export function inversePowerOfTwo(value: number): number {
  return 2 ** Math.min(1023, -Math.round(Math.log2(value)));
}

/** For every column of x [n][k] the power of two that brings its largest element near to 1; 1 for zeros. → [k]. */
export function columnScales(x: Float64Array, k: number): Float64Array {
  const largest = new Float64Array(k);
  for (let e = 0; e < x.length; e++) largest[e % k] = Math.max(largest[e % k], Math.abs(x[e]));
  return largest.map((value) => (value > 0 ? inversePowerOfTwo(value) : 1));
}
