import {
  ArgumentError,
  assertCount,
  assertImageShape,
  assertKeys,
  assertRunOptions,
} from '../checks/arguments.js';
import { assertGpu } from '../gpu/assert-gpu.js';
import type { Gpu } from '../gpu/gpu.js';
import { GRAM_OPTIONS, type GramOptions } from '../kernel/gram-run.js';
import { checkSizes } from '../images/image-checks.js';
import type { ImageShape } from '../images/images.js';
import { assertStack } from '../images/taken-images.js';
import { computeTiles as tilesOf, type ComputedTile, type TilesOptions } from '../kernel/gram-tiles.js';
import { computeGram as gramOf, type GramResult } from '../kernel/gram.js';
import type { KernelSpec } from '../kernel/kernel-spec.js';
import { planPasses as passesOf, type Pass } from '../kernel/passes.js';
import { validateKernels } from '../kernel/validate-kernels.js';
import type { Tile } from '../kernel/tiles.js';

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
  assertGram('computeGram', gpu, options, GRAM_OPTIONS);
  return gramOf(gpu, options);
}

const TILES_OPTIONS: readonly (keyof TilesOptions)[] = [
  ...GRAM_OPTIONS.filter((name) => name !== 'onProgress'),
  'tileImages',
  'onWork',
  'use',
];

/**
 * The kernels of `computeGram`, a tile at a time in the order in which `tiles` names them. While a tile is consumed the
 * device computes the next one; no more than these two are in memory. Every value has the bits that `computeGram` gives
 * with the same device and variant, whatever the tiles: the sums of a pair are taken in an order of their own.
 *
 * @param tiles Of the lower triangle if `against` is absent; asked for one ahead. A tile that is finished is given out
 * at once, even if the next one is still waited for.
 * @throws as `computeGram`
 */
export async function* computeTiles(
  gpu: Gpu,
  tiles: AsyncIterable<Tile>,
  options: TilesOptions,
): AsyncGenerator<ComputedTile> {
  assertGram('computeTiles', gpu, options, TILES_OPTIONS);
  assertCount('computeTiles: tileImages', options.tileImages);
  if (typeof (tiles as Partial<AsyncIterable<Tile>> | undefined)?.[Symbol.asyncIterator] !== 'function') {
    throw new ArgumentError('computeTiles: tiles are no AsyncIterable; an async function* gives one');
  }
  yield* tilesOf(gpu, tiles, options);
}

/**
 * Groups a run's kernels into as few passes as possible: one, or two if both values of `trained` are asked for.
 *
 * @throws ArgumentError, KernelSpecError
 */
export function planPasses(kernels: readonly KernelSpec[], shape: ImageShape): Pass[] {
  assertImageShape('shape', shape);
  validateKernels(kernels, shape);
  return passesOf(kernels, shape);
}

function assertGram(
  where: string,
  gpu: unknown,
  options: { readonly images?: unknown },
  known: readonly string[],
): void {
  assertGpu(where, gpu);
  assertKeys(where, options, known);
  assertRunOptions(where, options);
  assertStack('images', options.images);
  checkSizes(options.images);
}
