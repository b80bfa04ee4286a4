import type { Gpu } from '../gpu/gpu.js';
import { Underflows } from './kernel-values.js';
import type { KernelSpec } from './kernel-spec.js';
import { DeviceUse } from './device-use.js';
import { GRAM_OPTIONS, takeRun, type GramOptions } from './gram-run.js';
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

/**
 * Exact kernels between images: every requested kernel from one pass over the pairs (two passes if both `trained`
 * settings are asked for).
 *
 * Source: Arora et al., NeurIPS 2019, sections 3–4, H, I. Errors against float64, relative to the largest value, for
 * images with a correlation up to 0.9: NNGP 2e-6 at every depth; NTK `gap` and `lap` 2e-6, `vanilla` 1e-5 up to depth
 * 21, and (depth/21)² of that beyond, so 5e-5 (`gap`) at depth 100 and 2e-4 at 200, since the angles between images
 * shrink with the depth. The NTK of images that are nearer to each other errs by more, up to 3e-4 per layer where
 * float32 cannot tell their patches apart; equal images are exact. See docs/accuracy.md.
 *
 * @returns matrices of shape [N_images][N_against]
 * @throws ArgumentError, ArrayError, KernelSpecError, ImageError, PlanError before anything runs; DeviceLostError; the signal's reason if aborted
 */
export async function computeGram(gpu: Gpu, options: GramOptions): Promise<GramResult> {
  const run = takeRun('computeGram', gpu, options, GRAM_OPTIONS);
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
