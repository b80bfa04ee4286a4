import { breather } from '../signals/breather.js';
import type { Elements, MatrixSource } from './matrix-source.js';

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

/** A x in float64 for a symmetric A. x [n][width], width a multiple of four → [n][width], the caller's to change. */
export type SymmetricProduct = (
  x: Float64Array,
  signal?: AbortSignal,
) => Promise<Float64Array> | Float64Array;

/** Elements of the rows that are in memory at a time: 16 or 32 MiB. */
const RESIDENT = 2 ** 22;

/** Multiply-adds between two looks at the signal: some hundredths of a second. */
const TURN = 2 ** 25;

/**
 * A x in float64. The lower triangle defines A, so the operator is symmetric to the last bit and half the matrix is
 * read, some rows at a time.
 *
 * @param range Rows of the lower triangle that are applied, all by default; the products of disjoint ranges add up.
 */
export async function streamedProduct(
  source: MatrixSource,
  x: Float64Array, // [n][width]
  [from, to]: readonly [number, number] = [0, source.n],
  signal?: AbortSignal,
): Promise<Float64Array> {
  const y = new Float64Array(x.length);
  const width = x.length / source.n;
  const resident = Math.min(RESIDENT, TURN / width);
  const breathe = breather(signal);
  for (let first = from; first < to;) {
    const count = Math.max(1, Math.min(to - first, Math.floor(resident / (first + 1)), 1024));
    const end = first + count;
    addSymmetric(await source.rows(first, count, 0, end), { first, count, stride: end }, x, y, width);
    first = end;
    await breathe();
  }
  return y;
}

/** y += the share of A x of these rows of the lower triangle, and of the columns that mirror them. */
function addSymmetric(
  a: Elements, // [count][stride]
  { first, count, stride }: { first: number; count: number; stride: number },
  x: Float64Array,
  y: Float64Array,
  width: number,
): void {
  for (let c = 0; c < width; c += COLUMNS) {
    for (let r = 0, at = first * width + c; r < count; r++, at += width) {
      const i = first + r;
      const [x0, x1, x2, x3] = [x[at], x[at + 1], x[at + 2], x[at + 3]];
      let [y0, y1, y2, y3] = [0, 0, 0, 0];
      for (let j = 0, row = r * stride, to = c; j < i; j++, to += width) {
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
      const diagonal = a[r * stride + i];
      y[at] += y0 + diagonal * x0;
      y[at + 1] += y1 + diagonal * x1;
      y[at + 2] += y2 + diagonal * x2;
      y[at + 3] += y3 + diagonal * x3;
    }
  }
}

/** a x in float64. @param a [m][n]. @param x [n][width], width a multiple of four. @returns [m][width]. */
export function product(a: Elements, m: number, n: number, x: Float64Array): Float64Array {
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
