import type { Gpu } from '../gpu/gpu.js';
import type { ImageStack } from '../images/images.js';
import { computeTiles, type ComputedTile, type TilesOptions } from '../kernel/gram-tiles.js';
import type { Tile } from '../kernel/tiles.js';
import type { RoughPairs } from '../network/exact-pairs.js';
import { splitRequests, type KernelRequest } from './kernel-request.js';
import { computeRequests } from './prepare-kernels.js';

export interface RequestedTilesOptions extends Omit<TilesOptions, 'kernels'> {
  readonly requests: readonly KernelRequest[];
}

/**
 * Requested kernels a tile at a time, with the bits of the whole matrices: see `computeTiles`, which computes the paper's
 * chains. Where other networks are among them, a tile is computed as the matrix of its own images.
 *
 * @throws as `computeTiles` and `computeNetworks`
 */
export async function* requestedTiles(
  gpu: Gpu,
  tiles: AsyncIterable<Tile>,
  { requests, ...options }: RequestedTilesOptions,
): AsyncGenerator<ComputedTile & Partial<RoughPairs>> {
  const { images, against, signal, memoryBytes, variant, onWork } = options;
  const split = splitRequests(requests, images);
  if (split.networks.length === 0) {
    for await (const tile of computeTiles(gpu, tiles, { ...options, kernels: split.specs }))
      yield {
        ...tile,
        values: split.sources.map((source) => tile.values['spec' in source ? source.spec : 0]),
      };
    return;
  }
  for await (const tile of tiles) {
    const isDiagonal = tile.symmetric && tile.firstRow === tile.firstColumn;
    const columns = part(against ?? images, tile.firstColumn, tile.columns);
    let told = 0;
    const { matrices, underflows, firstUnderflow, roughPairs, roughError } = await computeRequests(
      gpu,
      part(images, tile.firstRow, tile.rows),
      {
        ...{ requests, split, variant, memoryBytes, signal },
        against: isDiagonal ? undefined : columns,
        onProgress: ({ done }) => {
          onWork?.(done - told);
          told = done;
        },
      },
    );
    yield { tile, values: matrices, underflows, firstUnderflow, roughPairs, roughError };
  }
}

function part(stack: ImageStack, first: number, count: number): ImageStack {
  const size = stack.channels * stack.height * stack.width;
  return { ...stack, count, data: stack.data.subarray(first * size, (first + count) * size) };
}
