import { BufferScope } from '../gpu/buffers.js';
import type { Gpu } from '../gpu/gpu.js';
import type { TakenImages } from '../images/taken-images.js';
import { orAborted } from '../signals/or-aborted.js';
import { ScopedSignal } from '../signals/scoped-signal.js';
import { checkValues, Underflows } from './kernel-values.js';
import type { KernelSpec } from './kernel-spec.js';
import type { DeviceUse } from './device-use.js';
import type { GramShape } from './gram-shape.js';
import { ImageFieldsCache } from './image-fields.js';
import type { PassPlan } from './pass-plan.js';
import { outputTables } from './tile-outputs.js';
import { TileRunner } from './tile-runner.js';
import { assertTile, partsOf, type Tile } from './tiles.js';
import { putValues, type ValueBlock } from './value-block.js';

/** What is computed, and of which images. */
export interface TileWalk {
  readonly rows: TakenImages;
  /** The very object of `rows` in a symmetric matrix. */
  readonly columns: TakenImages;
  readonly kernels: readonly KernelSpec[];
  readonly shape: GramShape;
  /** The passes that are walked; values of the kernels of others are left alone. */
  readonly plans: readonly PassPlan[];
  readonly signal?: AbortSignal;
  /** Work done, in element-layers; called once or more per pair of images. */
  readonly onWork?: (elementLayers: number) => void;
  readonly use?: DeviceUse;
}

/** A tile of which every value stands in its block; of a symmetric matrix those on and below the diagonal. */
export interface WalkedTile {
  /** The object that was asked for. */
  readonly tile: Tile;
  readonly block: ValueBlock;
  readonly underflows: Underflows;
}

/**
 * The one way through the pairs of a kernel: a tile at a time, in the order in which `tiles` names them. While a tile is
 * consumed the device computes the next one; no more than these two are open. Every value has the same bits whatever
 * the tiles: the sums of a pair are taken in an order of their own.
 *
 * @param tiles Asked for one ahead. A tile that is finished is given out at once, even if the next one is still waited for.
 * @param blockOf Where the values of a tile go.
 */
export async function* walkTiles(
  gpu: Gpu,
  walk: TileWalk,
  tiles: AsyncIterable<Tile>,
  blockOf: (tile: Tile) => ValueBlock,
): AsyncGenerator<WalkedTile> {
  // A consumer that goes away ends the tile that is computed ahead.
  using scope = new ScopedSignal(walk.signal);
  const { signal } = scope;
  using passes = await TilePasses.create(gpu, { ...walk, signal });
  const source = tiles[Symbol.asyncIterator]();
  let open: OpenTile | undefined;
  let next: OpenTile | undefined;
  try {
    for (let asked = source.next(); ; asked = source.next()) {
      if (open !== undefined && (await isFirst(open.finished, asked))) {
        yield await open.finished;
        open = undefined;
      }
      const answer = await asked;
      if (answer.done === true) break;
      signal.throwIfAborted();
      assertTile(answer.value, walk.shape);
      const tile = { ...answer.value };
      next = passes.begin(tile, answer.value, blockOf(tile));
      if (open !== undefined) yield await open.finished;
      await next.submitted;
      open = next;
    }
    if (open !== undefined) yield await open.finished;
  } finally {
    scope[Symbol.dispose]();
    await next?.submitted.catch(() => undefined);
    source.return?.().catch(() => undefined);
  }
}

/** A tile that is being computed. */
interface OpenTile {
  /** Resolves when the device has got all of the work. */
  readonly submitted: Promise<unknown>;
  readonly finished: Promise<WalkedTile>;
}

/** Whether one promise is settled before the other. @throws what the first one to settle throws. */
async function isFirst(one: Promise<unknown>, other: Promise<unknown>): Promise<boolean> {
  return Promise.race([one.then(() => true), other.then(() => false)]);
}

interface TilePass {
  readonly plan: PassPlan;
  readonly cache: ImageFieldsCache;
  readonly runner: TileRunner;
}

/** The passes of a walk; fields of images stay on the device from tile to tile. */
class TilePasses implements Disposable {
  private constructor(
    private readonly walk: TileWalk,
    private readonly passes: readonly TilePass[],
    private readonly scope: BufferScope,
  ) {}

  static async create(gpu: Gpu, walk: TileWalk): Promise<TilePasses> {
    const passes: TilePass[] = [];
    const scope = new BufferScope(gpu.device);
    for (const plan of walk.plans) {
      const { rows, columns, signal, use } = walk;
      const advance = (work: number) => walk.onWork?.(work);
      const outputs = outputTables(scope, plan.pass, rows, columns);
      const runner = await TileRunner.create(gpu, plan, outputs, { signal, advance, use });
      passes.push({ plan, cache: new ImageFieldsCache(gpu, plan), runner });
    }
    return new TilePasses(walk, passes, scope);
  }

  /** @param asked The caller's object, given back with the values. */
  begin(tile: Tile, asked: Tile, block: ValueBlock): OpenTile {
    const underflows = new Underflows();
    const submitted = this.submit(tile, block, underflows);
    const finished = submitted.then(async (batches) => {
      await Promise.all(batches);
      return { tile: asked, block, underflows };
    });
    // Both are awaited later; until then a failure must not count as unhandled.
    for (const each of [submitted, finished]) each.catch(() => undefined);
    return { submitted, finished };
  }

  /** @returns when all is submitted, what ends when it is in the block. */
  private async submit(tile: Tile, block: ValueBlock, underflows: Underflows): Promise<Promise<unknown>[]> {
    const { rows, columns, kernels, signal } = this.walk;
    const columnKey = rows === columns ? 'rows' : 'columns';
    const batches: Promise<unknown>[] = [];
    for (const { plan, cache, runner } of this.passes) {
      const indices = plan.pass.outputs.map(({ index }) => index);
      for (const part of partsOf(tile, plan.blockImages)) {
        const x = await orAborted(cache.block('rows', rows, part.firstRow, part.rows), signal);
        const z = await orAborted(cache.block(columnKey, columns, part.firstColumn, part.columns), signal);
        const { done } = await runner.run({ x, z }, part, (found) => {
          checkValues(found, plan.pass, kernels, part, underflows);
          putValues(block, indices, part, found.batch, found.values);
        });
        batches.push(done);
      }
    }
    return batches;
  }

  [Symbol.dispose](): void {
    for (const { cache, runner } of this.passes) {
      runner[Symbol.dispose]();
      cache[Symbol.dispose]();
    }
    this.scope.dispose();
  }
}
