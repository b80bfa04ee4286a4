import { layOut, matrixPng, spread } from './matrix-picture.js';

export interface HeatmapOptions {
  /** Side of the picture, pixels; the result is a little smaller or larger, so that every image gets whole pixels. */
  readonly sizePixels?: number;
  /** Share of the similarities that are drawn in the darkest and in the brightest colour; without it a few outliers would take the whole scale. */
  readonly clippedShare?: number;
}

export interface Heatmap {
  /** A PNG file, RGB. */
  readonly png: Uint8Array;
  readonly sizePixels: number;
  /** Similarities drawn in the darkest and in the brightest colour. */
  readonly range: readonly [low: number, high: number];
}

/**
 * A kernel matrix as a picture: cosine similarities K_ij / √(K_ii K_jj), images sorted by class, the classes parted
 * by thin white lines, in the colours of viridis. A kernel that knows the classes shows bright blocks on the diagonal.
 *
 * @param kernel K, [n][n].
 * @param labels Class of each image, [n].
 * @throws RangeError if the sizes disagree.
 */
export function kernelHeatmap(
  kernel: Float32Array,
  labels: ArrayLike<number>,
  { sizePixels = 800, clippedShare = 0.005 }: HeatmapOptions = {},
): Heatmap {
  const n = labels.length;
  if (kernel.length !== n * n || n === 0) {
    throw new RangeError(`a kernel of ${kernel.length} elements for ${n} labels; ${n}×${n} are needed`);
  }
  const similarity = cosineSimilarity(kernel, n);
  const range = spread(similarity, n, clippedShare);
  const sorted = Array.from({ length: n }, (_, i) => i).sort((a, b) => labels[a] - labels[b]);
  const lines = layOut(
    sorted.map((image) => labels[image]),
    sizePixels,
  );
  const png = matrixPng((row, column) => similarity[sorted[row] * n + sorted[column]], lines, range);
  return { png, sizePixels: lines.length, range };
}

/** K_ij / √(K_ii K_jj); 0 for an image whose kernel with itself is 0 (a black one). kernel, return: [n][n]. */
export function cosineSimilarity(kernel: Float32Array, n: number): Float64Array {
  const scale = Float64Array.from({ length: n }, (_, i) => {
    const self = kernel[i * (n + 1)];
    return self > 0 ? 1 / Math.sqrt(self) : 0;
  });
  return Float64Array.from(kernel, (value, e) => value * scale[Math.floor(e / n)] * scale[e % n]);
}
