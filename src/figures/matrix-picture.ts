import { interpolateViridis } from 'd3-scale-chromatic';
import { encode } from 'fast-png';

/** Width of the lines between groups. */
const SEPARATOR_PIXELS = 2;
const SEPARATOR = [255, 255, 255] as const;
/** What is no number. */
const MISSING = [160, 160, 160] as const;
const COLOURS = 256;

/**
 * Which index of a list stands at each pixel along one side of a picture of about `sizePixels`; undefined: a line
 * between two groups. Every index gets the same number of whole pixels; of more indices than pixels every second,
 * third, … one is shown.
 *
 * @param group Of each index, in the order shown.
 */
export function layOut(group: ArrayLike<unknown>, sizePixels: number): (number | undefined)[] {
  const n = group.length;
  const stride = Math.ceil(n / sizePixels);
  const shown = Array.from({ length: Math.ceil(n / stride) }, (_, i) => i * stride);
  const opens = shown.map((index, i) => i > 0 && group[index] !== group[shown[i - 1]]);
  const room = sizePixels - SEPARATOR_PIXELS * opens.filter(Boolean).length;
  const cell = Math.max(1, Math.round(room / shown.length));
  return shown.flatMap((index, i) => [
    ...(opens[i] ? new Array<undefined>(SEPARATOR_PIXELS).fill(undefined) : []),
    ...new Array<number>(cell).fill(index),
  ]);
}

/**
 * A symmetric arrangement of a matrix in the colours of viridis, as a PNG file.
 *
 * @param at Value of a row and a column.
 * @param lines Rows, and columns, from pixel to pixel, as of `layOut`.
 * @param range Values of the darkest and of the brightest colour.
 */
export function matrixPng(
  at: (row: number, column: number) => number,
  lines: readonly (number | undefined)[],
  range: readonly [low: number, high: number],
): Uint8Array {
  const size = lines.length;
  const pixels = new Uint8Array(3 * size * size);
  const palette = viridis();
  for (const [y, row] of lines.entries()) {
    for (const [x, column] of lines.entries()) {
      const inside = row !== undefined && column !== undefined;
      pixels.set(inside ? colourOf(at(row, column), range, palette) : SEPARATOR, 3 * (y * size + x));
    }
  }
  return encode({ width: size, height: size, data: pixels, channels: 3, depth: 8 });
}

/** The colours from the darkest, below, to the brightest, above: a PNG file one pixel wide. */
export function colourBarPng(): Uint8Array {
  const palette = viridis();
  const data = new Uint8Array(3 * COLOURS);
  for (let i = 0; i < COLOURS; i++) data.set(palette.subarray(3 * i, 3 * i + 3), 3 * (COLOURS - 1 - i));
  return encode({ width: 1, height: COLOURS, data, channels: 3, depth: 8 });
}

/**
 * Percentiles of the values off the diagonal, where a kernel's are the largest and all the same.
 *
 * @param values [n][n]
 * @param clippedShare Share that is drawn in the darkest, and in the brightest colour.
 */
export function spread(values: Float64Array, n: number, clippedShare: number): [low: number, high: number] {
  const others = values.filter((value, e) => e % (n + 1) !== 0 && Number.isFinite(value)).sort();
  if (others.length === 0) return [0, 1];
  const at = (share: number) => others[Math.round(share * (others.length - 1))];
  return [at(clippedShare), at(1 - clippedShare)];
}

function colourOf(
  value: number,
  [low, high]: readonly [number, number],
  palette: Uint8Array,
): ArrayLike<number> {
  if (Number.isNaN(value)) return MISSING;
  const share = high > low ? (value - low) / (high - low) : 0;
  const index = Math.round(Math.min(1, Math.max(0, share)) * (COLOURS - 1));
  return palette.subarray(3 * index, 3 * index + 3);
}

/** [COLOURS][3] */
function viridis(): Uint8Array {
  const palette = new Uint8Array(3 * COLOURS);
  for (let i = 0; i < COLOURS; i++) {
    const hex = Number.parseInt(interpolateViridis(i / (COLOURS - 1)).slice(1), 16);
    palette.set([hex >> 16, (hex >> 8) & 255, hex & 255], 3 * i);
  }
  return palette;
}
