/** Columns that one pass over a matrix serves: their sums stay in registers. */
export const COLUMNS = 4;

/** `columns` rounded up to whole groups of four; the columns added stay zero. */
export function paddedWidth(columns: number): number {
  return COLUMNS * Math.ceil(columns / COLUMNS);
}

/** source [n][columns] → [n][paddedWidth(columns)], or back with the two widths exchanged. */
export function withWidth(source: ArrayLike<number>, n: number, from: number, to: number): Float64Array {
  const target = new Float64Array(n * to);
  const columns = Math.min(from, to);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < columns; c++) target[i * to + c] = source[i * from + c];
  }
  return target;
}

/**
 * (A + shift·I) x in float64. The lower triangle defines A, so the operator is symmetric to the last bit and half the
 * matrix is read.
 *
 * @param a [n][n], lower triangle. @param x [n][width], width a multiple of four. @returns [n][width].
 */
export function symmetricProduct(a: Float32Array, n: number, shift: number, x: Float64Array): Float64Array {
  const width = x.length / n;
  const y = x.map((value) => shift * value);
  for (let c = 0; c < width; c += COLUMNS) {
    for (let i = 0, at = c; i < n; i++, at += width) {
      const [x0, x1, x2, x3] = [x[at], x[at + 1], x[at + 2], x[at + 3]];
      let [y0, y1, y2, y3] = [0, 0, 0, 0];
      for (let j = 0, row = i * n, to = c; j < i; j++, to += width) {
        const element = a[row + j];
        y0 += element * x[to];
        y1 += element * x[to + 1];
        y2 += element * x[to + 2];
        y3 += element * x[to + 3];
        y[to] += element * x0;
        y[to + 1] += element * x1;
        y[to + 2] += element * x2;
        y[to + 3] += element * x3;
      }
      const diagonal = a[i * n + i];
      y[at] += y0 + diagonal * x0;
      y[at + 1] += y1 + diagonal * x1;
      y[at + 2] += y2 + diagonal * x2;
      y[at + 3] += y3 + diagonal * x3;
    }
  }
  return y;
}

/** a x in float64. @param a [m][n]. @param x [n][width], width a multiple of four. @returns [m][width]. */
export function product(a: Float32Array, m: number, n: number, x: Float64Array): Float64Array {
  const width = x.length / n;
  const y = new Float64Array(m * width);
  for (let c = 0; c < width; c += COLUMNS) {
    for (let i = 0, at = c; i < m; i++, at += width) {
      let [y0, y1, y2, y3] = [0, 0, 0, 0];
      for (let j = 0, row = i * n, from = c; j < n; j++, from += width) {
        const element = a[row + j];
        y0 += element * x[from];
        y1 += element * x[from + 1];
        y2 += element * x[from + 2];
        y3 += element * x[from + 3];
      }
      y[at] = y0;
      y[at + 1] = y1;
      y[at + 2] = y2;
      y[at + 3] = y3;
    }
  }
  return y;
}
