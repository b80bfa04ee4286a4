import type { Picture } from './decode-picture.js';

/**
 * Where the pixel in row y, column x of the upright picture lies in the one that was taken, by Exif's orientation; the
 * first two numbers count rows from the top or bottom and columns from the left or right; 5 to 8 swap the axes.
 */
const TURNS: Readonly<
  Record<number, (y: number, x: number, rows: number, columns: number) => readonly [number, number]>
> = {
  2: (y, x, _, columns) => [y, columns - 1 - x],
  3: (y, x, rows, columns) => [rows - 1 - y, columns - 1 - x],
  4: (y, x, rows) => [rows - 1 - y, x],
  5: (y, x) => [x, y],
  6: (y, x, rows) => [rows - 1 - x, y],
  7: (y, x, rows, columns) => [rows - 1 - x, columns - 1 - y],
  8: (y, x, _, columns) => [x, columns - 1 - y],
};

/** The picture as it is to be looked at. */
export function upright(picture: Picture, orientation: number): Picture {
  const turn = TURNS[orientation] as (typeof TURNS)[number] | undefined;
  if (turn === undefined) return picture;
  const { data, channels, height: rows, width: columns } = picture;
  const [height, width] = orientation >= 5 ? [columns, rows] : [rows, columns];
  const turned = data.slice();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [row, column] = turn(y, x, rows, columns);
      for (let c = 0; c < channels; c++) {
        turned[(y * width + x) * channels + c] = data[(row * columns + column) * channels + c];
      }
    }
  }
  return { data: turned, height, width, channels };
}
