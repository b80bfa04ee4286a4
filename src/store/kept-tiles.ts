import type { Reporter } from '../progress/reporter.js';
import { InterruptedError } from '../signals/interrupted-error.js';
import { DamagedTileError, StoreError } from './store-error.js';
import { TileStore } from './tile-store.js';

/** Runs what computes into the store of a folder; an error or an interruption is told with what is kept. */
export async function tellingWhatIsKept<T>(
  folder: string,
  reporter: Reporter,
  action: () => Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const kept = await keptTiles(folder);
    if (kept === undefined) throw error;
    // Only commands are interrupted so.
    if (error instanceof InterruptedError)
      throw new InterruptedError(error.signal, `${kept}; the same command goes on from there`);
    reporter.hint(`${kept}; the same computation goes on from there`);
    throw error;
  }
}

/** `12 of 36 tiles are in K`; undefined if there is no store. */
async function keptTiles(folder: string): Promise<string | undefined> {
  try {
    const store = await TileStore.open(folder);
    return `${(await store.finished()).size} of ${store.tileCount} tiles are in ${folder}`;
  } catch {
    return undefined;
  }
}

/** @throws what `action` throws; an interruption is told with the tiles that are kept. */
export async function tellingKeptTiles<T>(store: TileStore, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error;
    const kept = `${(await store.finished()).size} of ${store.tileCount} tiles are in ${store.folder}`;
    throw new InterruptedError(error.signal, `${kept}; the same command goes on from there`);
  }
}

/** @throws what `action` throws; a damaged tile is told with what to do about it. */
export async function tellingRemedy(store: TileStore, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof DamagedTileError)) throw error;
    throw new StoreError(
      `${store.folder}: a tile is damaged: ${error.message}; computing the same kernels into this folder again replaces it`,
      { cause: error },
    );
  }
}
