import { packTail, type TailLayer } from '../../shaders/network_tail.js';
import { BufferScope } from '../gpu/buffers.js';
import { axisElements, selectionTable, type Axis, type GatherTable } from './axis.js';
import type { NetworkPass, TensorId } from './pass.js';
import { assignSlots } from './slots.js';

/** The buffers of one pass on a device, for batches of up to `maxPairs` pairs: tensors, tables and axes. */
export class TensorBuffers {
  private readonly slots: readonly GPUBuffer[];
  private readonly slotOf: readonly number[];
  private readonly tables = new Map<GatherTable, { starts: GPUBuffer; sources: GPUBuffer }>();
  private readonly tails = new Map<readonly TailLayer[], GPUBuffer>();
  private readonly axes = new Map<string, GPUBuffer>();
  private readonly selections = new Map<string, GatherTable>();
  readonly pairs: GPUBuffer;

  constructor(
    private readonly scope: BufferScope,
    readonly pass: NetworkPass,
    maxPairs: number,
  ) {
    const { slotOf, sizes } = assignSlots(pass);
    this.slotOf = slotOf;
    this.slots = sizes.map((size, slot) => scope.storage(`tensor ${slot}`, 4 * size * maxPairs));
    this.pairs = scope.storage('pairs', 8 * maxPairs);
  }

  tensor(id: TensorId): GPUBuffer {
    return this.slots[this.slotOf[id]];
  }

  /** (p, q) of every element of an axis. */
  axis(axis: Axis): GPUBuffer {
    const key = JSON.stringify(axis);
    let buffer = this.axes.get(key);
    if (buffer === undefined) {
      buffer = this.scope.upload('axis', Uint32Array.from(axisElements(axis).flat()));
      this.axes.set(key, buffer);
    }
    return buffer;
  }

  table(table: GatherTable): { starts: GPUBuffer; sources: GPUBuffer } {
    let buffers = this.tables.get(table);
    if (buffers === undefined) {
      buffers = {
        starts: this.scope.upload('starts', table.starts),
        sources: this.scope.upload('sources', table.sources),
      };
      this.tables.set(table, buffers);
    }
    return buffers;
  }

  tail(layers: readonly TailLayer[]): GPUBuffer {
    let buffer = this.tails.get(layers);
    if (buffer === undefined) {
      buffer = this.scope.upload('layers', packTail(layers));
      this.tails.set(layers, buffer);
    }
    return buffer;
  }

  /** The table that copies an axis. */
  copyTable(axis: Axis): GatherTable {
    const key = JSON.stringify(axis);
    let table = this.selections.get(key);
    if (table === undefined) {
      table = selectionTable(axis, axis);
      this.selections.set(key, table);
    }
    return table;
  }
}
