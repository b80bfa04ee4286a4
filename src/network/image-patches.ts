import type { ImageStack } from '../images/images.js';

/** Pixels of the patches around some positions of all images of a stack. */
export interface Patches {
  readonly values: Float32Array; // [images][positions][size]
  readonly energies: Float64Array; // [images][positions]: the sum of their squares, per position of a window
  readonly size: number;
  /** 1/(positions of a window). */
  readonly unit: number;
  readonly stack: ImageStack;
  /** The mean over all positions of the squares of the pixels. */
  readonly wholeEnergies: Float64Array; // [images]
}

export function takePatches(
  stack: ImageStack,
  positions: readonly (readonly [y: number, x: number])[],
  radius: number,
): Patches {
  const { data, count, channels, height, width } = stack;
  const side = 2 * radius + 1;
  const unit = 1 / (side * side);
  const size = channels * side * side;
  const n = positions.length;
  const values = new Float32Array(count * n * size);
  const pixels = height * width;
  for (let i = 0; i < count; i++) {
    for (const [k, [y, x]] of positions.entries()) {
      let at = (i * n + k) * size;
      for (let c = 0; c < channels; c++) {
        for (let row = y - radius; row <= y + radius; row++) {
          for (let column = x - radius; column <= x + radius; column++, at++) {
            if (row < 0 || column < 0 || row >= height || column >= width) continue;
            values[at] = data[(i * channels + c) * pixels + row * width + column];
          }
        }
      }
    }
  }
  const energies = Float64Array.from(
    { length: count * n },
    (_, row) => unit * dot(values, row, values, row, size),
  );
  const wholeEnergies = Float64Array.from(
    { length: count },
    (_, i) => dot(data, i, data, i, channels * pixels) / pixels,
  );
  return { values, energies, size, unit, stack, wholeEnergies };
}

/** The mean over all positions of the products of the pixels of two images. */
export function wholeProduct({ stack: x }: Patches, i: number, { stack: z }: Patches, j: number): number {
  const pixels = x.height * x.width;
  return dot(x.data, i, z.data, j, x.channels * pixels) / pixels;
}

/** So many values of an image tell that it is far from another one. */
const SAMPLE = 256;

/** Mean squares and products as of whole images, of some of their pixels. */
export function sampledProducts({ stack: x }: Patches, i: number, { stack: z }: Patches, j: number) {
  const size = x.channels * x.height * x.width;
  const step = Math.ceil(size / SAMPLE);
  let [xx, zz, xz, samples] = [0, 0, 0, 0];
  for (let k = 0; k < size; k += step, samples++) {
    const [a, b] = [x.data[i * size + k], z.data[j * size + k]];
    xx += a * a;
    zz += b * b;
    xz += a * b;
  }
  const unit = x.channels / samples;
  return { xx: unit * xx, zz: unit * zz, xz: unit * xz };
}

/** The product of row i of x, of `size` numbers, and row j of z. */
export function dot(x: Float32Array, i: number, z: Float32Array, j: number, size: number): number {
  let sum = 0;
  for (let k = 0, a = i * size, b = j * size; k < size; k++, a++, b++) sum += x[a] * z[b];
  return sum;
}
