import { TEXELS } from '../../shaders/shared/sampled_fields.js';
import { BufferScope } from '../gpu/buffers.js';
import type { Gpu } from '../gpu/gpu.js';
import type { ImageStack } from '../images/images.js';
import { Pacer } from '../kernel/pacer.js';
import { powerOfTwoScale } from '../images/taken-images.js';
import { tilePairs, pairsOf, type ImagePair } from '../kernel/tiles.js';
import { NetworkExecutor, type BatchKernels } from './executor.js';
import type { ImageBlock } from './image-block.js';
import { NetworkError } from './network-error.js';
import type { NetworkGramOptions, NetworkGramResult } from './network-gram.js';
import { keptPlan } from './kept-plans.js';
import { runSizes, type NetworkPlan } from './plan.js';

const DEFAULT_MEMORY_BYTES = 512 * 2 ** 20;

/** A device that computes on the host's cores pays for every page that it touches, and reads soon again what its caches hold. */
const SOFTWARE_BATCH_BYTES = 64 * 2 ** 20;

/** Batches of pairs on the device at a time: one computes, one waits, so that a late host leaves no gap. */
const BATCHES_IN_FLIGHT = 2;

/**
 * NTK and NNGP of several networks between images in one walk of the pairs: what networks have in common from the front
 * is computed once. The fused plane kernel takes the runs of layers that it can, unless `general` is asked for.
 *
 * @throws NetworkError before anything runs; DeviceLostError; the signal's reason if aborted
 */
export async function walkNetworks(gpu: Gpu, options: NetworkGramOptions): Promise<NetworkGramResult> {
  const { networks, images: rows, against, ntk = true, kernel = 'auto' } = options;
  const { memoryBytes = DEFAULT_MEMORY_BYTES, signal } = options;
  const columns = against ?? rows;
  const symmetric = against === undefined;
  // One scale for both: biases stand beside products of x and of z.
  const scale = Math.min(powerOfTwoScale(rows.data), powerOfTwoScale(columns.data));
  const device = kernel === 'general' ? undefined : gpu;
  const plan = keptPlan(networks, rows, { pixelExponent: -Math.log2(scale), theta: ntk, device });
  const sizes = batchSizes(plan, gpu, memoryBytes);

  const pacer = new Pacer(gpu.software);
  const shape = { rows: rows.count, columns: columns.count, symmetric };
  const totalPairs = symmetric ? (shape.rows * (shape.rows + 1)) / 2 : shape.rows * shape.columns;
  const enough = gpu.software
    ? Math.ceil(SOFTWARE_BATCH_BYTES / Math.max(1, plan.sizeBytesPerPair))
    : Infinity;
  const maxPairs = Math.min(sizes.pairs, totalPairs, enough);
  const maxImages = Math.min(sizes.selfPairs, Math.max(rows.count, columns.count));
  using variances = await NetworkExecutor.create(gpu, pacer, plan.variances, plan, maxImages, signal);
  using values = await NetworkExecutor.create(gpu, pacer, plan.values, plan, maxPairs, signal);
  const kernels = plan.values.outputs.map(() => ({
    ntk: ntk ? new Float64Array(shape.rows * shape.columns) : undefined,
    nngp: new Float64Array(shape.rows * shape.columns),
  }));
  let donePairs = 0;
  const store = (results: BatchKernels, batch: readonly ImagePair[]) => {
    for (const [network, { sigma, theta }] of results.entries()) {
      const unit = 2 ** plan.values.outputs[network].exponent;
      for (const [index, { row, column }] of batch.entries()) {
        const places = [row * shape.columns + column];
        if (symmetric) places.push(column * shape.columns + row);
        for (const place of places) {
          kernels[network].nngp[place] = unit * sigma[index];
          if (theta) kernels[network].ntk![place] = unit * theta[index];
        }
      }
    }
  };
  const inFlight: Promise<void>[] = [];
  for (const tile of tilePairs(shape, Math.min(sizes.images, options.tileImages ?? Infinity))) {
    using scope = new BufferScope(gpu.device);
    const block = (stack: ImageStack, first: number, count: number) =>
      loadBlock(scope, variances, plan, stack, first, count, scale, signal);
    const x = await block(rows, tile.firstRow, tile.rows);
    const same = symmetric && tile.firstRow === tile.firstColumn;
    const z = same ? x : await block(columns, tile.firstColumn, tile.columns);
    const pairs = [...pairsOf(tile)];
    for (let first = 0; first < pairs.length;) {
      const batch = pairs.slice(first, first + values.pairsPerBatch);
      first += batch.length;
      const local = batch.map(({ row, column }) => [row - tile.firstRow, column - tile.firstColumn] as const);
      if (inFlight.length >= BATCHES_IN_FLIGHT) await inFlight.shift();
      signal?.throwIfAborted();
      const stored = values.run({ pairs: local, x, z }, signal).then((results) => {
        store(results, batch);
        donePairs += batch.length;
        options.onProgress?.({ donePairs, totalPairs });
      });
      // Awaited in its turn; until then a failure must not count as unhandled.
      stored.catch(() => undefined);
      inFlight.push(stored);
    }
    // The images of this tile are needed until then.
    for (const stored of inFlight.splice(0)) await stored;
    signal?.throwIfAborted();
  }
  return { kernels, pairs: totalPairs, elementLayersPerPair: plan.elementLayersPerPair };
}

