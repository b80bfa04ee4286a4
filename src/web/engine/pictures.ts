import type { ImageStack } from '../../index.js';
import type { Pictures } from '../protocol.js';

/**
 * Images as pictures for the screen: one channel in grey, three as red, green and blue, of others the first in grey.
 * Pixels from 0 to 1 are taken as they are; other scales are stretched to what these images span.
 *
 * @param indices Which of them.
 */
export function picturesOf(images: ImageStack, indices: readonly number[]): Pictures {
  const { channels, height, width, data } = images;
  const plane = height * width;
  const rgba = new Uint8ClampedArray(4 * plane * indices.length);
  const [low, high] = spanOf(images, indices);
  const factor = high > low ? 255 / (high - low) : 0;
  for (const [position, image] of indices.entries()) {
    for (let p = 0; p < plane; p++) {
      const at = 4 * (position * plane + p);
      for (let c = 0; c < 3; c++) {
        const channel = channels === 3 ? c : 0;
        rgba[at + c] = (data[(image * channels + channel) * plane + p] - low) * factor;
      }
      rgba[at + 3] = 255;
    }
  }
  return { count: indices.length, height, width, rgba };
}

function spanOf({ data, channels, height, width }: ImageStack, indices: readonly number[]): [number, number] {
  const size = channels * height * width;
  let [low, high] = [Infinity, -Infinity];
  for (const image of indices) {
    for (let e = image * size; e < (image + 1) * size; e++) {
      low = Math.min(low, data[e]);
      high = Math.max(high, data[e]);
    }
  }
  return low >= 0 && high <= 1 ? [0, 1] : [low, high];
}
