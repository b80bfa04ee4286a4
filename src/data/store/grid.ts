import { pairsInTile, tilePairs, type Tile } from '../../kernel/tiles.js';

/** Which matrix of a computation: `train` images × images, `test` test images × images, `cross` images × others. */
export type BlockName = 'train' | 'test' | 'cross';

/** One matrix of a computation; `train` is symmetric, only its lower triangle has tiles. */
export interface Block {
  readonly name: BlockName;
  readonly rows: number;
  readonly columns: number;
}

/** A tile of the grid that a store lays over its blocks. */
export interface StoreTile {
  /** `train-0003-0001`: block, row and column of the grid. */
  readonly name: string;
  readonly block: Block;
  /** In the grid of its block. */
  readonly gridRow: number;
  readonly gridColumn: number;
  readonly tile: Tile;
  readonly pairs: number;
}

const MAX_TILE_IMAGES = 512;
const MIN_TILE_IMAGES = 4;
/** Small matrices have about this many rows of tiles, for shards and for what a stopped run loses. */
const LEAST_GRID_ROWS = 16;
/** Element-layers of a tile at the most: under a minute on the slowest device of either kind. */
const TILE_WORK = { software: 2 ** 33, hardware: 2 ** 40 };

/**
 * The side of a computation's tiles in images, a power of two: small enough that a stopped run loses less than a
 * minute's work and that small computations can be shared out, large enough that 50,000 images do not take a million
 * files.
 *
 * @param elementLayersPerPair Of all passes.
 */
export function tileSide(
  blocks: readonly Block[],
  elementLayersPerPair: number,
  device: keyof typeof TILE_WORK,
): number {
  const images = Math.max(...blocks.map(({ rows, columns }) => Math.max(rows, columns)));
  const byWork = Math.sqrt(TILE_WORK[device] / elementLayersPerPair);
  const bySize = Math.max(MIN_TILE_IMAGES, images / LEAST_GRID_ROWS);
  const side = 2 ** Math.floor(Math.log2(Math.max(1, Math.min(byWork, MAX_TILE_IMAGES))));
  return Math.min(side, 2 ** Math.ceil(Math.log2(bySize)));
}

/** Every tile of a computation, row by row of each block: the same list on every machine. */
export function storeTiles(blocks: readonly Block[], tileImages: number): StoreTile[] {
  const digits = (index: number) => String(index).padStart(4, '0');
  return blocks.flatMap((block) => {
    const shape = { rows: block.rows, columns: block.columns, symmetric: block.name === 'train' };
    return [...tilePairs(shape, tileImages)].map((tile): StoreTile => {
      const [gridRow, gridColumn] = [tile.firstRow / tileImages, tile.firstColumn / tileImages];
      const name = `${block.name}-${digits(gridRow)}-${digits(gridColumn)}`;
      return { name, block, gridRow, gridColumn, tile, pairs: pairsInTile(tile) };
    });
  });
}

/** Share `index` (from 1) of `count`. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/**
 * The tiles of one share, in the order of the list. Shares are balanced in pairs, not in tiles: the largest tiles first, each goes to the share
 * that has the fewest pairs, so that two shares differ by one tile's pairs at the most. Deterministic.
 */
export function shardTiles(tiles: readonly StoreTile[], { index, count }: Shard): StoreTile[] {
  const loads = new Float64Array(count);
  const mine = new Set<StoreTile>();
  for (const tile of [...tiles].sort((a, b) => b.pairs - a.pairs)) {
    const lightest = loads.indexOf(Math.min(...loads));
    loads[lightest] += tile.pairs;
    if (lightest === index - 1) mine.add(tile);
  }
  return tiles.filter((tile) => mine.has(tile));
}
