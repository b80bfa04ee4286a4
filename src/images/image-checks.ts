import { shown } from '../checks/arguments.js';
import type { ImageStack } from './images.js';

/** Images that no kernel can be computed of; the message names the image and the values. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
}

/** @throws ImageError unless there are images, of a size. */
export function checkSizes({ count, channels, height, width }: ImageStack): void {
  const sizes = { count, channels, height, width };
  for (const [name, size] of Object.entries(sizes)) {
    if (!(Number.isInteger(size) && size > 0))
      throw new ImageError(`images: ${name} is ${shown(size)}; a whole number ≥ 1 is wanted`);
  }
}

/** @throws ImageError for empty or mismatched stacks and for pixels that are not finite. */
export function checkImages(rows: ImageStack, columns: ImageStack): void {
  for (const stack of rows === columns ? [rows] : [rows, columns]) {
    checkSizes(stack);
    const { data, count, channels, height, width } = stack;
    if (data.length !== count * channels * height * width) {
      throw new ImageError(
        `images: ${data.length} pixel values for ${count}×${channels}×${height}×${width} = ` +
          `${count * channels * height * width}`,
      );
    }
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      const pixels = height * width;
      throw new ImageError(
        `image ${Math.floor(bad / (channels * pixels))}: channel ${Math.floor(bad / pixels) % channels}, ` +
          `row ${Math.floor(bad / width) % height}, column ${bad % width} is ${data[bad]}`,
      );
    }
  }
  const shapeOf = ({ channels, height, width }: ImageStack) => `${channels}×${height}×${width}`;
  if (shapeOf(rows) !== shapeOf(columns)) {
    throw new ImageError(`images are ${shapeOf(rows)}, those they are compared with ${shapeOf(columns)}`);
  }
}