/** How many pairs, images with themselves, and images of a block stand in memory at a time. */
export function batchSizes(
  plan: NetworkPlan,
  gpu: Pick<Gpu, 'limits'>,
  memoryBytes = DEFAULT_MEMORY_BYTES,
): { pairs: number; selfPairs: number; images: number } {
  const { maxStorageBufferBindingSize, maxBufferSize } = gpu.limits;
  const binding = Math.min(maxStorageBufferBindingSize, maxBufferSize);
  const most = (sizes: readonly number[], bytes: number, memory: number, what: string) => {
    const largest = 4 * Math.max(1, ...sizes);
    const count = Math.min(Math.floor(binding / largest), Math.floor(memory / Math.max(4, bytes)));
    if (count >= 1) return Math.min(count, 65_535);
    throw new NetworkError(
      `${what} needs tensors of ${megabytes(largest)} MB, ${megabytes(bytes)} MB together; this device binds at most ` +
        `${megabytes(binding)} MB, and ${megabytes(memory)} MB of memory are set aside: raise the memory, or use ` +
        'smaller images',
    );
  };
  // A quarter for two blocks of images, a quarter for the pass of the variances, half for pairs.
  const { image } = plan.graph;
  const imageSizes = [
    image.channels * image.height * image.width,
    ...plan.varianceShapes.map(({ height, width }) => height * width),
    ...plan.runs.flatMap((run) => runSizes(run, image)),
  ];
  return {
    pairs: most(plan.valueSlots.sizes, plan.sizeBytesPerPair, memoryBytes / 2, 'a pair of images'),
    selfPairs: most(plan.varianceSlots.sizes, plan.sizeBytesPerSelfPair, memoryBytes / 4, 'an image'),
    images: most(imageSizes, plan.sizeBytesPerImage, memoryBytes / 8, 'an image'),
  };
}

const megabytes = (bytes: number) => (bytes / 1e6).toPrecision(3);

/** Uploads images and computes their variances: the pass of the pairs of each with itself, Σ only. */
async function loadBlock(
  scope: BufferScope,
  executor: NetworkExecutor,
  plan: NetworkPlan,
  stack: ImageStack,
  first: number,
  count: number,
  scale: number,
  signal: AbortSignal | undefined,
): Promise<ImageBlock> {
  const size = stack.channels * stack.height * stack.width;
  const pixels = stack.data.subarray(first * size, (first + count) * size).map((value) => value * scale);
  const block: ImageBlock = {
    images: scope.upload('images', pixels),
    variances: plan.varianceShapes.map(({ height, width }, k) =>
      scope.storage(`variance ${k}`, 4 * count * height * width),
    ),
    runs: plan.runs.map((run) => {
      const [variance, x, z] = runSizes(run, stack);
      const [xFields, zFields] = [
        scope.storage('x_fields', 4 * count * x),
        scope.storage('z_fields', 4 * count * z),
      ];
      return {
        variance: scope.storage('variance', 4 * count * variance),
        xFields,
        zFields,
        texels:
          run.kernel === 'rows'
            ? {
                x: scope.texture('x_fields', xFields, TEXELS),
                z: scope.texture('z_fields', zFields, TEXELS),
              }
            : undefined,
      };
    }),
    count,
  };
  for (let image = 0; image < count; image += executor.maxPairs) {
    const pairs = Array.from(
      { length: Math.min(executor.maxPairs, count - image) },
      (_, index) => [image + index, image + index] as const,
    );
    await executor.run({ pairs, x: block, z: block }, signal);
  }
  return block;
}
