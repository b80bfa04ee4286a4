import { ArgumentError, assertCount, assertKeys } from '../checks/arguments.js';
import type { GramShape } from '../kernel/gram-shape.js';
import { pairsInTile, tileCount, tilePairs, type Tile } from '../kernel/tiles.js';

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
  /** The tile's row in the grid of its block. */
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
 * @param elementLayersPerPair The element-layers of a pair in all passes.
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
  return blocks.flatMap((block) =>
    [...tilePairs(shapeOf(block), tileImages)].map((tile): StoreTile => {
      const [gridRow, gridColumn] = [tile.firstRow / tileImages, tile.firstColumn / tileImages];
      const name = tileName(block, gridRow, gridColumn);
      return { name, block, gridRow, gridColumn, tile, pairs: pairsInTile(tile) };
    }),
  );
}

/** How many tiles `storeTiles` gives. */
export function storeTileCount(blocks: readonly Block[], tileImages: number): number {
  return blocks.reduce((sum, block) => sum + tileCount(shapeOf(block), tileImages), 0);
}

/** The tile of this name on the grid of a computation; undefined if there is none. */
export function tileNamed(name: string, blocks: readonly Block[], tileImages: number): StoreTile | undefined {
  const [, blockName, row, column] = /^([a-z]+)-(\d{1,10})-(\d{1,10})$/.exec(name) ?? [];
  const block = blocks.find((one) => one.name === blockName);
  if (block === undefined) return undefined;
  const [gridRow, gridColumn] = [Number(row), Number(column)];
  const { rows, columns, symmetric } = shapeOf(block);
  const [firstRow, firstColumn] = [gridRow * tileImages, gridColumn * tileImages];
  const isOnGrid = firstRow < rows && firstColumn < columns && !(symmetric && gridColumn > gridRow);
  if (!isOnGrid || tileName(block, gridRow, gridColumn) !== name) return undefined;
  const tile: Tile = {
    firstRow,
    rows: Math.min(tileImages, rows - firstRow),
    firstColumn,
    columns: Math.min(tileImages, columns - firstColumn),
    symmetric,
  };
  return { name, block, gridRow, gridColumn, tile, pairs: pairsInTile(tile) };
}

function tileName(block: Block, gridRow: number, gridColumn: number): string {
  const digits = (index: number) => String(index).padStart(4, '0');
  return `${block.name}-${digits(gridRow)}-${digits(gridColumn)}`;
}

function shapeOf({ name, rows, columns }: Block): GramShape {
  return { rows, columns, symmetric: name === 'train' };
}

/** Share `index` (from 1) of `count`. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** @throws ArgumentError */
export function assertShard(name: string, shard: unknown): asserts shard is Shard {
  assertKeys(name, shard, ['index', 'count']);
  const { index, count } = shard as Readonly<Record<keyof Shard, unknown>>;
  assertCount(`${name}.count`, count);
  assertCount(`${name}.index`, index);
  if (index > count)
    throw new ArgumentError(`${name} is ${index} of ${count}; the last is ${count} of ${count}`);
}

/**
 * The tiles of one share, in the order of the list. Shares are balanced in pairs, not in tiles: the largest tiles first,
 * each goes to the share that has the fewest pairs, so that two shares differ by one tile's pairs at the most.
 * Deterministic.
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
