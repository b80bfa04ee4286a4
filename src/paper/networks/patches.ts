/** Side of the filters, pixels. */
export const FILTER = 3;
export const FILTER_PIXELS = FILTER * FILTER;

export interface Grid {
  readonly height: number;
  readonly width: number;
}

/** What lies beyond the border: zeros as in the paper, or the opposite border. */
export type Border = 'zero' | 'wrap';

/**
 * The 3×3 window of every pixel, of each of several images.
 *
 * @param values [images][pixels][channels]
 * @param direction 1: the pixels p + δ that a convolution reads at p; −1: the pixels p − δ that read p.
 * @returns [images][pixels][9 δ][channels]
 */
export function gatherPatches(
  values: Float64Array,
  channels: number,
  grid: Grid,
  border: Border,
  direction: 1 | -1,
): Float64Array {
  const { height, width } = grid;
  const patches = new Float64Array(values.length * FILTER_PIXELS);
  const positions = values.length / channels;
  for (let position = 0; position < positions; position++) {
    const pixel = position % (height * width);
    const image = position - pixel;
    const row = Math.floor(pixel / width);
    const column = pixel % width;
    for (let delta = 0; delta < FILTER_PIXELS; delta++) {
      const y = place(row + direction * (Math.floor(delta / FILTER) - 1), height, border);
      const x = place(column + direction * ((delta % FILTER) - 1), width, border);
      if (y < 0 || x < 0) continue;
      const source = (image + y * width + x) * channels;
      patches.set(values.subarray(source, source + channels), (position * FILTER_PIXELS + delta) * channels);
    }
  }
  return patches;
}

/** −1 for what is not there. */
function place(index: number, size: number, border: Border): number {
  if (border === 'wrap') return (index + size) % size;
  return index < size ? index : -1;
}
