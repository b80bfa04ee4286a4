import * as fields from '../../shaders/fields.js';
import { patchSums } from '../../shaders/norms.js';
import { randomNumbers } from '../support/run-shader.js';

/** Two images with their fields, and tensors over some planes: what the three shaders of the baseline work on. */
export interface LayerCase {
  readonly height: number;
  readonly width: number;
  readonly planes: readonly (readonly [number, number])[]; // (dx, dy)
  readonly images: Float32Array; // [2][CHANNELS][H][W]
  readonly lambda: Float64Array; // [2][LAYERS][H][W]
  readonly xFields: Float32Array;
  readonly zFields: Float32Array;
}

export const CHANNELS = 2;
export const LAYERS = 2;

/** Around every boundary of four columns, a strip of rows, and a workgroup of 64. */
export const SHAPES = [
  [1, 1],
  [1, 7],
  [6, 1],
  [3, 4],
  [5, 5],
  [8, 9],
  [16, 16],
  [17, 6],
] as const;

/** Every plane of a pair; the second image is the first with two rows of black pixels, as far as it has them. */
export function layerCase(height: number, width: number): LayerCase {
  const pixels = height * width;
  const images = randomNumbers(2 * CHANNELS * pixels, 3);
  for (let c = 0; c < CHANNELS; c++) {
    images.copyWithin((CHANNELS + c) * pixels, c * pixels, (c + 1) * pixels);
    images.fill(0, (CHANNELS + c) * pixels, (CHANNELS + c) * pixels + Math.min(pixels - 1, 3 * width));
  }
  const variance = new Float64Array(2 * LAYERS * pixels);
  for (let image = 0; image < 2; image++) {
    let sums = new Float64Array(pixels);
    for (let c = 0; c < CHANNELS; c++) {
      for (let p = 0; p < pixels; p++) sums[p] += images[(image * CHANNELS + c) * pixels + p] ** 2;
    }
    for (let layer = 0; layer < LAYERS; layer++) {
      sums = new Float64Array(patchSums(sums, height, width));
      variance.set(sums, (image * LAYERS + layer) * pixels);
      sums = sums.map((value) => value / 8);
    }
  }
  const shape = { count: 2, channels: CHANNELS, layers: LAYERS, height, width, shifts: 4 };
  const laidOut = fields.mirror({ images, variance: Float32Array.from(variance), ...shape });
  return {
    height,
    width,
    planes: Array.from({ length: pixels }, (_, d): [number, number] => [d % width, Math.floor(d / width)]),
    images,
    lambda: Float64Array.from(Float32Array.from(variance), (value) => Math.fround(Math.sqrt(value))),
    xFields: Float32Array.from(laidOut.xFields),
    zFields: Float32Array.from(laidOut.zFields),
  };
}

/** [planes][H][W] → [planes][H][4⌈W/4⌉], zeros beyond the image. */
export function padded(tensor: ArrayLike<number>, width: number): Float32Array {
  const stride = 4 * Math.ceil(width / 4);
  const result = new Float32Array((tensor.length / width) * stride);
  for (let e = 0; e < tensor.length; e++) result[Math.floor(e / width) * stride + (e % width)] = tensor[e];
  return result;
}
