import type { Tile } from './tiles.js';

/** A rectangle of pairs that one submission computes; first row and first column count within the blocks of images. */
export interface TileBatch {
  readonly firstRow: number;
  readonly rows: number;
  readonly firstColumn: number;
  readonly columns: number;
  /** Rows and columns are the same images, and only the pairs with column ≤ row are wanted. */
  readonly triangle: boolean;
}

/**
 * A tile in batches, every pair in one of them: whole rows, or pieces of a row where not even one is allowed.
 *
 * @param mostPairs Asked before each batch: how many places the next rectangle may have. In a triangle it ends with the
 * diagonal, so that of a few rows most places are wanted.
 */
export function* batchesOf(tile: Tile, mostPairs: () => number): Generator<TileBatch> {
  const triangle = isTriangle(tile);
  for (let row = 0; row < tile.rows;) {
    const length = triangle ? row + 1 : tile.columns;
    const most = mostPairs();
    const rows = Math.min(tile.rows - row, triangle ? rowsOfTriangle(row, most) : Math.floor(most / length));
    if (rows >= 1) {
      yield {
        firstRow: row,
        rows,
        firstColumn: 0,
        columns: triangle ? row + rows : length,
        triangle,
      };
      row += rows;
      continue;
    }
    for (let column = 0; column < length;) {
      const columns = Math.min(length - column, column === 0 ? most : mostPairs());
      yield { firstRow: row, rows: 1, firstColumn: column, columns, triangle };
      column += columns;
    }
    row++;
  }
}

/** Whether only the pairs on and below the diagonal of a tile are wanted. */
export function isTriangle({ symmetric, firstRow, firstColumn }: Tile): boolean {
  return symmetric && firstRow === firstColumn;
}

/** Pairs of a batch that are wanted. */
export function pairsInBatch(batch: TileBatch): number {
  const { rows, columns, firstRow, firstColumn, triangle } = batch;
  if (!triangle) return rows * columns;
  // Row by row up to the diagonal, or to the end of a piece of a row.
  const first = Math.min(firstRow + 1 - firstColumn, columns);
  return rows === 1 ? first : (rows * (first + columns)) / 2;
}

/** Columns of a row that are wanted, from the first column of the batch on. */
export function columnsInRow({ firstColumn, columns, firstRow, triangle }: TileBatch, row: number): number {
  return triangle ? Math.min(columns, firstRow + row + 1 - firstColumn) : columns;
}

/** How many rows from `row` on have at most `most` places in a rectangle that ends with the diagonal. */
function rowsOfTriangle(row: number, most: number): number {
  return Math.floor((Math.sqrt(row * row + 4 * most) - row) / 2);
}
