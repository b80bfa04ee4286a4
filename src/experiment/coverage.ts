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

/**
 * Which tiles of a matrix are finished, as a picture of text, rows from top to bottom: a character stands for one
 * tile, or for several where the grid is wider than the picture; the upper triangle of a symmetric matrix is blank.
 */
export function coveragePicture(
  block: Block,
  tiles: readonly StoreTile[],
  stateOf: (tile: StoreTile) => TileState,
  { width = 64 }: CoverageOptions = {},
): string {
  const own = tiles.filter((tile) => tile.block.name === block.name);
  const columns = 1 + own.reduce((most, { gridColumn }) => Math.max(most, gridColumn), 0);
  const across = Math.max(1, Math.ceil(columns / width));
  // Characters are twice as high as wide, so where tiles are joined a line holds twice as many rows.
  const down = across === 1 ? 1 : ASPECT * across;
  const cells: StoreTile[][][] = [];
  for (const tile of own) {
    const line = (cells[Math.floor(tile.gridRow / down)] ??= []);
    (line[Math.floor(tile.gridColumn / across)] ??= []).push(tile);
  }
  return cells.map((line) => Array.from(line, (cell) => characterOf(cell.map(stateOf))).join('')).join('\n');
}

function characterOf(states: readonly TileState[]): string {
  if (states.includes('damaged')) return '✗';
  const finished = states.filter((state) => state === 'finished').length;
  if (finished === 0 && states.includes('claimed')) return '○';
  return SHADES[Math.floor(((SHADES.length - 1) * finished) / states.length)];
}
