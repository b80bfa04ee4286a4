import type { ImageStack } from './images.js';

/** Every image mirrored left to right; the input stays as it is. */
export function flipHorizontally(images: ImageStack): ImageStack {
  const { width, data } = images;
  const flipped = new Float32Array(data.length);
  for (let row = 0; row < data.length; row += width)
    for (let x = 0; x < width; x++) flipped[row + x] = data[row + width - 1 - x];
  return { ...images, data: flipped };
}
