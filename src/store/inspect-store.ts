import { assertFlag } from '../checks/arguments.js';
import { claimedTiles } from '../files/claims.js';
import { pairCount } from '../kernel/gram-shape.js';
import { assertJobOptions } from '../progress/job-options.js';
import { SILENT, type Reporter } from '../progress/reporter.js';
import type { Computation } from './computation.js';
import type { TileState } from './coverage.js';
import { verifyTiles } from './export.js';
import { tileNamed } from './grid.js';
import { assertStore, type TileStore } from './tile-store.js';

export interface InspectOptions {
  /** Whether every tile is read and checked; by default only their names are looked at. */
  readonly reads?: boolean;
  readonly reporter?: Reporter;
  readonly signal?: AbortSignal;
}

/** What a store holds, and how much of it is there: what `cntk store info --json` prints. */
export interface StoreInspection extends Computation {
  readonly folder: string;
  readonly tiles: { readonly finished: number; readonly damaged: number; readonly all: number };
  readonly pairs: { readonly finished: number; readonly all: number };
  /** What finished tiles take on the disk. */
  readonly sizeBytes: number;
  /** Whether every tile was read and checked. */
  readonly checked: boolean;
  /** What is wrong with each damaged tile. */
  readonly damaged: readonly string[];
}

/**
 * What a store holds, and how much of it is there.
 *
 * @returns a report, and the state of every tile that is not missing, by its name
 * @throws UnusableStoreError; ArgumentError; the signal's reason
 */
export async function inspectStore(
  store: TileStore,
  options: InspectOptions = {},
): Promise<{ readonly report: StoreInspection; readonly states: ReadonlyMap<string, TileState> }> {
  assertStore('inspectStore', store);
  assertJobOptions('inspectStore', options, ['reads', 'reporter', 'signal']);
  const { reads = false, reporter = SILENT, signal } = options;
  assertFlag('inspectStore: reads', reads);
  const finished = await store.finished();
  const claimed = await claimedTiles(store.folder);
  if (reads) reporter.phase('verify');
  const onProgress = (fraction: number) => reporter.update(fraction);
  const damaged = reads
    ? await verifyTiles(store, store.tiles, { signal, onProgress })
    : new Map<string, Error>();
  reporter.end();
  const states = new Map<string, TileState>([
    ...claimed.map((name) => [name, 'claimed'] as const),
    ...[...finished.keys()].map((name) => [name, 'finished'] as const),
    ...[...damaged.keys()].map((name) => [name, 'damaged'] as const),
  ]);
  const { computation } = store;
  const { blocks, tileImages } = computation;
  const whole = [...finished.keys()].filter((name) => !damaged.has(name));
  return {
    states,
    report: {
      folder: store.folder,
      ...computation,
      tiles: { finished: whole.length, damaged: damaged.size, all: store.tileCount },
      pairs: {
        finished: whole.reduce((sum, name) => sum + tileNamed(name, blocks, tileImages)!.pairs, 0),
        all: blocks.reduce(
          (sum, block) => sum + pairCount({ ...block, symmetric: block.name === 'train' }),
          0,
        ),
      },
      sizeBytes: await store.sizeBytes(),
      checked: reads,
      damaged: [...damaged.values()].map(({ message }) => message),
    },
  };
}
