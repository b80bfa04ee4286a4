import { SILENT, type Reporter } from '../progress/reporter.js';
import { assemble } from './assembly.js';
import { tellingKeptTiles, tellingRemedy } from './kept-tiles.js';
import { mergeStores, type MergeReport } from './merge.js';
import { StoreError } from './store-error.js';
import { TileStore } from './tile-store.js';

export interface MergeMatricesOptions<R extends object> {
  readonly reporter?: Reporter;
  readonly signal?: AbortSignal;
  /** What the manifest of the matrices says. */
  readonly describe: (store: TileStore) => R;
}

/**
 * Brings the tiles of other folders into a store, and writes all matrices.
 *
 * @param folders Of stores of the same computation.
 * @throws StoreError if tiles are missing or damaged; what `mergeStores` and `assemble` throw.
 */
export async function mergeIntoMatrices<R extends object>(
  store: TileStore,
  folders: readonly string[],
  { reporter = SILENT, signal, describe }: MergeMatricesOptions<R>,
): Promise<Pick<MergeReport, 'merged'> & { readonly result: R }> {
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
      `${store.folder}: ${merged} tiles merged; ${missing} of ${store.tileCount} are still missing; cntk kernel with the same --out computes them`,
    );
  }
  const result = describe(store);
  await tellingKeptTiles(store, () =>
    tellingRemedy(store, () => assemble(store, result, { reporter, signal })),
  );
  return { merged, result };
}
