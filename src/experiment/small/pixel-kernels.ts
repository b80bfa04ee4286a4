import type { ImageStack } from '../../kernel/images.js';
import { denseNtk } from '../finite/dense-ntk.js';
import { productTransposed } from '../finite/products.js';
import type { CandidateKernel } from './draw-run.js';

/** Widths of the RBF kernel, in units of the median distance; the first where nothing can be chosen. */
export const RBF_WIDTHS = [1, 0.5, 0.25] as const;

/**
 * Kernels of the pixels alone: linear (with a constant), RBF exp(−|x − z|² / 2s²), and the NTK of fully connected ReLU
 * networks of the same depths as the convolutional ones.
 */
export function pixelKernels(images: ImageStack, depths: readonly number[]): CandidateKernel[] {
  const { count } = images;
  const dimension = images.data.length / count;
  const points = { values: Float64Array.from(images.data), count, dimension };
  const products = productTransposed(points.values, points.values, dimension);
  const squared = shared(count, (i, j) =>
    Math.max(0, products[i * count + i] + products[j * count + j] - 2 * products[i * count + j]),
  );
  const median = medianDistance(squared, count);
  return [
    ...depths.map((depth) => ({
      method: 'FC-NTK',
      name: `depth ${depth}`,
      matrix: sharedCopy(denseNtk(points, points, depth - 1)),
    })),
    ...RBF_WIDTHS.map((width) => ({
      method: 'RBF',
      name: `width ${width}`,
      matrix: shared(count, (i, j) => Math.exp(-squared[i * count + j] / (2 * (width * median) ** 2))),
    })),
    {
      method: 'linear',
      name: 'linear',
      matrix: shared(count, (i, j) => products[i * count + j] / dimension + 1),
    },
  ];
}

/** A copy that threads share. */
export function sharedCopy(values: ArrayLike<number>): Float64Array {
  const copy = new Float64Array(new SharedArrayBuffer(8 * values.length));
  copy.set(values);
  return copy;
}

function shared(count: number, value: (i: number, j: number) => number): Float64Array {
  const matrix = new Float64Array(new SharedArrayBuffer(8 * count * count));
  for (let i = 0; i < count; i++) for (let j = 0; j < count; j++) matrix[i * count + j] = value(i, j);
  return matrix;
}

function medianDistance(squared: Float64Array, count: number): number {
  const between: number[] = [];
  for (let i = 0; i < count; i++) for (let j = 0; j < i; j++) between.push(squared[i * count + j]);
  between.sort((a, b) => a - b);
  return Math.sqrt(between[between.length >> 1]);
}
