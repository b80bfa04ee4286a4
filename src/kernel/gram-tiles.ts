import type { Gpu } from '../gpu/gpu.js';
import type { DeviceUse } from './device-use.js';
import { takeRun, type GramOptions } from './gram-run.js';
import { isTriangle } from './batches.js';
import { walkTiles } from './tile-walk.js';
import type { Tile } from './tiles.js';
import { mirrorTriangle, type ValueBlock } from './value-block.js';

export interface TilesOptions extends Omit<GramOptions, 'onProgress'> {
  /** Tiles have at most this many rows and columns, and begin at multiples of it. */
  readonly tileImages: number;
  /** Work done, in element-layers; called once or more per pair of images. */
  readonly onWork?: (elementLayers: number) => void;
  /** Is told how long the device computed; one may serve several runs. */
  readonly use?: DeviceUse;
}

export interface ComputedTile {
  readonly tile: Tile;
  /** One matrix per kernel, [tile.rows][tile.columns], in the paper's scale; a diagonal tile is whole, not a triangle. */
  readonly values: readonly Float32Array[];
  /** Values so small that float32 holds few of their digits or none. */
  readonly underflows: number;
  /** The first of them, as `ntk-gap-d11-hidden of images 3 and 1`. */
  readonly firstUnderflow: string | undefined;
}

/** The tiles of `library/grams`, whose options are right. */
export async function* computeTiles(
  gpu: Gpu,
  tiles: AsyncIterable<Tile>,
  options: TilesOptions,
): AsyncGenerator<ComputedTile> {
  const { tileImages, onWork, use } = options;
  const run = takeRun(gpu, options, tileImages);
  const { kernels } = run;
  const blockOf = ({ firstRow, rows, firstColumn, columns }: Tile): ValueBlock => ({
    values: kernels.map(() => new Float32Array(rows * columns)),
    ...{ firstRow, firstColumn },
    stride: columns,
  });
  for await (const { tile, block, underflows } of walkTiles(gpu, { ...run, onWork, use }, tiles, blockOf)) {
    if (isTriangle(tile)) for (const matrix of block.values) mirrorTriangle(matrix, tile.rows);
    const { count, first } = underflows;
    yield { tile, values: block.values, underflows: count, firstUnderflow: first };
  }
}
