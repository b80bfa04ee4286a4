import type { ImageStack } from '../images/images.js';

const { ceil, sqrt } = Math;

/** Pixels of the patches of all images of a stack, and all pixels, with the mean of their squares. */
export interface Patches {
  readonly values: Float64Array; // [images][positions][size]
  readonly energies: Float64Array; // [images][positions]
  readonly size: number;
  readonly whole: Float64Array; // [images][wholeSize]: pixels, thinned out
  readonly wholeEnergies: Float64Array; // [images]
  readonly wholeSize: number;
}

/** So many values of an image stand for all of them. */
const MOST_VALUES = 1024;

export function takePatches(
  { data, count, channels, height, width }: ImageStack,
  positions: readonly (readonly [y: number, x: number])[],
  radius: number,
): Patches {
  const side = 2 * radius + 1;
  const size = channels * side * side;
  const n = positions.length;
  const values = new Float64Array(count * n * size);
  const pixels = height * width;
  for (let i = 0; i < count; i++) {
    for (const [k, [y, x]] of positions.entries()) {
      let at = (i * n + k) * size;
      for (let c = 0; c < channels; c++) {
        for (let row = y - radius; row <= y + radius; row++) {
          for (let column = x - radius; column <= x + radius; column++, at++) {
            if (row < 0 || column < 0 || row >= height || column >= width) continue;
            values[at] = data[(i * channels + c) * pixels + row * width + column] / side;
          }
        }
      }
    }
  }
  const every = ceil((channels * pixels) / MOST_VALUES);
  const wholeSize = ceil((channels * pixels) / every);
  const whole = new Float64Array(count * wholeSize);
  const unit = sqrt(channels / wholeSize);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < wholeSize; k++)
      whole[i * wholeSize + k] = unit * data[i * channels * pixels + k * every];
  }
  const energiesOf = (of: Float64Array, rows: number, each: number) =>
    Float64Array.from({ length: rows }, (_, row) => dot(of, row, of, row, each));
  return {
    ...{ values, size, whole, wholeSize },
    energies: energiesOf(values, count * n, size),
    wholeEnergies: energiesOf(whole, count, wholeSize),
  };
}

/** The product of row i of x, of `size` numbers, and row j of z. */
export function dot(x: Float64Array, i: number, z: Float64Array, j: number, size: number): number {
  let sum = 0;
  for (let k = 0, a = i * size, b = j * size; k < size; k++, a++, b++) sum += x[a] * z[b];
  return sum;
}
