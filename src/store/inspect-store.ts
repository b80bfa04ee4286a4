import { claimedTiles } from '../files/claims.js';
import { pairCount } from '../kernel/gram-shape.js';
import { SILENT, type Reporter } from '../progress/reporter.js';
import type { TileState } from './coverage.js';
import { verifyTiles } from './export.js';
import { tileNamed } from './grid.js';
import type { TileStore } from './tile-store.js';

export interface InspectOptions {
  /** Whether every tile is read and checked. */
  readonly reads: boolean;
  readonly reporter?: Reporter;
  readonly signal?: AbortSignal;
}

/** What a store holds, and how much of it is there. */
export async function inspectStore(store: TileStore, { reads, reporter = SILENT, signal }: InspectOptions) {
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
