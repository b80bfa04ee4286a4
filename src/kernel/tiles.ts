import { ArgumentError } from '../checks/arguments.js';
import type { GramShape } from './plan.js';

/** A rectangle of image pairs whose fields stand in two buffers. Diagonal tiles of a symmetric matrix are triangles. */
export interface Tile {
  readonly firstRow: number;
  readonly rows: number;
  readonly firstColumn: number;
  readonly columns: number;
  /** Only pairs row ≥ column count. */
  readonly symmetric: boolean;
}

export interface ImagePair {
  readonly row: number;
  readonly column: number;
}

/** Tiles of at most `size`×`size` pairs that cover a matrix, or its lower triangle; ragged at the edges. */
export function* tilePairs({ rows, columns, symmetric }: GramShape, size: number): Generator<Tile> {
  for (let firstRow = 0; firstRow < rows; firstRow += size) {
    const last = Math.min(rows, firstRow + size);
    for (let firstColumn = 0; firstColumn < (symmetric ? last : columns); firstColumn += size) {
      yield {
        firstRow,
        rows: last - firstRow,
        firstColumn,
        columns: Math.min(columns, firstColumn + size) - firstColumn,
        symmetric,
      };
    }
  }
}

/**
 * That a tile lies in the matrix; a diagonal one is a triangle, so it is square, and none lies above the diagonal.
 *
 * @throws ArgumentError
 */
export function assertTile(tile: unknown, { rows, columns, symmetric }: GramShape): void {
  const { firstRow, rows: height, firstColumn, columns: width } = (tile ?? {}) as Tile;
  const within = (first: number, count: number, size: number) =>
    Number.isInteger(first) && Number.isInteger(count) && first >= 0 && count >= 1 && first + count <= size;
  const inside = within(firstRow, height, rows) && within(firstColumn, width, columns);
  const agrees = (tile as Partial<Tile> | undefined)?.symmetric === symmetric;
  const below =
    !symmetric || firstColumn + width <= firstRow || (firstColumn === firstRow && width === height);
  if (inside && agrees && below) return;
  throw new ArgumentError(
    `no tile of a ${symmetric ? 'symmetric ' : ''}${rows}×${columns} matrix: ${JSON.stringify(tile)}. It lies inside` +
      `${symmetric ? ', on the diagonal (square) or below it' : ''}, with symmetric ${symmetric}.`,
  );
}

/** A tile in tiles of at most `size`×`size` pairs; parts of a triangle that hold no pair are left out. */
export function* partsOf(tile: Tile, size: number): Generator<Tile> {
  const [endRow, endColumn] = [tile.firstRow + tile.rows, tile.firstColumn + tile.columns];
  for (let firstRow = tile.firstRow; firstRow < endRow; firstRow += size) {
    const rows = Math.min(size, endRow - firstRow);
    for (let firstColumn = tile.firstColumn; firstColumn < endColumn; firstColumn += size) {
      if (tile.symmetric && firstColumn >= firstRow + rows) break;
      const columns = Math.min(size, endColumn - firstColumn);
      yield { firstRow, rows, firstColumn, columns, symmetric: tile.symmetric };
    }
  }
}

/** Pairs of a tile: row ≥ column in a symmetric matrix, whose tiles are square on the diagonal. */
export function pairsInTile({ firstRow, rows, firstColumn, columns, symmetric }: Tile): number {
  return symmetric && firstRow === firstColumn ? (rows * (rows + 1)) / 2 : rows * columns;
}

/** The pairs of a tile, row by row. */
export function* pairsOf(tile: Tile): Generator<ImagePair> {
  for (let row = tile.firstRow; row < tile.firstRow + tile.rows; row++) {
    for (let column = tile.firstColumn; column < tile.firstColumn + tile.columns; column++) {
      if (tile.symmetric && column > row) break;
      yield { row, column };
    }
  }
}

/** How many tiles `tilePairs` yields. */
export function tileCount({ rows, columns, symmetric }: GramShape, size: number): number {
  const rowBlocks = Math.ceil(rows / size);
  return symmetric ? (rowBlocks * (rowBlocks + 1)) / 2 : rowBlocks * Math.ceil(columns / size);
}

/**
 * How many blocks of images a run computes, in the order of `tilePairs`, where `cached` blocks are kept and the least
 * recently used leaves first. Columns come round once per row of tiles: either all of them stay, or none.
 */
export function blockLoads(shape: GramShape, size: number, cached: number): number {
  const rowBlocks = Math.ceil(shape.rows / size);
  if (shape.symmetric) {
    const rowsThatStay = Math.min(rowBlocks, cached);
    // Row r of tiles needs itself and the columns before it.
    return rowsThatStay + (rowBlocks * (rowBlocks + 1) - rowsThatStay * (rowsThatStay + 1)) / 2;
  }
  const columnBlocks = Math.ceil(shape.columns / size);
  // While a row of tiles begins, the row before it has not left yet.
  const needed = Math.min(columnBlocks + 2, rowBlocks + columnBlocks);
  if (cached >= needed) return rowBlocks + columnBlocks;
  // With one place too few the last column is the only one that is still there.
  const lastStays = cached === columnBlocks + 1 ? rowBlocks - 1 : 0;
  return rowBlocks * (1 + columnBlocks) - lastStays;
}
