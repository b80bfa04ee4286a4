import type { Tile } from '../../index.js';
import type { BlockTile } from './blocks.js';

/** One of the two blocks of a run, at every depth; it keeps which of its tiles are there, so that a run can go on. */
export class KernelBlock {
  /** [depths], each [rows][columns]; NaN where nothing was computed yet. */
  readonly matrices: readonly Float32Array<ArrayBuffer>[];
  private readonly finished = new Set<string>();
  private filled = 0;

  constructor(
    readonly rows: number,
    readonly columns: number,
    depths: number,
  ) {
    this.matrices = Array.from({ length: depths }, () => new Float32Array(rows * columns).fill(NaN));
  }

  /** Those of the tiles that are still to be computed. */
  missing(tiles: readonly Tile[]): Tile[] {
    return tiles.filter((tile) => !this.finished.has(keyOf(tile)));
  }

  /** Takes a tile that was missing; one of a symmetric block is mirrored. */
  put({ tile, values }: BlockTile): void {
    for (const [depth, block] of values.entries()) putTile(this.matrices[depth], this.columns, tile, block);
    this.finished.add(keyOf(tile));
    this.filled += tile.rows * tile.columns * (isMirrored(tile) ? 2 : 1);
  }

  /** Whether every tile has come. */
  get isWhole(): boolean {
    return this.filled === this.rows * this.columns;
  }
}

function keyOf({ firstRow, firstColumn }: Tile): string {
  return `${firstRow},${firstColumn}`;
}

/** Whether a tile stands on both sides of the diagonal: that of a symmetric block does. */
function isMirrored({ firstRow, firstColumn, symmetric }: Tile): boolean {
  return symmetric && firstRow !== firstColumn;
}

function putTile(matrix: Float32Array, stride: number, tile: Tile, values: Float32Array): void {
  const { firstRow, firstColumn, rows, columns } = tile;
  for (let i = 0; i < rows; i++) {
    const row = values.subarray(i * columns, (i + 1) * columns);
    matrix.set(row, (firstRow + i) * stride + firstColumn);
    if (!isMirrored(tile)) continue;
    for (let j = 0; j < columns; j++) matrix[(firstColumn + j) * stride + firstRow + i] = row[j];
  }
}
