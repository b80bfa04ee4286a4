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

/** The pairs of a tile, row by row. */
export function* pairsOf(tile: Tile): Generator<ImagePair> {
  for (let row = tile.firstRow; row < tile.firstRow + tile.rows; row++) {
    for (let column = tile.firstColumn; column < tile.firstColumn + tile.columns; column++) {
      if (tile.symmetric && column > row) break;
      yield { row, column };
    }
  }
}
