import { NotFiniteError, NotSymmetricError, type Operand } from './errors.js';
import { diagonalOf, type MatrixSource } from './matrix-source.js';
import { TOLERANCES } from './tolerances.js';

/** Side of the tiles in which the two triangles are compared: a row of one is a whole page of a file. */
const TILE = 1024;

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
 * Checks a training kernel: every element of the lower triangle finite, the upper one its mirror image.
 *
 * @throws NotFiniteError naming an element that is not; NotSymmetricError naming an element and its mirror.
 */
export async function assertKernelMatrix(kernel: MatrixSource): Promise<void> {
  const { n } = kernel;
  const root = (await diagonalOf(kernel)).map((value) => Math.sqrt(Math.abs(value)));
  for (let top = 0; top < n; top += TILE) {
    const rows = Math.min(TILE, n - top);
    for (let left = 0; left <= top; left += TILE) {
      const columns = Math.min(TILE, n - left);
      const tile = await kernel.rows(top, rows, left, left + columns);
      const mirrored = await kernel.rows(left, columns, top, top + rows);
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns && left + j <= top + i; j++) {
          const lower = tile[i * columns + j];
          const [row, column] = [top + i, left + j];
          if (!isFiniteNumber(lower)) throw new NotFiniteError('kernel matrix', row, column, lower);
          const upper = mirrored[j * rows + i];
          const difference = lower - upper;
          const allowed = TOLERANCES.asymmetry * root[row] * root[column];
          if (!(difference <= allowed && -difference <= allowed) && row !== column)
            throw new NotSymmetricError(row, column, lower, upper, allowed);
        }
      }
    }
  }
}
