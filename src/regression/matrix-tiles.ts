import { breather } from '../signals/breather.js';
import type { Elements, MatrixSource } from './matrix-source.js';

/** Side of a tile: a row of one is a whole page of a file. */
const SIDE = 1024;

/** A tile of the lower triangle and the one that mirrors it; the same one on the diagonal. */
export interface TilePair {
  readonly top: number;
  readonly left: number;
  readonly rows: number;
  readonly columns: number;
  readonly tile: Elements; // [rows][columns]
  readonly mirrored: Elements; // [columns][rows]
}

/** The whole matrix once, in a fixed order. @throws the signal's reason. */
export async function* mirroredTiles(source: MatrixSource, signal?: AbortSignal): AsyncGenerator<TilePair> {
  const { n } = source;
  const breathe = breather(signal);
  for (let top = 0; top < n; top += SIDE) {
    const rows = Math.min(SIDE, n - top);
    for (let left = 0; left <= top; left += SIDE) {
      const columns = Math.min(SIDE, n - left);
      const tile = await source.rows(top, rows, left, left + columns);
      const mirrored = left === top ? tile : await source.rows(left, columns, top, top + rows);
      yield { top, left, rows, columns, tile, mirrored };
      await breathe();
    }
  }
}
