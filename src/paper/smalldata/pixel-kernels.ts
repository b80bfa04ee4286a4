import type { ImageStack } from '../../images/images.js';
import { breather } from '../../signals/breather.js';
import { denseNtkInTurns } from '../networks/dense-ntk.js';
import { productTransposed } from '../networks/dense-products.js';
import type { CandidateKernel } from './draw-run.js';

/** Rows of a product between two turns: some milliseconds, of 1,000 images of 3,072 numbers. */
const PRODUCT_ROWS = 4;

/** Widths of the RBF kernel, in units of the median distance; the first where nothing can be chosen. */
export const RBF_WIDTHS = [1, 0.5, 0.25] as const;

/**
 * Kernels of the pixels alone: linear (with a constant), RBF exp(−|x − z|² / 2s²), and the NTK of fully connected ReLU
 * networks of the same depths as the convolutional ones.
 *
 * @throws the signal's reason
 */
export async function pixelKernels(
  images: ImageStack,
  depths: readonly number[],
  signal?: AbortSignal,
): Promise<CandidateKernel[]> {
  const { count } = images;
  const dimension = images.data.length / count;
  const points = { values: Float64Array.from(images.data), count, dimension };
  const breathe = breather(signal);
  const shared = async (value: (i: number, j: number) => number) => {
    const matrix = new Float64Array(new SharedArrayBuffer(8 * count * count));
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < count; j++) matrix[i * count + j] = value(i, j);
      await breathe();
    }
    return matrix;
  };
  const products = new Float64Array(count * count);
  for (let i = 0; i < count; i += PRODUCT_ROWS) {
    const rows = points.values.subarray(i * dimension, (i + PRODUCT_ROWS) * dimension);
    products.set(productTransposed(rows, points.values, dimension), i * count);
    await breathe();
  }
  const squared = await shared((i, j) =>
    Math.max(0, products[i * count + i] + products[j * count + j] - 2 * products[i * count + j]),
  );
  const kernels: CandidateKernel[] = [];
  for (const depth of depths) {
    const matrix = sharedCopy(await denseNtkInTurns(points, depth - 1, signal));
    kernels.push({ method: 'FC-NTK', name: `depth ${depth}`, matrix });
  }
  const median = medianDistance(squared, count);
  for (const width of RBF_WIDTHS) {
    const matrix = await shared((i, j) => Math.exp(-squared[i * count + j] / (2 * (width * median) ** 2)));
    kernels.push({ method: 'RBF', name: `width ${width}`, matrix });
  }
  const matrix = await shared((i, j) => products[i * count + j] / dimension + 1);
  return [...kernels, { method: 'linear', name: 'linear', matrix }];
}

/** A copy that threads share. */
export function sharedCopy(values: ArrayLike<number>): Float64Array {
  const copy = new Float64Array(new SharedArrayBuffer(8 * values.length));
  copy.set(values);
  return copy;
}

function medianDistance(squared: Float64Array, count: number): number {
  const between = new Float64Array((count * (count - 1)) / 2);
  for (let i = 0, at = 0; i < count; i++) for (let j = 0; j < i; j++) between[at++] = squared[i * count + j];
  between.sort();
  return Math.sqrt(between[between.length >> 1]);
}
