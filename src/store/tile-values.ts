import type { StoreTile } from './grid.js';

// What the values of a tile must be to be those of a kernel, whoever wrote them: see also `Diagonals`.

/**
 * What is wrong with the values of a tile by themselves; undefined if nothing is.
 *
 * @param values [kernels][tile.rows][tile.columns]
 */
export function valuesProblem({ tile, block }: StoreTile, values: Float32Array): string | undefined {
  const at = (index: number) => {
    const size = tile.rows * tile.columns;
    const row = tile.firstRow + Math.floor((index % size) / tile.columns);
    const column = tile.firstColumn + (index % tile.columns);
    return `kernel ${Math.floor(index / size)}, row ${row}, column ${column}`;
  };
  const infinite = values.findIndex((value) => !Number.isFinite(value));
  if (infinite >= 0) return `${at(infinite)} is ${values[infinite]}`;
  if (block.name !== 'train' || tile.firstRow !== tile.firstColumn) return undefined;
  const side = tile.rows;
  for (let from = 0; from < values.length; from += side * side) {
    for (let r = 0; r < side; r++) {
      const diagonal = from + r * side + r;
      if (!(values[diagonal] >= 0))
        return `${at(diagonal)} is ${values[diagonal]}, and no kernel is negative there`;
      for (let c = 0; c < r; c++) {
        const [here, mirrored] = [from + r * side + c, from + c * side + r];
        if (values[here] !== values[mirrored])
          return `${at(here)} is ${values[here]}, but its mirror image ${values[mirrored]}`;
      }
    }
  }
  return undefined;
}

/** Whether all values of one of the kernels are zero. */
export function hasOnlyZeros({ tile }: StoreTile, values: Float32Array): boolean {
  const size = tile.rows * tile.columns;
  for (let from = 0; from < values.length; from += size)
    if (values.subarray(from, from + size).every((value) => value === 0)) return true;
  return false;
}

/** By how much rounding may let a value exceed its bound: a hundred times what it does at any depth. */
const TOLERANCE = 1e-2;
/** Below this part of the largest diagonal value's root float32 has lost its digits. */
const NOTHING = 2 ** -60;

/** Of a row of tiles: the largest |K_ij| / sqrt(K_jj) of each row of each kernel, and the tile where it stands. */
interface Bound {
  readonly gridRow: number;
  readonly ratios: Float64Array;
  readonly tiles: StoreTile[];
}

export interface Contradiction {
  /** Any of them may be wrong: a tile, and the two on the diagonal that belong to it. */
  readonly tiles: readonly string[];
  readonly problem: string;
}

/**
 * Whether the tiles of a symmetric matrix belong together: |K_ij|² ≤ K_ii K_jj in every kernel. Takes them in the order
 * of the grid, row by row, so that a row's own diagonal comes after the columns that are compared with it; tiles may be
 * missing. What it remembers is one number per image.
 */
export class Diagonals {
  /** By the column of the grid: sqrt(K_jj), per kernel. */
  private readonly roots = new Map<number, { readonly name: string; readonly roots: Float64Array }>();
  private bound: Bound | undefined;
  private largest = 0;

  /** Undefined where all agrees. @param values [kernels][tile.rows][tile.columns] */
  add(storeTile: StoreTile, values: Float32Array): Contradiction | undefined {
    const { name, block, gridRow, gridColumn, tile } = storeTile;
    if (block.name !== 'train') return undefined;
    if (gridRow !== gridColumn) {
      this.compare(storeTile, values);
      return undefined;
    }
    const own = { name, roots: rootsOf(values, tile.rows) };
    for (const root of own.roots) if (root > this.largest) this.largest = root;
    this.roots.set(gridColumn, own);
    return this.bound?.gridRow === gridRow ? this.contradiction(this.bound, storeTile, own.roots) : undefined;
  }

  private compare(storeTile: StoreTile, values: Float32Array): void {
    const { gridRow, gridColumn, tile } = storeTile;
    const roots = this.roots.get(gridColumn)?.roots;
    if (roots === undefined) return;
    const { rows, columns } = tile;
    const lines = values.length / columns;
    if (this.bound?.gridRow !== gridRow) this.bound = { gridRow, ratios: new Float64Array(lines), tiles: [] };
    const { ratios, tiles } = this.bound;
    const { nothing } = this;
    for (let line = 0; line < lines; line++) {
      const kernel = Math.floor(line / rows);
      for (let c = 0; c < columns; c++) {
        const ratio = Math.abs(values[line * columns + c]) / (roots[kernel * columns + c] + nothing);
        if (ratio > ratios[line]) {
          ratios[line] = ratio;
          tiles[line] = storeTile;
        }
      }
    }
  }

  private contradiction(
    { ratios, tiles }: Bound,
    { name, tile }: StoreTile,
    roots: Float64Array,
  ): Contradiction | undefined {
    const { nothing } = this;
    const line = ratios.findIndex((ratio, at) => ratio > (1 + TOLERANCE) * (roots[at] + nothing));
    if (line < 0) return undefined;
    const [kernel, row] = [Math.floor(line / tile.rows), tile.firstRow + (line % tile.rows)];
    const other = tiles[line];
    const times = (ratios[line] / (roots[line] + nothing)).toPrecision(3);
    return {
      tiles: [other.name, name, this.roots.get(other.gridColumn)!.name],
      problem: `kernel ${kernel}, row ${row}: a value of ${other.name} is ${times} times the square root of the product of its two diagonal values; no kernel exceeds it`,
    };
  }

  private get nothing(): number {
    return NOTHING * this.largest;
  }
}

/**
 * sqrt(K_ii) of a diagonal tile. NaN, which no comparison takes for larger, where the value alone is zero: it may have
 * been too small for float32. That all of them are is told from the tiles beside.
 */
function rootsOf(values: Float32Array, side: number): Float64Array {
  const roots = new Float64Array(values.length / side);
  for (let from = 0; from < values.length; from += side * side) {
    const isZero = values.subarray(from, from + side * side).every((value) => value === 0);
    for (let r = 0; r < side; r++) {
      const value = values[from + r * side + r];
      roots[from / side + r] = value === 0 && !isZero ? NaN : Math.sqrt(value);
    }
  }
  return roots;
}
