import type { Matrix } from '../checks/matrix.js';
import { assertKeys } from '../checks/arguments.js';
import type { Gpu } from '../gpu/gpu.js';
import type { ImageStack } from '../images/images.js';
import type { KernelSpec, Readout, Trained } from './kernel-spec.js';
import { computeGram } from './gram.js';
import { GRAM_OPTIONS, type GramOptions } from './gram-run.js';
import { defaultTrained, validateKernels } from './validate-kernels.js';

/**
 * The neural tangent kernel of a convolutional network with 3×3 filters and ReLU.
 *
 * Source: Arora et al., NeurIPS 2019, section 4.
 *
 * @param options `depth`: convolution layers + 1, as in the paper's tables. `readout`: `vanilla` (flatten), `gap` (global
 * average pooling, the default) or `lap:c` (local average pooling over windows of radius c pixels). `trained`: which
 * layers; by default the paper's choice, `all` for vanilla and `hidden` for the others.
 * @throws ArgumentError for an option that there is not; KernelSpecError for a value that none is
 */
export function cntk(options: {
  readonly depth: number;
  readonly readout?: Readout;
  readonly trained?: Trained;
}): KernelSpec {
  assertKeys('cntk', options, ['depth', 'readout', 'trained']);
  const { depth, readout = 'gap', trained = defaultTrained(readout) } = options;
  return checked({ kernel: 'ntk', depth, readout, trained });
}

/**
 * The Gaussian-process kernel of the same network (CNN-GP): only its last layer is trained.
 *
 * Source: Novak et al., ICLR 2019.
 *
 * @param options As of `cntk`.
 * @throws as `cntk`
 */
export function nngp(options: { readonly depth: number; readonly readout?: Readout }): KernelSpec {
  assertKeys('nngp', options, ['depth', 'readout']);
  const { depth, readout = 'gap' } = options;
  return checked({ kernel: 'nngp', depth, readout });
}

/** What can be said without the size of the images. */
function checked(spec: KernelSpec): KernelSpec {
  validateKernels([spec], { height: 1, width: 1 });
  return spec;
}

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
 * Source and accuracy: see `computeGram`.
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

/** What there is to say of values that float32 holds badly or not at all; undefined where there are none. */
export function underflowWarning({
  underflows,
  firstUnderflow,
}: {
  readonly underflows: number;
  readonly firstUnderflow: string | undefined;
}): string | undefined {
  if (underflows === 0) return undefined;
  return `${underflows} values are too small for float32, the first that of ${firstUnderflow}; scale the pixels up, or use fewer layers`;
}
