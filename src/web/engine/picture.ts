import { quantile } from '../../statistics/samples.js';
import type { MatrixPicture } from '../protocol.js';
import { COLOURS, viridisPixels } from './viridis.js';

/** Pixels along a side at the most. */
const LARGEST = 640;
/** The scale is taken of about so many values. */
const SAMPLED = 20_000;
/** The share of the similarities that is drawn in the darkest, and in the brightest colour. */
const CLIPPED_SHARE = 0.005;

let palette: Uint32Array | undefined;

/**
 * A kernel matrix of images sorted by class as a picture: cosine similarities K_ij / √(K_ii K_jj) in the colours of
 * viridis. What is not computed yet, NaN, is transparent.
 *
 * @param kernel [n][n]
 */
export function matrixPicture(kernel: Float32Array, n: number, index: number): MatrixPicture {
  const stride = Math.ceil(n / LARGEST);
  const size = Math.ceil(n / stride);
  const scale = Float64Array.from(
    { length: size },
    (_, i) => 1 / Math.sqrt(kernel[i * stride * (n + 1)] || NaN),
  );
  const similarity = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++)
      similarity[i * size + j] = kernel[i * stride * n + j * stride] * scale[i] * scale[j];
  }
  const range = rangeOf(similarity, size);
  const rgba = new Uint8ClampedArray(4 * size * size);
  const pixels = new Uint32Array(rgba.buffer);
  palette ??= viridisPixels();
  const factor = range[1] > range[0] ? (COLOURS - 1) / (range[1] - range[0]) : 0;
  for (const [element, value] of similarity.entries()) {
    if (Number.isNaN(value)) continue;
    const colour = Math.round((value - range[0]) * factor);
    pixels[element] = palette[Math.min(COLOURS - 1, Math.max(0, colour))];
  }
  return { index, size, rgba, range };
}

function rangeOf(similarity: Float64Array, size: number): readonly [number, number] {
  // A step that is prime to the size meets every column.
  const step = Math.max(1, Math.floor((size * size) / SAMPLED)) | 1;
  const found: number[] = [];
  for (let e = 0; e < similarity.length; e += step) {
    if (e % (size + 1) !== 0 && !Number.isNaN(similarity[e])) found.push(similarity[e]);
  }
  if (found.length === 0) return [0, 1];
  const sorted = Float64Array.from(found).sort();
  return [quantile(sorted, CLIPPED_SHARE), quantile(sorted, 1 - CLIPPED_SHARE)];
}
