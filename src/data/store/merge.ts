import { copyFile, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { OutputError } from '../atomic-file.js';
import { assertSameComputation } from './computation.js';
import { DamagedTileError, StoreError } from './store-error.js';
import { TileStore } from './tile-store.js';

export interface MergeReport {
  /** Tiles that came from other stores. */
  readonly merged: number;
  /** Files of other stores that were not taken, and why. */
  readonly damaged: readonly DamagedTileError[];
}

/**
 * Brings the finished tiles of other stores of the same computation into `target`; each is checked before it counts.
 *
 * @throws StoreError if a store is of another computation or grid; OutputError.
 */
export async function mergeStores(target: TileStore, sources: readonly TileStore[]): Promise<MergeReport> {
  let merged = 0;
  const damaged: DamagedTileError[] = [];
  for (const source of sources) {
    assertSameComputation(source.folder, source.computation, target.computation);
    const sides = [source, target].map(({ computation }) => computation.tileImages);
    if (sides[0] !== sides[1]) {
      throw new StoreError(
        `${source.folder} has tiles of ${sides[0]} images a side, ${target.folder} of ${sides[1]}; make both with the same --tile`,
      );
    }
    const [have, theirs] = [await target.finished(), await source.finished()];
    for (const tile of source.tiles) {
      const file = theirs.get(tile.name);
      if (file === undefined || have.has(tile.name)) continue;
      try {
        await source.read(tile, file);
      } catch (error) {
        if (!(error instanceof DamagedTileError)) throw error;
        damaged.push(error);
        continue;
      }
      await copyWhole(join(source.tilesFolder, file), join(target.tilesFolder, file));
      merged++;
    }
  }
  return { merged, damaged };
}

async function copyWhole(from: string, to: string): Promise<void> {
  const temporary = join(dirname(to), `.${basename(to)}.${process.pid}.tmp`);
  try {
    await copyFile(from, temporary);
    const handle = await open(temporary, 'r+');
    await handle.sync().finally(() => handle.close());
    await rename(temporary, to);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new OutputError(to, error);
  }
}
