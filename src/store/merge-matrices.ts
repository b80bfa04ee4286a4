import { assertArray } from '../checks/arguments.js';
import { assertJobOptions } from '../progress/job-options.js';
import { SILENT, type Reporter } from '../progress/reporter.js';
import { assembleMatrices, resultReport } from './assembly.js';
import { tellingKeptTiles, tellingRemedy } from './kept-tiles.js';
import { mergeStores } from './merge.js';
import { StoreError } from './store-error.js';
import { assertStore, TileStore } from './tile-store.js';

export interface MergeMatricesOptions<R extends object> {
  readonly reporter?: Reporter;
  readonly signal?: AbortSignal;
  /** What the manifest of the matrices says; by default `resultReport`. */
  readonly describe?: (store: TileStore) => R;
}

/**
 * Brings the tiles of other folders into a store, and writes all matrices.
 *
 * @param folders Of stores of the same computation.
 * @returns how many tiles came from the other folders, and what the manifest says
 * @throws StoreError if tiles are missing or damaged; what `mergeStores` and `assembleMatrices` throw.
 */
export async function mergeIntoMatrices<R extends object = object>(
  store: TileStore,
  folders: readonly string[],
  options: MergeMatricesOptions<R> = {},
): Promise<{ readonly merged: number; readonly result: R }> {
  assertStore('mergeIntoMatrices', store);
  assertArray('mergeIntoMatrices: folders', folders, 'paths');
  assertJobOptions('mergeIntoMatrices', options, ['reporter', 'signal', 'describe']);
  const { reporter = SILENT, signal } = options;
  const { describe = (of: TileStore) => resultReport(of) as object as R } = options;
  const sources: TileStore[] = [];
  for (const folder of folders) sources.push(await TileStore.open(folder));
  reporter.phase('merge');
  const onProgress = (fraction: number) => reporter.update(fraction);
  const { merged, damaged } = await tellingKeptTiles(store, () =>
    mergeStores(store, sources, { signal, onProgress }),
  );
  reporter.end();
  for (const { message } of damaged) reporter.warn(`damaged, not taken: ${message}`);
  const missing = store.tileCount - (await store.finished()).size;
  if (missing > 0) {
    throw new StoreError(
      `${store.folder}: ${merged} tiles merged; ${missing} of ${store.tileCount} are still missing; computing the same kernels into this folder adds them`,
    );
  }
  const result = describe(store);
  await tellingKeptTiles(store, () =>
    tellingRemedy(store, () => assembleMatrices(store, result, { reporter, signal })),
  );
  return { merged, result };
}
