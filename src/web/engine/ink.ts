import type { ImageStack } from '../../index.js';

/** Ink that is fainter is none. */
const FAINT = 0.1;
/** A pixel is the mean of so many samples in each direction. */
const SAMPLES = 4;

/** Whether pictures are dark on a light ground, judged by their edges. */
export function isDarkOnLight({ data, count, channels, height, width }: ImageStack): boolean {
  let [edges, edgeCount, all] = [0, 0, 0];
  for (let e = 0; e < data.length; e++) {
    const [x, y] = [e % width, Math.floor(e / width) % height];
    all += data[e];
    if (x > 0 && y > 0 && x < width - 1 && y < height - 1) continue;
    edges += data[e];
    edgeCount++;
  }
  return edges / edgeCount > all / (count * channels * height * width);
}

/**
 * A drawing as a picture of this size: as digits are prepared for recognition, it is cut out, scaled until its longer
 * side takes `share` of the picture's, and put into the middle. Pixels are 0 … 1.
 *
 * @param ink 0 … 1, [side][side]
 * @returns undefined if nothing is drawn
 */
export function placeInk(
  ink: Float32Array,
  { height, width }: Pick<ImageStack, 'height' | 'width'>,
  { share, isDark }: { readonly share: number; readonly isDark: boolean },
): Float32Array<ArrayBuffer> | undefined {
  const side = Math.round(Math.sqrt(ink.length));
  let [left, right, top, bottom] = [side, 0, side, 0];
  for (let e = 0; e < ink.length; e++) {
    if (!(ink[e] > FAINT)) continue;
    const [x, y] = [e % side, Math.floor(e / side)];
    [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
  }
  if (right <= left) return undefined;
  const step = Math.max((bottom - top) / (height * share), (right - left) / (width * share));
  const [centreX, centreY] = [(left + right) / 2, (top + bottom) / 2];
  const inkAt = (x: number, y: number) =>
    x < 0 || y < 0 || x >= side || y >= side ? 0 : ink[Math.floor(y) * side + Math.floor(x)];
  const picture = new Float32Array(height * width);
  for (let p = 0; p < picture.length; p++) {
    const [column, row] = [p % width, Math.floor(p / width)];
    let sum = 0;
    for (let s = 0; s < SAMPLES * SAMPLES; s++) {
      const dx = ((s % SAMPLES) + 0.5) / SAMPLES;
      const dy = (Math.floor(s / SAMPLES) + 0.5) / SAMPLES;
      sum += inkAt(centreX + (column + dx - width / 2) * step, centreY + (row + dy - height / 2) * step);
    }
    const value = sum / SAMPLES ** 2;
    picture[p] = isDark ? 1 - value : value;
  }
  return picture;
}
