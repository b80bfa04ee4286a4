import { columnsInRow, type TileBatch } from './batches.js';

/** Where values go: matrices, one per kernel of the run, that hold the pairs from some row and column on. */
export interface ValueBlock {
  readonly values: readonly Float32Array[];
  readonly firstRow: number;
  readonly firstColumn: number;
  /** Values from the beginning of a row to that of the next. */
  readonly stride: number;
}

/**
 * Copies finished values, a row of a kernel at a time.
 *
 * @param kernels Index among the matrices of each kernel of the data.
 * @param origin Place in the run's matrix of the first row and column that the batch counts from.
 * @param data [kernels][rows][columns]
 */
export function putValues(
  block: ValueBlock,
  kernels: readonly number[],
  origin: { readonly firstRow: number; readonly firstColumn: number },
  batch: TileBatch,
  data: Float32Array,
): void {
  const { rows, columns } = batch;
  const firstRow = origin.firstRow + batch.firstRow - block.firstRow;
  const firstColumn = origin.firstColumn + batch.firstColumn - block.firstColumn;
  for (const [k, kernel] of kernels.entries()) {
    for (let row = 0; row < rows; row++) {
      const from = (k * rows + row) * columns;
      const to = (firstRow + row) * block.stride + firstColumn;
      block.values[kernel].set(data.subarray(from, from + columnsInRow(batch, row)), to);
    }
  }
}

/** Rows and columns of a square that are mirrored at a time: both ends stay in the cache. */
const SQUARE = 32;

/** Fills what is above the diagonal of a symmetric matrix, [size][size], from what is below it. */
export function mirrorTriangle(matrix: Float32Array, size: number): void {
  for (let top = 0; top < size; top += SQUARE) {
    for (let left = 0; left <= top; left += SQUARE) {
      for (let row = top; row < Math.min(size, top + SQUARE); row++) {
        const end = Math.min(row, left + SQUARE);
        for (let column = left; column < end; column++)
          matrix[column * size + row] = matrix[row * size + column];
      }
    }
  }
}
