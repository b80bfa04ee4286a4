import { contract as nearContract, NEAR_BLOCK } from '../../shaders/near_pairs.js';
import { contract as valuesContract, walkOf } from '../../shaders/tile_values.js';
import { BufferScope } from '../gpu/buffers.js';
import type { Gpu } from '../gpu/gpu.js';
import type { Program } from '../gpu/program.js';
import { Recording } from '../gpu/recording.js';
import { orAborted } from '../signals/or-aborted.js';
import { batchesOf, pairsInBatch, type TileBatch } from './batches.js';
import type { DeviceUse } from './device-use.js';
import { fieldBindings, type ImageFields } from './image-fields.js';
import { Pacer } from './pacer.js';
import { SUBMISSIONS_IN_FLIGHT, type PassPlan } from './pass-plan.js';
import { planeDispatch, planeTables, type PlaneSlice, type PlaneTables } from './plane-dispatch.js';
import type { OutputTables } from './tile-outputs.js';
import type { Tile } from './tiles.js';

/** Finished values of a batch of a tile's pairs. */
export interface BatchValues {
  readonly batch: TileBatch;
  /** [outputs of the pass][rows][columns]; what stands above the diagonal of a triangle has no meaning. */
  readonly values: Float32Array;
  /** What float32 could not hold; see shaders/tile_values.ts. */
  readonly problems: Uint32Array;
}

/** What is read of the images of rows, and of columns. */
export interface PairFields {
  readonly x: ImageFields;
  readonly z: ImageFields;
}

interface Slot {
  readonly partialSums: GPUBuffer;
  readonly values: GPUBuffer;
  readonly problems: GPUBuffer;
}

type Store = (values: BatchValues) => void;

interface Hooks {
  readonly advance: (elementLayers: number) => void;
  readonly signal: AbortSignal | undefined;
  readonly use?: DeviceUse;
}

/** No entry is beyond float32, none below it. */
const NO_PROBLEMS = Uint32Array.of(0xffffffff, 0, 0xffffffff);

/**
 * Feeds the device with batches of a tile's pairs: the next batch is encoded while the last one computes. A batch is as
 * large as the pacer finds right; a pair that is longer than that is submitted in slices of its planes. The host names
 * rectangles of pairs, never a pair.
 */
export class TileRunner implements Disposable {
  private readonly pacer: Pacer;
  private readonly slots: Slot[] = [];
  private readonly inFlight: { slot: Slot; stored: Promise<void> }[] = [];

  private constructor(
    private readonly gpu: Gpu,
    private readonly plan: PassPlan,
    private readonly outputs: OutputTables,
    private readonly hooks: Hooks,
    private readonly planeKernel: Program,
    private readonly nearPairs: Program | undefined,
    private readonly tileValues: Program,
    private readonly scope: BufferScope,
    private readonly tables: PlaneTables,
    /** One for all submissions, which the device computes one after the other. */
    private readonly scratch: GPUBuffer,
  ) {
    this.pacer = new Pacer(gpu.description.software);
  }

  static async create(gpu: Gpu, plan: PassPlan, outputs: OutputTables, hooks: Hooks): Promise<TileRunner> {
    const { signal } = hooks;
    const planeKernel = await orAborted(gpu.program(plan.variant.contract, plan.constants.planes), signal);
    const near =
      plan.nearWorkgroups > 0
        ? await orAborted(gpu.program(nearContract, plan.constants.near), signal)
        : undefined;
    const tileValues = await orAborted(gpu.program(valuesContract), signal);
    const scope = new BufferScope(gpu.device);
    const tables = planeTables(scope, plan.pass);
    const scratch = scope.storage('scratch', plan.nearBytes);
    return new TileRunner(gpu, plan, outputs, hooks, planeKernel, near, tileValues, scope, tables, scratch);
  }

  /**
   * Submits every pair of a tile. What is in flight when this returns may be of this tile or an earlier one.
   *
   * @param store Gets the values, a batch at a time.
   * @returns when all is submitted; `done` when all is stored.
   */
  async run(fields: PairFields, tile: Tile, store: Store): Promise<{ readonly done: Promise<unknown> }> {
    const { maxPairs, elementLayersPerPair } = this.plan;
    const all: Promise<void>[] = [];
    const batches = batchesOf(tile, () => Math.min(maxPairs, this.pacer.units(elementLayersPerPair)));
    for (;;) {
      if (this.inFlight.length >= SUBMISSIONS_IN_FLIGHT) await this.retire();
      this.hooks.signal?.throwIfAborted();
      const next = batches.next();
      if (next.done === true) break;
      const batch = next.value;
      const slot = this.slots.pop() ?? this.createSlot();
      const stored = this.submit(slot, fields, tile, batch).then(store);
      // Awaited in retire() and by `done`; until then a failure must not count as unhandled.
      stored.catch(() => undefined);
      all.push(stored);
      this.inFlight.push({ slot, stored });
    }
    const done = Promise.all(all);
    done.catch(() => undefined);
    return { done };
  }

