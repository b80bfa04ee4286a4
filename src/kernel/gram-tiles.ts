import type { Gpu } from '../gpu/gpu.js';
import { assertGpu } from '../gpu/assert-gpu.js';
import { ArgumentError, assertCount, assertKeys, assertRunOptions } from '../checks/arguments.js';
import { ChannelValues, Underflows } from './channel-values.js';
import type { DeviceUse } from './device-use.js';
import { GRAM_OPTIONS, type GramOptions } from './gram.js';
import { ImageFieldsCache } from './image-fields.js';
import { orAborted } from '../signals/or-aborted.js';
import { PairRunner } from './pair-runner.js';
import { planPasses } from './passes.js';
import { planPass, type GramShape, type PassPlan } from './plan.js';
import { planDevice } from './subgroup-order.js';
import { ScopedSignal } from '../signals/scoped-signal.js';
import { takeImages, type TakenImages } from '../images/taken-images.js';
import { assertTile, partsOf, type Tile } from './tiles.js';
import { takeChannels } from './validate-channels.js';

export interface TilesOptions extends Omit<GramOptions, 'onProgress'> {
  /** Tiles have at most this many rows and columns, and begin at multiples of it. */
  readonly tileImages: number;
  /** Work done, in element-layers; called once or more per pair of images. */
  readonly onWork?: (elementLayers: number) => void;
  /** Is told how long the device computed; one may serve several runs. */
  readonly use?: DeviceUse;
}

export interface ComputedTile {
  readonly tile: Tile;
  /** One matrix per channel, [tile.rows][tile.columns], in the paper's scale; a diagonal tile is whole, not a triangle. */
  readonly values: readonly Float32Array[];
  /** Values so small that float32 holds few of their digits or none. */
  readonly underflows: number;
  /** The first of them, as `ntk-gap-d11-hidden of images 3 and 1`. */
  readonly firstUnderflow: string | undefined;
}

const TILES_OPTIONS: readonly (keyof TilesOptions)[] = [
  ...GRAM_OPTIONS.filter((name) => name !== 'onProgress'),
  'tileImages',
  'onWork',
  'use',
];

/**
 * The kernels of `computeGram`, a tile at a time in the order in which `tiles` names them. While a tile is consumed the
 * device computes the next one; no more than these two are in memory. Every value has the bits that `computeGram` gives
 * with the same device and variant, whatever the tiles: the sums of a pair are taken in an order of their own.
 *
 * @param tiles Of the lower triangle if `against` is absent; asked for one ahead. A tile that is finished is given out
 * at once, even if the next one is still waited for.
 * @throws as `computeGram`
 */
export async function* computeTiles(
  gpu: Gpu,
  tiles: AsyncIterable<Tile>,
  options: TilesOptions,
): AsyncGenerator<ComputedTile> {
  assertGpu('computeTiles', gpu);
  assertKeys('computeTiles', options, TILES_OPTIONS);
  assertRunOptions('computeTiles', options);
  assertCount('computeTiles: tileImages', options.tileImages);
  if (typeof (tiles as Partial<AsyncIterable<Tile>> | undefined)?.[Symbol.asyncIterator] !== 'function') {
    throw new ArgumentError('computeTiles: tiles are no AsyncIterable; an async function* gives one');
  }
  const { against, memoryBytes, variant, tileImages } = options;
  const { rows, columns } = takeImages(options.images, against);
  const channels = takeChannels(options.channels, rows);
  options.signal?.throwIfAborted();
  const shape: GramShape = { rows: rows.count, columns: columns.count, symmetric: against === undefined };
  const planOptions = { memoryBytes, variant, tileImages };
  const device = await orAborted(planDevice(gpu), options.signal);
  const plans = planPasses(channels, rows).map((pass) => planPass(pass, rows, shape, device, planOptions));
  // A consumer that goes away ends the tile that is computed ahead.
  using scope = new ScopedSignal(options.signal);
  const { signal } = scope;
  using passes = await TilePasses.create(gpu, plans, rows, columns, { ...options, channels, signal });
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
      assertTile(answer.value, shape);
      next = passes.begin({ ...answer.value }, answer.value);
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
  /** When the device has all of it to do. */
  readonly submitted: Promise<unknown>;
  readonly finished: Promise<ComputedTile>;
}

