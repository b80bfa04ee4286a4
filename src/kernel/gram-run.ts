import type { Gpu } from '../gpu/gpu.js';
import type { ImageStack } from '../images/images.js';
import { takeImages } from '../images/taken-images.js';
import type { KernelSpec } from './kernel-spec.js';
import type { GramShape } from './gram-shape.js';
import { planPasses } from './passes.js';
import { planPass } from './pass-plan.js';
import type { PlaneVariants, VariantName } from './plane-variant.js';
import type { TileWalk } from './tile-walk.js';
import { takeKernels } from './validate-kernels.js';

export interface GramProgress {
  /** Work done and to do, in element-layers (one (p, q) element through one layer). */
  readonly done: number;
  readonly total: number;
  readonly elapsedMs: number;
}

export interface GramOptions {
  /** Images of the rows. */
  readonly images: ImageStack;
  /** Images of the columns; the rows' own if absent, and then only pairs i ≥ j are computed. */
  readonly against?: ImageStack;
  readonly kernels: readonly KernelSpec[];
  /** Ends the run between two submissions; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: GramProgress) => void;
  /** Device memory for per-image results, bytes. */
  readonly memoryBytes?: number;
  /** Which plane kernel; see `PlanOptions.variant`. */
  readonly variant?: VariantName | PlaneVariants;
}

export const GRAM_OPTIONS = [
  'images',
  'against',
  'kernels',
  'signal',
  'onProgress',
  'memoryBytes',
  'variant',
] as const satisfies readonly (keyof GramOptions)[];

/**
 * What the options of a run say, in copies of its own, and the plan of each of its passes.
 *
 * @param tileImages Images that a tile holds at the most, where the caller walks through tiles of its own.
 * @throws ArrayError, KernelSpecError, ImageError, PlanError; the signal's reason if aborted
 */
export function takeRun(gpu: Gpu, options: Omit<GramOptions, 'onProgress'>, tileImages?: number): TileWalk {
  const { against, memoryBytes, variant, signal } = options;
  const kernels = takeKernels(options.kernels, options.images);
  const passes = planPasses(kernels, options.images);
  const { rows, columns } = takeImages(options.images, against);
  signal?.throwIfAborted();
  const shape: GramShape = { rows: rows.count, columns: columns.count, symmetric: against === undefined };
  const planOptions = { memoryBytes, variant, tileImages };
  const plans = passes.map((pass) => planPass(pass, rows, shape, gpu, planOptions));
  return { rows, columns, kernels, shape, plans, signal };
}
