import { encode } from 'fast-png';
import type { ImageStack } from '../images/images.js';

/** Sides in pixels of the sheet, about, and of the space between two pictures. */
const [SHEET_PIXELS, GAP_PIXELS] = [1000, 2];
const [MOST_ROWS, MOST_COLUMNS] = [20, 10];
const BACKGROUND = 255;

/**
 * The first images of a set as one PNG: a row for each class, or rows of consecutive images where there are none; black
 * is the smallest and white the largest pixel of the set. Of other channels than three the first is shown in grey.
 */
export function contactSheet(images: ImageStack, labels: Int32Array | undefined): Uint8Array {
  const rows = rowsOf(images.count, labels);
  const columns = Math.max(...rows.map((row) => row.length));
  const { height, width, channels, data } = images;
  const zoom = Math.max(1, Math.floor(SHEET_PIXELS / (Math.max(columns, 5) * width)));
  const [cellHeight, cellWidth] = [height * zoom + GAP_PIXELS, width * zoom + GAP_PIXELS];
  const size = { height: rows.length * cellHeight + GAP_PIXELS, width: columns * cellWidth + GAP_PIXELS };
  const pixels = new Uint8Array(3 * size.height * size.width).fill(BACKGROUND);
  const [smallest, largest] = rangeOf(data);
  const shadeOf = (value: number) =>
    largest > smallest ? Math.round((255 * (value - smallest)) / (largest - smallest)) : 0;
  for (const [r, row] of rows.entries()) {
    for (const [c, image] of row.entries()) {
      const [top, left] = [r * cellHeight + GAP_PIXELS, c * cellWidth + GAP_PIXELS];
      for (let y = 0; y < height * zoom; y++) {
        for (let x = 0; x < width * zoom; x++) {
          const pixel = Math.floor(y / zoom) * width + Math.floor(x / zoom);
          const at = 3 * ((top + y) * size.width + left + x);
          for (let colour = 0; colour < 3; colour++) {
            const channel = channels === 3 ? colour : 0;
            pixels[at + colour] = shadeOf(data[(image * channels + channel) * height * width + pixel]);
          }
        }
      }
    }
  }
  return encode({ ...size, data: pixels, channels: 3, depth: 8 });
}

/** Indices of the images of each row. */
function rowsOf(count: number, labels: Int32Array | undefined): number[][] {
  if (labels === undefined) {
    const shown = Array.from({ length: Math.min(count, MOST_COLUMNS * MOST_COLUMNS) }, (_, i) => i);
    const rows: number[][] = [];
    for (let at = 0; at < shown.length; at += MOST_COLUMNS) rows.push(shown.slice(at, at + MOST_COLUMNS));
    return rows;
  }
  const byClass = new Map<number, number[]>();
  for (let i = 0; i < count; i++) {
    const row = byClass.get(labels[i]);
    if (row === undefined) byClass.set(labels[i], [i]);
    else if (row.length < MOST_COLUMNS) row.push(i);
  }
  return [...byClass]
    .sort(([a], [b]) => a - b)
    .slice(0, MOST_ROWS)
    .map(([, row]) => row);
}

function rangeOf(data: Float32Array): [smallest: number, largest: number] {
  let [smallest, largest] = [Infinity, -Infinity];
  for (const value of data) {
    if (value < smallest) smallest = value;
    if (value > largest) largest = value;
  }
  return [smallest, largest];
}