/** Whether one promise is settled before the other. @throws what the first one to settle throws. */
async function isFirst(one: Promise<unknown>, other: Promise<unknown>): Promise<boolean> {
  return Promise.race([one.then(() => true), other.then(() => false)]);
}

interface TilePass {
  readonly plan: PassPlan;
  readonly cache: ImageFieldsCache;
  readonly runner: PairRunner;
}

/** The passes of a run; fields of images stay on the device from tile to tile. */
class TilePasses implements Disposable {
  private constructor(
    private readonly passes: readonly TilePass[],
    private readonly rows: TakenImages,
    private readonly columns: TakenImages,
    private readonly channels: TilesOptions['channels'],
    private readonly signal: AbortSignal | undefined,
  ) {}

  static async create(
    gpu: Gpu,
    plans: readonly PassPlan[],
    rows: TakenImages,
    columns: TakenImages,
    { channels, signal, onWork, use }: TilesOptions,
  ): Promise<TilePasses> {
    const passes: TilePass[] = [];
    for (const plan of plans) {
      const advance = (work: number) => onWork?.(work);
      const runner = await PairRunner.create(gpu, plan, { signal, advance, use });
      passes.push({ plan, cache: new ImageFieldsCache(gpu, plan), runner });
    }
    return new TilePasses(passes, rows, columns, channels, signal);
  }

  /** @param asked The caller's object, given back with the values. */
  begin(tile: Tile, asked: Tile): OpenTile {
    const values = this.channels.map(() => new Float32Array(tile.rows * tile.columns));
    const underflows = new Underflows();
    const submitted = this.submit(tile, values, underflows);
    const finished = submitted.then(async (batches) => {
      await Promise.all(batches);
      return { tile: asked, values, underflows: underflows.count, firstUnderflow: underflows.first };
    });
    // Both are awaited later; until then a failure must not count as unhandled.
    for (const each of [submitted, finished]) each.catch(() => undefined);
    return { submitted, finished };
  }

  /** @returns when all is submitted, what ends when it is in `values`. */
  private async submit(
    tile: Tile,
    values: readonly Float32Array[],
    underflows: Underflows,
  ): Promise<Promise<unknown>[]> {
    const { rows, columns, signal } = this;
    const columnKey = rows === columns ? 'rows' : 'columns';
    const batches: Promise<unknown>[] = [];
    for (const { plan, cache, runner } of this.passes) {
      const reader = new ChannelValues(plan.pass, this.channels, rows.scales, columns.scales, underflows);
      const store = (sums: Parameters<typeof reader.read>[0]) => {
        reader.read(sums, (channel, row, column, value) => {
          const [r, c] = [row - tile.firstRow, column - tile.firstColumn];
          values[channel][r * tile.columns + c] = value;
          if (tile.symmetric && tile.firstRow === tile.firstColumn)
            values[channel][c * tile.columns + r] = value;
        });
      };
      for (const part of partsOf(tile, plan.blockImages)) {
        const x = await orAborted(cache.block('rows', rows, part.firstRow, part.rows), signal);
        const z = await orAborted(cache.block(columnKey, columns, part.firstColumn, part.columns), signal);
        batches.push((await runner.run({ xFields: x.xFields, zFields: z.zFields }, part, store)).done);
      }
    }
    return batches;
  }

  [Symbol.dispose](): void {
    for (const { cache, runner } of this.passes) {
      runner[Symbol.dispose]();
      cache[Symbol.dispose]();
    }
  }
}
