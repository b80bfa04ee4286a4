import type { Gpu } from '../gpu/gpu.js';
import { Underflows } from './kernel-values.js';
import type { KernelSpec } from './kernel-spec.js';
import { DeviceUse } from './device-use.js';
import { takeRun, type GramOptions } from './gram-run.js';
import { pairCount, type GramShape } from './gram-shape.js';
import { walkTiles } from './tile-walk.js';
import { tilePairs, type Tile } from './tiles.js';
import { mirrorTriangle, type ValueBlock } from './value-block.js';

export interface GramResult extends GramShape {
  /** One matrix per kernel, [rows][columns], in the paper's scale. */
  readonly matrices: Float32Array[];
  readonly kernels: readonly KernelSpec[];
  readonly pairs: number;
  /** Values so small that float32 holds few of their digits or none: scale the pixels up, or use fewer layers. */
  readonly underflows: number;
  /** The first of them, as `ntk-gap-d11-hidden of images 3 and 1`. */
  readonly firstUnderflow: string | undefined;
  readonly elementLayers: number;
  readonly elapsedMs: number;
  /** Share of the time from the first dispatch to the last in which the device computed; undefined without timestamps. */
  readonly busyShare: number | undefined;
}

/** The kernels of `library/grams`, whose options are right. */
export async function computeGram(gpu: Gpu, options: GramOptions): Promise<GramResult> {
  const run = takeRun(gpu, options);
  const { plans, shape, kernels } = run;
  const { onProgress } = options;

  const started = performance.now();
  const pairs = pairCount(shape);
  const total = pairs * plans.reduce((sum, plan) => sum + plan.elementLayersPerPair, 0);
  let done = 0;
  const onWork = (elementLayers: number) => {
    done += elementLayers;
    onProgress?.({ done, total, elapsedMs: performance.now() - started });
  };
  const use = new DeviceUse();
  const matrices = kernels.map(() => new Float32Array(shape.rows * shape.columns));
  const whole: ValueBlock = { values: matrices, firstRow: 0, firstColumn: 0, stride: shape.columns };
  const underflows = new Underflows();
  // One pass after the other: each has the memory to itself.
  for (const plan of plans) {
    const walk = { ...run, plans: [plan], onWork, use };
    for await (const tile of walkTiles(gpu, walk, blocks(shape, plan.blockImages), () => whole)) {
      underflows.add(tile.underflows);
    }
  }
  if (shape.symmetric) for (const matrix of matrices) mirrorTriangle(matrix, shape.rows);
  return {
    ...shape,
    matrices,
    kernels,
    pairs,
    underflows: underflows.count,
    firstUnderflow: underflows.first,
    elementLayers: total,
    elapsedMs: performance.now() - started,
    busyShare: use.share,
  };
}

/** Known from the start, and yet asked for one by one. */
function blocks(shape: GramShape, blockImages: number): AsyncIterable<Tile> {
  const tiles = tilePairs(shape, blockImages);
  return { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(tiles.next()) }) };
}
