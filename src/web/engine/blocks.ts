import { computeNetworks, computeTiles, type Gpu, type ImageStack, type Tile } from '../../index.js';
import type { PairKernel } from './job.js';

/** The images of a block of pairs, and which tiles of it are wanted. */
export interface BlockRequest {
  readonly rows: ImageStack;
  /** Absent in a symmetric block: the rows are the columns. */
  readonly against?: ImageStack;
  readonly tiles: readonly Tile[];
  readonly tileImages: number;
  readonly signal: AbortSignal;
  /** Told of the work that was done, in element-layers. */
  readonly onWork: (elementLayers: number) => void;
}

export interface BlockTile {
  readonly tile: Tile;
  /** One matrix per depth, [rows][columns]. */
  readonly values: readonly Float32Array[];
}

/** The kernels of a job, a tile at a time in the order of the tiles. */
export async function* computeBlock(
  gpu: Gpu,
  job: PairKernel,
  request: BlockRequest,
): AsyncGenerator<BlockTile> {
  if (job.kind === 'network') {
    yield* networkTiles(gpu, job, request);
    return;
  }
  const { rows, against, tiles, tileImages, signal, onWork } = request;
  const { kernels } = job;
  yield* computeTiles(gpu, inTurn(tiles), { images: rows, against, kernels, tileImages, signal, onWork });
}

async function* inTurn(tiles: readonly Tile[]): AsyncGenerator<Tile> {
  for (const tile of tiles) yield await Promise.resolve(tile);
}

/** Networks are computed between two stacks: a tile is that of its images. */
async function* networkTiles(
  gpu: Gpu,
  { network, ntk }: Extract<PairKernel, { kind: 'network' }>,
  { rows, against, tiles, signal, onWork }: BlockRequest,
): AsyncGenerator<BlockTile> {
  for (const tile of tiles) {
    const images = part(rows, tile.firstRow, tile.rows);
    const onDiagonal = against === undefined && tile.firstRow === tile.firstColumn;
    const columns = onDiagonal ? undefined : part(against ?? rows, tile.firstColumn, tile.columns);
    const result = await computeNetworks(gpu, { networks: [network], images, against: columns, ntk, signal });
    onWork(result.pairs * Math.max(1, result.elementLayersPerPair));
    const [kernels] = result.kernels;
    yield { tile, values: [Float32Array.from(ntk ? kernels.ntk! : kernels.nngp)] };
  }
}

function part(stack: ImageStack, first: number, count: number): ImageStack {
  const size = stack.channels * stack.height * stack.width;
  return { ...stack, count, data: stack.data.subarray(first * size, (first + count) * size) };
}

/**
 * The tiles of a block. Of a symmetric one those on the diagonal come first, and the others in the order of their
 * distance from it: the diagonal is what all similarities are measured by, and a matrix that grows from it shows its
 * classes soon.
 */
export function tilesOf(rows: number, columns: number, symmetric: boolean, size: number): Tile[] {
  const tiles: Tile[] = [];
  for (let firstRow = 0; firstRow < rows; firstRow += size) {
    for (let firstColumn = 0; firstColumn < (symmetric ? firstRow + 1 : columns); firstColumn += size) {
      const [height, width] = [Math.min(size, rows - firstRow), Math.min(size, columns - firstColumn)];
      tiles.push({ firstRow, rows: height, firstColumn, columns: width, symmetric });
    }
  }
  const distance = ({ firstRow, firstColumn }: Tile) => firstRow - firstColumn;
  return symmetric ? tiles.sort((a, b) => distance(a) - distance(b)) : tiles;
}

/** The pairs of images that a tile holds. */
export function pairsOfTile({ firstRow, firstColumn, rows, columns, symmetric }: Tile): number {
  return symmetric && firstRow === firstColumn ? (rows * (rows + 1)) / 2 : rows * columns;
}

/** Small enough that a matrix fills in many steps, large enough that a device is busy with each. */
export function tileSize(images: number): number {
  return Math.min(128, Math.max(16, Math.ceil(images / 6)));
}
