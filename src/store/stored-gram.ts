import { setTimeout as sleep } from 'node:timers/promises';
import { Claims, LEASE_MS } from '../files/claims.js';
import { verifyTiles } from './export.js';
import { shardTiles, type BlockName, type Shard, type StoreTile } from './grid.js';
import type { TileStore } from './tile-store.js';
import type { Gpu } from '../gpu/gpu.js';
import { DeviceUse } from '../kernel/device-use.js';
import { requestedTiles } from '../planning/requested-tiles.js';
import { splitRequests, type KernelRequest } from '../planning/kernel-request.js';
import { requestedWorkPerPair } from '../planning/prepare-kernels.js';
import { workUpdates } from '../progress/details.js';
import { SILENT, type Reporter } from '../progress/reporter.js';
import { ScopedSignal } from '../signals/scoped-signal.js';
import type { GramOptions } from '../kernel/gram-run.js';
import type { ImageStack } from '../images/images.js';
import type { RoughPairs } from '../network/exact-pairs.js';

/** Normalised images of a block; no columns where they are the rows. */
export type BlockImages = Readonly<
  Partial<Record<BlockName, { readonly rows: ImageStack; readonly columns?: ImageStack }>>
>;

export interface StoredGramOptions extends Pick<GramOptions, 'memoryBytes' | 'variant' | 'signal'> {
  readonly kernels: readonly KernelRequest[];
  readonly images: BlockImages;
  /** The share of the tiles that is computed; by default all of them. */
  readonly shard?: Shard;
  /** Told of the check of what is there, of damaged tiles, and of waiting for other processes. */
  readonly reporter?: Reporter;
  readonly leaseMs?: number;
}

export interface StoredGramReport extends RoughPairs {
  /** Tiles computed by this process, and their pairs. */
  readonly tiles: number;
  readonly pairs: number;
  readonly elementLayers: number;
  readonly underflows: number;
  readonly firstUnderflow: string | undefined;
  readonly elapsedMs: number;
  /** Share of the time between first and last dispatch in which the device computed; undefined without timestamps. */
  readonly busyShare: number | undefined;
}

/**
 * Computes the tiles that a store lacks, each written as soon as it is there: a process that ends in whatever way
 * loses the two open tiles at the most. What is there is checked first; damaged tiles are set aside and computed again. Several
 * processes may work on a store at a time. Returns when all tiles are there, whoever computed them.
 *
 * @throws as `requestedTiles`, and OutputError
 */
export async function computeStored(
  gpu: Gpu,
  store: TileStore,
  options: StoredGramOptions,
): Promise<StoredGramReport> {
  const { kernels, images, shard, signal, reporter = SILENT, leaseMs = LEASE_MS } = options;
  const tiles = shard ? shardTiles(store.tiles, shard) : store.tiles;
  reporter.phase('check');
  const onProgress = (fraction: number) => reporter.update(fraction);
  for (const [, damage] of await verifyTiles(store, tiles, { signal, onProgress })) {
    reporter.warn(`a tile is damaged and will be computed again: ${damage.message}`);
    await store.setAside(damage.file);
  }
  const finished = await store.finished();
  const missing = tiles.filter(({ name }) => !finished.has(name));
  reporter.end(`${tiles.length - missing.length} of ${tiles.length} tiles are there`);

  reporter.phase('kernel');
  const tell = workUpdates(reporter);
  const started = performance.now();
  const report = {
    ...{ tiles: 0, pairs: 0, underflows: 0, firstUnderflow: undefined as string | undefined },
    ...{ roughPairs: 0, roughError: 0 },
  };
  const use = new DeviceUse();
  const anyRows = Object.values(images)[0].rows;
  const perPair = requestedWorkPerPair(splitRequests(kernels, anyRows), anyRows);
  const total = perPair * missing.reduce((sum, { pairs }) => sum + pairs, 0);
  let done = 0;
  const advance = (elementLayers: number) => {
    done = Math.min(total, done + elementLayers);
    tell({ done, total, elapsedMs: performance.now() - started });
  };
  await using claims = await Claims.open(store.folder, leaseMs);
  // A failure ends the waiting for other processes too.
  using scope = new ScopedSignal(signal);
  for (const [block, { rows, columns }] of Object.entries(images)) {
    const queue = new TileQueue(
      store,
      missing.filter((tile) => tile.block.name === block),
      claims,
      { signal: scope.signal, reporter, onForeign: ({ pairs }) => advance(perPair * pairs) },
    );
    const computed = requestedTiles(gpu, queue.tiles(), {
      requests: kernels,
      signal,
      memoryBytes: options.memoryBytes,
      variant: options.variant,
      images: rows,
      against: columns,
      tileImages: store.computation.tileImages,
      onWork: advance,
      use,
    });
    for await (const {
      tile,
      values,
      underflows,
      firstUnderflow,
      roughPairs = 0,
      roughError = 0,
    } of computed) {
      const written = queue.claimed(tile);
      await store.write(written, values);
      await claims.release(written.name);
      report.tiles++;
      report.pairs += written.pairs;
      report.underflows += underflows;
      report.firstUnderflow ??= firstUnderflow;
      report.roughPairs += roughPairs;
      report.roughError = Math.max(report.roughError, roughError);
    }
  }
  reporter.end();
  return {
    ...report,
    elementLayers: perPair * report.pairs,
    elapsedMs: performance.now() - started,
    busyShare: use.share,
  };
}

interface QueueHooks {
  readonly signal: AbortSignal;
  readonly reporter: Reporter;
  /** A tile that another process has finished. */
  readonly onForeign: (tile: StoreTile) => void;
}

/** Time between two looks at tiles that other processes compute. */
const LOOK_MS = 500;

/** Tiles to be computed, each claimed when it is asked for, until all are finished by someone. */
class TileQueue {
  private readonly given = new Map<StoreTile['tile'], StoreTile>();

  constructor(
    private readonly store: TileStore,
    private open: readonly StoreTile[],
    private readonly claims: Claims,
    private readonly hooks: QueueHooks,
  ) {}

  /** A tile that was given out; once. */
  claimed(tile: StoreTile['tile']): StoreTile {
    const found = this.given.get(tile)!;
    this.given.delete(tile);
    return found;
  }

  async *tiles(): AsyncGenerator<StoreTile['tile']> {
    const { signal, reporter, onForeign } = this.hooks;
    for (let announced = false; this.open.length > 0;) {
      const others: StoreTile[] = [];
      for (const tile of this.open) {
        signal.throwIfAborted();
        const claim = await this.claims.claim(tile.name);
        // Looked at after the claim: whoever had it wrote the tile before giving it up.
        if ((await this.store.finished()).has(tile.name)) {
          await this.claims.release(tile.name);
          onForeign(tile);
        } else if (claim === 'others') others.push(tile);
        else {
          if (claim === 'takenOver') await this.store.removePartial(tile.name);
          this.given.set(tile.tile, tile);
          yield tile.tile;
        }
      }
      this.open = others;
      if (others.length === 0) return;
      if (!announced) reporter.note(`waiting for ${others.length} tiles that other processes compute`);
      announced = true;
      // The loop gives the reason of an interruption.
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
