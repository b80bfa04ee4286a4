import { NotFiniteError, NotSymmetricError, type Operand } from './errors.js';
import { TOLERANCES } from './tolerances.js';

/** Side of the tiles in which the two triangles are compared: both tiles stay in the first-level cache. */
const TILE = 32;

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

/** Mean of the diagonal of a matrix [n][n]. */
export function meanDiagonal(matrix: Float32Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += matrix[i * n + i];
  return sum / n;
}

/** A number less itself is 0 unless it is NaN or infinite. */
const isFiniteNumber = (value: number) => value - value === 0;

/** @param array [rows][columns]. @throws NotFiniteError at the first element that is NaN or infinite. */
export function assertFinite(operand: Operand, array: Float32Array | Float64Array, columns: number): void {
  for (let i = 0; i < array.length; i++) {
    if (isFiniteNumber(array[i])) continue;
    throw new NotFiniteError(operand, Math.floor(i / columns), i % columns, array[i]);
  }
}

/**
 * Checks a training kernel [n][n]: every element of the lower triangle finite, the upper one its mirror image.
 *
 * @throws NotFiniteError naming the first element that is not; NotSymmetricError naming an element and its mirror.
 */
export function assertKernelMatrix(kernel: Float32Array, n: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const value = kernel[i * n + j];
      if (!isFiniteNumber(value)) throw new NotFiniteError('kernel matrix', i, j, value);
    }
  }
  const root = Float64Array.from({ length: n }, (_, i) => Math.sqrt(Math.abs(kernel[i * n + i])));
  for (let top = 0; top < n; top += TILE) {
    for (let left = 0; left <= top; left += TILE) {
      for (let i = top; i < Math.min(n, top + TILE); i++) {
        for (let j = left; j < Math.min(i, left + TILE); j++) {
          const lower = kernel[i * n + j];
          const upper = kernel[j * n + i];
          const difference = lower - upper;
          const allowed = TOLERANCES.asymmetry * root[i] * root[j];
          if (!(difference <= allowed && -difference <= allowed))
            throw new NotSymmetricError(i, j, lower, upper, allowed);
        }
      }
    }
  }
}
