import { isIdentity, selectionTable, windowTable, type Axis, type GatherTable } from './axis.js';
import type { LinearOperation } from './graph.js';
import type { NodeAxes } from './needs.js';
import type { Step, TensorId } from './pass.js';
import { axisWindow, type WindowLayer } from './window.js';

export interface GatherOptions {
  readonly gain?: number;
  readonly bias?: number;
  readonly added?: TensorId;
  readonly keep?: number;
}

/** The tensors and steps of a pass as they are put together, with the gathers of which linear layers are made. */
export class GatherSteps {
  protected readonly tensors: NodeAxes[] = [];
  protected readonly steps: Step[] = [];
  private readonly tables = new Map<string, GatherTable>();

  /** Window sums along rows, then along columns, with gain, bias and what is added in the last of these gathers. */
  protected window(
    { window }: LinearOperation,
    source: TensorId,
    axes: NodeAxes,
    options: GatherOptions,
  ): TensorId {
    const { rows, columns } = this.tensors[source];
    const rowTable = this.table(window, rows, axes.rows);
    if (isIdentity(rowTable, rows)) {
      return this.gather('columns', source, axes, this.table(window, columns, axes.columns), options);
    }
    const columnTable = this.table(window, columns, axes.columns);
    if (isIdentity(columnTable, columns)) return this.gather('rows', source, axes, rowTable, options);
    const half = this.gather('rows', source, { rows: axes.rows, columns }, rowTable, {});
    return this.gather('columns', half, axes, columnTable, options);
  }

  /** The planes of `axes`, out of those that the tensor has; itself if it has no others. */
  protected selected(source: TensorId, axes: NodeAxes): TensorId {
    let tensor = source;
    for (const along of ['rows', 'columns'] as const) {
      const has = this.tensors[tensor];
      const table = this.table(undefined, has[along], axes[along]);
      if (isIdentity(table, has[along])) continue;
      tensor = this.gather(along, tensor, { ...has, [along]: axes[along] }, table, {});
    }
    return tensor;
  }

  protected copied(source: TensorId, axes: NodeAxes): TensorId {
    const selected = this.selected(source, axes);
    return selected === source ? this.gather('columns', source, axes, undefined, {}) : selected;
  }

  protected gather(
    along: 'rows' | 'columns',
    source: TensorId,
    axes: NodeAxes,
    table = this.table(undefined, axes[along], axes[along]),
    { gain = 1, bias = 0, added, keep = 0 }: GatherOptions,
  ): TensorId {
    const result = this.tensor(axes);
    this.steps.push({ kind: 'gather', along, table, source, result, gain, bias, added, keep });
    return result;
  }

  /** The table of a window layer, or of a selection; most layers of a network share theirs. */
  protected table(window: WindowLayer | undefined, input: Axis, output: Axis): GatherTable {
    const key = JSON.stringify([window, input, output]);
    let table = this.tables.get(key);
    if (table === undefined) {
      table = window
        ? windowTable(axisWindow(window, input.positions), input, output)
        : selectionTable(input, output);
      this.tables.set(key, table);
    }
    return table;
  }

  protected tensor(axes: NodeAxes): TensorId {
    this.tensors.push(axes);
    return this.tensors.length - 1;
  }
}
