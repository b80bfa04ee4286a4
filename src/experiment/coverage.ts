import type { Block, StoreTile } from '../data/store/grid.js';

export type TileState = 'finished' | 'claimed' | 'missing' | 'damaged';

export interface CoverageOptions {
  /** Characters per line, at the most. */
  readonly width?: number;
}

/** Shares of finished tiles, from none to all. */
const SHADES = ['·', '░', '▒', '▓', '█'];
const ASPECT = 2;

export const COVERAGE_LEGEND = '█ finished  ░▒▓ partly  · missing  ○ being computed  ✗ damaged';

/** Tiles behind one character, by their state. */
type Cell = Record<TileState, number>;

/**
 * Which tiles of a matrix are finished, as a picture of text, rows from top to bottom: a character stands for one
 * tile, or for several where the grid is wider than the picture; the upper triangle of a symmetric matrix is blank.
 *
 * @param tiles Of all blocks, in the order of the grid; each is looked at once, and none is kept.
 */
export function coveragePicture(
  block: Block,
  tiles: Iterable<StoreTile>,
  stateOf: (tile: StoreTile) => TileState,
  { width = 64 }: CoverageOptions = {},
): string {
  const cells: Cell[][] = [];
  let [across, down] = [0, 0];
  for (const tile of tiles) {
    if (tile.block.name !== block.name) continue;
    if (across === 0) {
      // No tile is wider than the first one.
      across = Math.ceil(block.columns / tile.tile.columns / width);
      // Characters are twice as high as wide, so where tiles are joined a line holds twice as many rows.
      down = across === 1 ? 1 : ASPECT * across;
    }
    const line = (cells[Math.floor(tile.gridRow / down)] ??= []);
    const cell = (line[Math.floor(tile.gridColumn / across)] ??= {
      finished: 0,
      claimed: 0,
      missing: 0,
      damaged: 0,
    });
    cell[stateOf(tile)]++;
  }
  return cells.map((line) => Array.from(line, characterOf).join('')).join('\n');
}

function characterOf({ finished, claimed, missing, damaged }: Cell): string {
  if (damaged > 0) return '✗';
  if (finished === 0 && claimed > 0) return '○';
  return SHADES[Math.floor(((SHADES.length - 1) * finished) / (finished + claimed + missing))];
}
