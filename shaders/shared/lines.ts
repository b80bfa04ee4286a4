/** Rows of a tile of lines; side of the tiles of which the update computes the lower triangle. */
export const TILE = 16;

/** The layout of `shared/lines.wgsl`, [rows/16][lines][16]: where a row's number in a line stands. */
export function lineIndex(row: number, line: number, lines: number): number {
  return (Math.floor(row / TILE) * lines + line) * TILE + (row % TILE);
}
