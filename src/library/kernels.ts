import { assertKeys } from '../checks/arguments.js';
import type { Matrix } from '../checks/matrix.js';
import type { Gpu } from '../gpu/gpu.js';
import type { ImageStack } from '../images/images.js';
import { GRAM_OPTIONS, type GramOptions } from '../kernel/gram-run.js';
import type { KernelSpec } from '../kernel/kernel-spec.js';
import { underflowWarning } from '../kernel/kernel-values.js';
import { computeGram } from './grams.js';

/** The kernel between two lists of images: element (i, j) is that of image i of the rows and image j of the columns. */
export interface KernelMatrix extends Matrix {
  /** [rows][columns], in the paper's scale. */
  readonly data: Float32Array;
  readonly spec: KernelSpec;
  /** What the caller should know before the values are used; absent where there is nothing. */
  readonly warning?: string;
}

export type KernelOptions = Pick<GramOptions, 'signal' | 'onProgress' | 'memoryBytes' | 'variant'>;

const KERNEL_OPTIONS = GRAM_OPTIONS.filter((name) => !['images', 'against', 'kernels'].includes(name));

/**
 * The exact kernel of an infinitely wide network between images.
 *
 * @param images Of the rows.
 * @param against Of the columns; where it is left out they are the rows' own, and each pair is computed once.
 * @returns [images][against]
 * @throws as `kernels`
 */
export async function kernel(
  gpu: Gpu,
  spec: KernelSpec,
  images: ImageStack,
  against?: ImageStack,
  options?: KernelOptions,
): Promise<KernelMatrix> {
  const [matrix] = await kernels(gpu, [spec], images, against, options);
  return matrix;
}

/**
 * Several kernels between the same images, from one pass over the pairs: all depths cost as much as the deepest one
 * (two passes if both `trained` settings are asked for).
 *
 * Source and accuracy: see `computeGram` of `cntk-webgpu/internals`.
 *
 * @returns one matrix per kernel, [images][against]
 * @throws ArgumentError, ArrayError, KernelSpecError, ImageError, PlanError before anything runs; KernelValueError for a
 * value that float32 cannot hold; DeviceLostError; the signal's reason if aborted
 */
export async function kernels(
  gpu: Gpu,
  specs: readonly KernelSpec[],
  images: ImageStack,
  against?: ImageStack,
  options: KernelOptions = {},
): Promise<KernelMatrix[]> {
  assertKeys('the options of a kernel', options, KERNEL_OPTIONS);
  const result = await computeGram(gpu, { ...options, images, against, kernels: specs });
  const { rows, columns, matrices, kernels } = result;
  const warning = underflowWarning(result);
  return matrices.map((data, index) => ({
    rows,
    columns,
    data,
    spec: kernels[index],
    ...(warning === undefined ? {} : { warning }),
  }));
}
