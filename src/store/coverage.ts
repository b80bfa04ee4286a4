import { tileNamed, type Block } from './grid.js';

export type TileState = 'finished' | 'claimed' | 'missing' | 'damaged';

export interface CoverageOptions {
  /** Characters per line, at the most. */
  readonly width?: number;
}

/** Shares of finished tiles, from none to all. */
const SHADES = ['·', '░', '▒', '▓', '█'];
const ASPECT = 2;

export const COVERAGE_LEGEND = '█ finished  ░▒▓ partly  · missing  ○ being computed  ✗ damaged';

/** Tiles behind one character: how many there are, and how many are in a state. */
interface Cell extends Record<Exclude<TileState, 'missing'>, number> {
  all: number;
}

/**
 * Which tiles of a matrix are finished, as a picture of text, rows from top to bottom: a character stands for one
 * tile, or for several where the grid is wider than the picture; the upper triangle of a symmetric matrix is blank.
 * Takes the time of the tiles that are there, not of all: a large matrix has millions.
 *
 * @param states By name; tiles that are not among them are missing.
 */
export function coveragePicture(
  block: Block,
  tileImages: number,
  states: ReadonlyMap<string, TileState>,
  { width = 64 }: CoverageOptions = {},
): string {
  const gridRows = Math.ceil(block.rows / tileImages);
  const gridColumns = Math.ceil(block.columns / tileImages);
  const across = Math.ceil(gridColumns / width);
  // Characters are twice as high as wide, so where tiles are joined a line holds twice as many rows.
  const down = Math.max(across === 1 ? 1 : ASPECT * across, Math.ceil(gridRows / (ASPECT * width)));
  const cells: Cell[][] = [];
  for (let row = 0; row < gridRows; row++) {
    const line = (cells[Math.floor(row / down)] ??= []);
    const end = block.name === 'train' ? row + 1 : gridColumns;
    for (let column = 0; column < end; column += across) {
      const cell = (line[column / across] ??= { all: 0, finished: 0, claimed: 0, damaged: 0 });
      cell.all += Math.min(across, end - column);
    }
  }
  for (const [name, state] of states) {
    const tile = tileNamed(name, [block], tileImages);
    if (tile === undefined || state === 'missing') continue;
    cells[Math.floor(tile.gridRow / down)][Math.floor(tile.gridColumn / across)][state]++;
  }
  return cells.map((line) => line.map(characterOf).join('')).join('\n');
}

function characterOf({ all, finished, claimed, damaged }: Cell): string {
  if (damaged > 0) return '✗';
  if (finished === 0 && claimed > 0) return '○';
  return SHADES[Math.floor(((SHADES.length - 1) * finished) / all)];
}
