import { className } from '../checks/class-name.js';
import { checkImages, ImageError } from './image-checks.js';
import type { ImageStack } from './images.js';
import { copyOfFloat32 } from '../checks/typed-arrays.js';

/**
 * Images as a run takes them: a copy of its own, so that the caller may go on with his array, in which each image is
 * multiplied by a power of two of its own.
 *
 * The kernels are homogeneous, K(a x, b z) = a b K(x, z) for a, b > 0, and powers of two round nothing: on the device
 * every image is near 1, whatever its brightness, and `ChannelValues` divides by the two scales of a pair in float64.
 */
export interface TakenImages extends ImageStack {
  /** [count]; brings the largest pixel of each image to [1, 2); 1 for black images. */
  readonly scales: Float64Array;
}

/**
 * The images of rows and columns, which may be the same, checked before anything runs.
 *
 * @throws ArrayError, ImageError
 */
export function takeImages(images: unknown, against: unknown): { rows: TakenImages; columns: TakenImages } {
  const rows = copyOf('images', images);
  const columns = against === undefined || against === images ? rows : copyOf('against', against);
  checkImages(rows, columns);
  const scaled = scaleEach(rows);
  return { rows: scaled, columns: columns === rows ? scaled : scaleEach(columns) };
}

function copyOf(argument: string, stack: unknown): ImageStack {
  assertStack(argument, stack);
  const { data, count, channels, height, width } = stack;
  return { data: copyOfFloat32(`${argument}.data`, data), count, channels, height, width };
}

/** @throws ImageError for what is no object with pixels */
export function assertStack(argument: string, stack: unknown): asserts stack is ImageStack {
  if (typeof stack !== 'object' || stack === null || !('data' in stack)) {
    throw new ImageError(
      `${argument} is ${className(stack)}; { data, count, channels, height, width } is wanted, with the pixels of ` +
        'all images in data, [count][channels][height][width]',
    );
  }
}

/** In place. */
function scaleEach(stack: ImageStack): TakenImages {
  const { data, count } = stack;
  const scales = new Float64Array(count);
  const size = data.length / count;
  for (let image = 0; image < count; image++) {
    const pixels = data.subarray(image * size, (image + 1) * size);
    const scale = powerOfTwoScale(pixels);
    scales[image] = scale;
    if (scale === 1) continue;
    for (let p = 0; p < size; p++) pixels[p] *= scale;
  }
  return { ...stack, scales };
}

/** A power of two that brings the largest pixel to about [1, 2); 1 for black images. */
export function powerOfTwoScale(pixels: Float32Array): number {
  let largest = 0;
  for (let p = 0; p < pixels.length; p++) {
    const size = pixels[p] < 0 ? -pixels[p] : pixels[p];
    if (size > largest) largest = size;
  }
  return largest === 0 ? 1 : 2 ** -Math.floor(Math.log2(largest));
}
