import type { ImageStack } from './images.js';
import { InputError } from '../checks/input-error.js';

/**
 * Images made smaller: the mean over blocks of equal size, in float64, rounded once.
 *
 * @param size Height and width of the result in pixels; both sides of the images are multiples of it.
 * @throws InputError for any other size
 */
export function averagePool(images: ImageStack, size: number): ImageStack {
  const { height, width, channels, count, data } = images;
  if (height % size !== 0 || width % size !== 0) {
    throw new InputError(
      'images',
      `of ${height}×${width} pixels cannot be averaged to ${size}×${size}: take a size that divides both sides`,
    );
  }
  const [blockHeight, blockWidth] = [height / size, width / size];
  const pooled = new Float32Array(count * channels * size * size);
  for (let plane = 0; plane < count * channels; plane++) {
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        let sum = 0;
        for (let dy = 0; dy < blockHeight; dy++) {
          const start = (plane * height + y * blockHeight + dy) * width + x * blockWidth;
          for (let p = start; p < start + blockWidth; p++) sum += data[p];
        }
        pooled[(plane * size + y) * size + x] = sum / (blockHeight * blockWidth);
      }
    }
  }
  return { data: pooled, count, channels, height: size, width: size };
}
