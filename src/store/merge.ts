import { realpath } from 'node:fs/promises';
import { orAborted } from '../signals/or-aborted.js';
import { assertSameComputation } from './computation.js';
import type { ExportOptions } from './export.js';
import type { StoreTile } from './grid.js';
import { DamagedTileError, UnusableStoreError } from './store-error.js';
import type { TileStore } from './tile-store.js';

export interface MergeReport {
  /** Tiles that came from other stores. */
  readonly merged: number;
  /** Files that were not taken, or were replaced by another store's, and why. */
  readonly damaged: readonly DamagedTileError[];
}

/**
 * Brings the finished tiles of other stores of the same computation into `target`; each is checked before it counts.
 * Where the target's own is damaged, a whole one takes its place.
 *
 * @throws UnusableStoreError if a store is of another computation or grid, or the target itself; OutputError; the
 * signal's reason.
 */
export async function mergeStores(
  target: TileStore,
  sources: readonly TileStore[],
  { signal, onProgress }: ExportOptions = {},
): Promise<MergeReport> {
  for (const source of sources) await assertMergeable(source, target);
  const merge = new Merge(target, await target.finished(), signal);
  for (const [index, source] of sources.entries()) {
    const theirs = await source.finished();
    for (const [done, tile] of source.tiles.entries()) {
      signal?.throwIfAborted();
      const file = theirs.get(tile.name);
      if (file !== undefined && !(await merge.has(tile))) await merge.take(tile, source, file);
      onProgress?.((index + (done + 1) / source.tileCount) / sources.length);
    }
  }
  return merge;
}

class Merge implements MergeReport {
  merged = 0;
  readonly damaged: DamagedTileError[] = [];
  /** Tiles of the target that were read, or came from a source. */
  private readonly whole = new Set<string>();

  constructor(
    private readonly target: TileStore,
    private readonly have: Map<string, string>,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** Whether the target has a tile, and it is whole; a damaged one is out of the way afterwards. */
  async has(tile: StoreTile): Promise<boolean> {
    if (this.whole.has(tile.name)) return true;
    const file = this.have.get(tile.name);
    if (file === undefined) return false;
    const damage = await this.damageOf(() => this.target.read(tile, file, this.signal));
    if (damage === undefined) this.whole.add(tile.name);
    else {
      await this.target.setAside(file);
      this.have.delete(tile.name);
    }
    return damage === undefined;
  }

  async take(tile: StoreTile, source: TileStore, file: string): Promise<void> {
    const { target, signal } = this;
    // A slow disk is not waited for by who is told to end: the tile comes whole or not at all.
    const adopted = () => orAborted(target.adopt(tile, source, file, signal), signal);
    if ((await this.damageOf(adopted)) !== undefined) return;
    this.whole.add(tile.name);
    this.merged++;
  }

  private async damageOf(action: () => Promise<unknown>): Promise<DamagedTileError | undefined> {
    try {
      await action();
      return undefined;
    } catch (error) {
      if (!(error instanceof DamagedTileError)) throw error;
      this.damaged.push(error);
      return error;
    }
  }
}

async function assertMergeable(source: TileStore, target: TileStore): Promise<void> {
  const [from, to] = await Promise.all([source, target].map(({ folder }) => realpath(folder)));
  if (from === to)
    throw new UnusableStoreError(
      `${source.folder} is ${target.folder} itself; name the folders of other runs after it`,
    );
  assertSameComputation(source.folder, source.computation, target.computation);
  const sides = [source, target].map(({ computation }) => computation.tileImages);
  if (sides[0] !== sides[1]) {
    throw new UnusableStoreError(
      `${source.folder} has tiles of ${sides[0]} images a side, ${target.folder} of ${sides[1]}; make both with tiles of one size`,
    );
  }
}
