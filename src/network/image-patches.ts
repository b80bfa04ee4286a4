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
  /** Some values of every image, spread over it: they tell whether it is far from another one. */
  readonly samples: Float32Array; // [images][sampleSize]
  readonly sampleSize: number;
  /** The mean square of a pixel, judged by the samples. */
  readonly sampleEnergies: Float64Array; // [images]
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
  return { values, energies, size, unit, stack, wholeEnergies, ...takeSamples(stack) };
}

/** The mean over all positions of the products of the pixels of two images. */
export function wholeProduct({ stack: x }: Patches, i: number, { stack: z }: Patches, j: number): number {
  const pixels = x.height * x.width;
  return dot(x.data, i, z.data, j, x.channels * pixels) / pixels;
}

/** So many values of an image are enough. */
const SAMPLE = 256;

function takeSamples({ data, count, channels, height, width }: ImageStack) {
  const size = channels * height * width;
  const step = Math.ceil(size / SAMPLE);
  const sampleSize = Math.ceil(size / step);
  const samples = Float32Array.from(
    { length: count * sampleSize },
    (_, at) => data[Math.floor(at / sampleSize) * size + (at % sampleSize) * step],
  );
  const sampleEnergies = Float64Array.from(
    { length: count },
    (_, i) => (channels / sampleSize) * dot(samples, i, samples, i, sampleSize),
  );
  return { samples, sampleSize, sampleEnergies };
}

/** The mean product of the pixels of two images, judged by their samples. */
export function sampledProduct(x: Patches, i: number, z: Patches, j: number): number {
  return (x.stack.channels / x.sampleSize) * dot(x.samples, i, z.samples, j, x.sampleSize);
}

/** The product of row i of x, of `size` numbers, and row j of z. */
export function dot(x: Float32Array, i: number, z: Float32Array, j: number, size: number): number {
  let sum = 0;
  for (let k = 0, a = i * size, b = j * size; k < size; k++, a++, b++) sum += x[a] * z[b];
  return sum;
}