  [Symbol.dispose](): void {
    this.scope.dispose();
  }

  private async retire(): Promise<void> {
    const { slot, stored } = this.inFlight.shift()!;
    await orAborted(stored, this.hooks.signal);
    this.slots.push(slot);
    this.hooks.signal?.throwIfAborted();
  }

  private async submit(slot: Slot, fields: PairFields, tile: Tile, batch: TileBatch): Promise<BatchValues> {
    const { plan, gpu, tables } = this;
    const { elementLayersPerPair, workgroups } = plan;
    const workPerWorkgroup = (elementLayersPerPair / workgroups) * pairsInBatch(batch);
    const buffers = {
      ...fieldBindings(plan.variant.contract, fields.x, fields.z),
      partial_sums: slot.partialSums,
      ...tables,
    };
    let data: ArrayBuffer[] = [];
    for (const slice of this.slices(batch, workPerWorkgroup)) {
      const { workgroups: grid, params } = planeDispatch(plan, batch, slice);
      const recording = new Recording(gpu).add(this.planeKernel, buffers, grid, params);
      const last = slice.first + slice.count === workgroups;
      if (last) this.finish(recording, fields, slot, tile, batch);
      const work = slice.count * workPerWorkgroup;
      const result = await this.pacer.time(work, (quietMs) => recording.submit({ quietMs, timed: true }));
      data = result.data;
      this.hooks.use?.add(result.interval);
      this.hooks.advance(work);
      if (!last) this.hooks.signal?.throwIfAborted();
    }
    const [values, problems] = data;
    return { batch, values: new Float32Array(values), problems: new Uint32Array(problems) };
  }

  /** A pair's planes, all at once or, where a single pair is too long, in parts of about the same size: a small rest costs as much to start. */
  private *slices({ rows, columns }: TileBatch, workPerWorkgroup: number): Generator<PlaneSlice> {
    const { workgroups } = this.plan;
    const most = Math.min(
      workgroups,
      this.gpu.limits.maxComputeWorkgroupsPerDimension,
      rows * columns > 1 ? workgroups : this.pacer.units(workPerWorkgroup),
    );
    const size = Math.ceil(workgroups / Math.ceil(workgroups / most));
    for (let first = 0; first < workgroups; first += size)
      yield { first, count: Math.min(size, workgroups - first) };
  }

  private finish(recording: Recording, fields: PairFields, slot: Slot, tile: Tile, batch: TileBatch): void {
    const { pass, channels, nearWorkgroups } = this.plan;
    const { rows, columns, firstRow, firstColumn, triangle } = batch;
    const groups = pass.planes.length;
    if (this.nearPairs !== undefined) {
      recording.add(
        this.nearPairs,
        {
          x_fields: fields.x.xFields,
          z_fields: fields.z.zFields,
          x_reaches: fields.x.reaches,
          z_reaches: fields.z.reaches,
          radii: this.tables.radii,
          layer_slots: this.tables.layer_slots,
          partial_sums: slot.partialSums,
          scratch: this.scratch,
        },
        [
          Math.min(
            nearWorkgroups,
            Math.ceil(rows / NEAR_BLOCK.rows) * Math.ceil(columns / NEAR_BLOCK.columns),
          ),
        ],
        {
          ...{ channels, layers: pass.layers, readouts: pass.radii.length, taps: pass.taps },
          ...{ theta0: pass.theta0, groups, first_row: firstRow, first_column: firstColumn },
          ...{ rows, columns, triangle: triangle ? 1 : 0 },
        },
      );
    }
    const outputs = pass.outputs.length;
    this.gpu.device.queue.writeBuffer(slot.problems, 0, NO_PROBLEMS);
    recording
      .add(
        this.tileValues,
        {
          partial_sums: slot.partialSums,
          values: slot.values,
          problems: slot.problems,
          ...this.outputs,
        },
        [Math.ceil(columns / 64), Math.ceil(rows / walkOf(groups)), outputs],
        {
          groups,
          taps: pass.taps,
          outputs,
          first_row: tile.firstRow + batch.firstRow,
          first_column: tile.firstColumn + batch.firstColumn,
          rows,
          columns,
          walk: walkOf(groups),
          triangle: batch.triangle ? 1 : 0,
        },
      )
      .read(slot.values, 0, 4 * outputs * rows * columns)
      .read(slot.problems);
  }

  private createSlot(): Slot {
    const { maxPairs, pass } = this.plan;
    return {
      partialSums: this.scope.storage('partial_sums', 8 * maxPairs * pass.planes.length * pass.taps),
      values: this.scope.storage('values', 4 * maxPairs * pass.outputs.length),
      problems: this.scope.storage('problems', NO_PROBLEMS.byteLength),
    };
  }
}
