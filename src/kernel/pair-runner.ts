import { contract as sumContract } from '../../shaders/sum_planes.js';
import { BufferScope } from '../gpu/buffers.js';
import type { Gpu } from '../gpu/gpu.js';
import type { Program } from '../gpu/program.js';
import { Recording } from '../gpu/recording.js';
import type { DeviceUse } from './device-use.js';
import { orAborted } from '../signals/or-aborted.js';
import { Pacer } from './pacer.js';
import { SUBMISSIONS_IN_FLIGHT, type PassPlan } from './pass-plan.js';
import { planeParameters, planeTables, type PlaneTables } from './plane-dispatch.js';
import { pairsOf, type ImagePair, type Tile } from './tiles.js';

/** Sums of a batch of pairs: [pairs][taps][2], the two being ΣK and ΣU. */
export interface PairSums {
  readonly pairs: readonly ImagePair[];
  readonly sums: Float32Array;
}

interface Slot {
  readonly pairs: GPUBuffer;
  readonly partialSums: GPUBuffer;
  readonly sums: GPUBuffer;
}

type Store = (sums: PairSums) => void;

interface Hooks {
  readonly advance: (elementLayers: number) => void;
  readonly signal: AbortSignal | undefined;
  readonly use?: DeviceUse;
}

/**
 * Feeds the device with batches of pairs: the next batch is encoded and uploaded while the last one computes. A batch
 * is as large as the pacer finds right; a pair that is longer than that is submitted in slices of its planes.
 */
export class PairRunner implements Disposable {
  private readonly pacer: Pacer;
  private readonly slots: Slot[] = [];
  private readonly inFlight: { slot: Slot; stored: Promise<void> }[] = [];

  private constructor(
    private readonly gpu: Gpu,
    private readonly plan: PassPlan,
    private readonly hooks: Hooks,
    private readonly planeKernel: Program,
    private readonly sumPlanes: Program,
    private readonly scope: BufferScope,
    private readonly tables: PlaneTables,
  ) {
    this.pacer = new Pacer(gpu.description.software);
  }

  static async create(gpu: Gpu, plan: PassPlan, hooks: Hooks): Promise<PairRunner> {
    const { signal } = hooks;
    const planeKernel = await orAborted(gpu.program(plan.variant.contract, plan.constants.planes), signal);
    const sumPlanes = await orAborted(gpu.program(sumContract), signal);
    const scope = new BufferScope(gpu.device);
    return new PairRunner(gpu, plan, hooks, planeKernel, sumPlanes, scope, planeTables(scope, plan.pass));
  }

  /**
   * Submits every pair of a tile. What is in flight when this returns may be of this tile or an earlier one.
   *
   * @param store Gets the sums, a batch at a time.
   * @returns when all is submitted; `done` when all is stored.
   */
  async run(
    fields: { xFields: GPUBuffer; zFields: GPUBuffer },
    tile: Tile,
    store: Store,
  ): Promise<{ readonly done: Promise<unknown> }> {
    const pairs = pairsOf(tile);
    const all: Promise<void>[] = [];
    for (;;) {
      if (this.inFlight.length >= SUBMISSIONS_IN_FLIGHT) await this.retire();
      this.hooks.signal?.throwIfAborted();
      const limit = Math.min(this.plan.maxPairs, this.pacer.units(this.plan.elementLayersPerPair));
      const batch: ImagePair[] = [];
      while (batch.length < limit) {
        const next = pairs.next();
        if (next.done) break;
        batch.push(next.value);
      }
      if (batch.length === 0) break;
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

  /** Waits for everything submitted. */
  async drain(): Promise<void> {
    while (this.inFlight.length > 0) await this.retire();
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

  private async submit(
    slot: Slot,
    fields: { xFields: GPUBuffer; zFields: GPUBuffer },
    tile: Tile,
    pairs: ImagePair[],
  ): Promise<PairSums> {
    const { plan, gpu } = this;
    const { pass, groups, workgroups } = plan;
    const rows = pairs.flatMap(({ row, column }) => [
      row - tile.firstRow,
      column - tile.firstColumn,
      tile.symmetric && row === column ? 1 : 0,
    ]);
    gpu.device.queue.writeBuffer(slot.pairs, 0, Uint32Array.from(rows));
    const buffers = {
      x_fields: fields.xFields,
      z_fields: fields.zFields,
      pairs: slot.pairs,
      partial_sums: slot.partialSums,
      ...this.tables,
    };
    const workPerWorkgroup = (plan.elementLayersPerPair / workgroups) * pairs.length;
    const most = Math.min(
      workgroups,
      gpu.limits.maxComputeWorkgroupsPerDimension,
      // Several pairs fit a submission: only a single one may be too long.
      pairs.length > 1 ? workgroups : this.pacer.units(workPerWorkgroup),
    );
    // Of about the same size: a small rest costs as much to start.
    const slice = Math.ceil(workgroups / Math.ceil(workgroups / most));
    const taps = pass.taps;
    let data: ArrayBuffer[] = [];
    for (let first = 0; first < workgroups; first += slice) {
      const count = Math.min(slice, workgroups - first);
      const recording = new Recording(gpu).add(
        this.planeKernel,
        buffers,
        [count, pairs.length],
        planeParameters(plan, first),
      );
      const last = first + count === workgroups;
      if (last) {
        const entries = pairs.length * taps;
        recording
          .add(
            this.sumPlanes,
            { partial_sums: slot.partialSums, sums: slot.sums },
            spread(Math.ceil(entries / 64)),
            {
              groups,
              taps,
              entries,
            },
          )
          .read(slot.sums, 0, 8 * entries);
      }
      const work = count * workPerWorkgroup;
      const result = await this.pacer.time(work, (quietMs) => recording.submit({ quietMs, timed: true }));
      data = result.data;
      this.hooks.use?.add(result.interval);
      this.hooks.advance(work);
      if (!last) this.hooks.signal?.throwIfAborted();
    }
    return { pairs, sums: new Float32Array(data[0]) };
  }

  private createSlot(): Slot {
    const { maxPairs, groups, pass } = this.plan;
    return {
      pairs: this.scope.storage('pairs', 12 * maxPairs),
      partialSums: this.scope.storage('partial_sums', 8 * maxPairs * groups * pass.taps),
      sums: this.scope.storage('sums', 8 * maxPairs * pass.taps),
    };
  }
}

/** `count` workgroups as a grid within the limit of 65,535 per dimension. */
function spread(count: number): [number, number] {
  const x = Math.min(count, 32_768);
  return [x, Math.ceil(count / x)];
}
