import { patchSums } from '../../shaders/norms.js';
import { randomNumbers } from '../support/run-shader.js';

/** Two images with their fields, and every plane of their pair: what the three shaders of the baseline work on. */
export interface LayerCase {
  readonly planes: readonly (readonly [number, number])[]; // (dx, dy)
  readonly fields: readonly [Float32Array, Float32Array]; // [CHANNELS + LAYERS][H][W] each: pixels, then lambdas
}

export const CHANNELS = 2;
export const LAYERS = 2;

/** One row, one column, non-square, and around a workgroup of 64. */
export const SHAPES = [
  [1, 1],
  [1, 7],
  [6, 1],
  [3, 4],
  [5, 5],
  [7, 9],
  [8, 8],
  [5, 13],
  [17, 6],
] as const;

/** The second image is the first with three rows of black pixels, as far as it has them. */
export function layerCase(height: number, width: number): LayerCase {
  const pixels = height * width;
  const image = randomNumbers(CHANNELS * pixels, 3);
  const darkened = image.slice();
  for (let c = 0; c < CHANNELS; c++) {
    darkened.fill(0, c * pixels, c * pixels + Math.min(pixels - 1, 3 * width));
  }
  const fieldsOf = (channels: Float32Array) => {
    const fields = [...channels];
    let sums = new Float64Array(pixels);
    for (const [e, value] of channels.entries()) sums[e % pixels] += value ** 2;
    for (let layer = 0; layer < LAYERS; layer++) {
      const variance = patchSums(sums, height, width);
      fields.push(...variance.map(Math.sqrt));
      sums = variance.map((value) => value / 8);
    }
    return Float32Array.from(fields);
  };
  return {
    planes: Array.from({ length: pixels }, (_, d): [number, number] => [d % width, Math.floor(d / width)]),
    fields: [fieldsOf(image), fieldsOf(darkened)],
  };
}
