import type { ImageStack } from '../../index.js';
import type { Pictures } from '../protocol.js';

/**
 * Images as pictures for the screen: one channel in grey, three as red, green and blue, of others the first in grey.
 * Pixels from 0 to 1 are taken as they are; other scales are stretched to what these images span.
 *
 * @param indices Which of them.
 */
export async function picturesOf(images: ImageStack, indices: readonly number[]): Promise<Pictures> {
  const { channels, height, width, data } = images;
  const columns = Math.ceil(Math.sqrt(indices.length));
  const rows = Math.ceil(indices.length / columns);
  const sheet = new ImageData(columns * width, rows * height);
  const [low, high] = spanOf(images, indices);
  const factor = high > low ? 255 / (high - low) : 0;
  for (const [position, image] of indices.entries()) {
    const [left, top] = [(position % columns) * width, Math.floor(position / columns) * height];
    for (let p = 0; p < height * width; p++) {
      const at = 4 * ((top + Math.floor(p / width)) * sheet.width + left + (p % width));
      for (let c = 0; c < 3; c++) {
        const channel = channels === 3 ? c : 0;
        sheet.data[at + c] = (data[(image * channels + channel) * height * width + p] - low) * factor;
      }
      sheet.data[at + 3] = 255;
    }
  }
  const canvas = new OffscreenCanvas(sheet.width, sheet.height);
  canvas.getContext('2d')!.putImageData(sheet, 0, 0);
  return { count: indices.length, columns, rows, sheet: await canvas.convertToBlob() };
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
