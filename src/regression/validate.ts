import { NotFiniteError, type Operand } from './errors.js';

/** Side of a square matrix [n][n]. @throws RangeError if its length is no square of a whole number ≥ 1. */
export function sideOf(matrix: ArrayLike<number>): number {
  const n = Math.sqrt(matrix.length);
  if (Number.isInteger(n) && n > 0) return n;
  throw new RangeError(`a matrix of ${matrix.length} elements is not square: n×n with n ≥ 1 is needed`);
}

/** Columns of `array` as [rows][columns]. @throws RangeError if the rows do not divide its length. */
export function columnsOf(operand: string, array: ArrayLike<number>, rows: number): number {
  const columns = array.length / rows;
  if (Number.isInteger(columns) && columns > 0) return columns;
  throw new RangeError(`${operand} of ${array.length} elements are not [${rows}][k] with k ≥ 1`);
}

/** Whether a number is finite: less itself it is 0 unless it is NaN or infinite. */
export function isFiniteNumber(value: number): boolean {
  return value - value === 0;
}

/**
 * @param array [rows][columns], a part of a larger one from `firstRow` on.
 * @throws NotFiniteError at the first element that is NaN or infinite.
 */
export function assertFinite(
  operand: Operand,
  array: Float32Array | Float64Array,
  columns: number,
  firstRow = 0,
): void {
  for (let i = 0; i < array.length; i++) {
    if (isFiniteNumber(array[i])) continue;
    throw new NotFiniteError(operand, firstRow + Math.floor(i / columns), i % columns, array[i]);
  }
}
