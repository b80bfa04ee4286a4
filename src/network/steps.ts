import { isIdentity, selectionTable, windowTable, type Axis, type GatherTable } from './axis.js';
import { nodeExponents } from './exponents.js';
import type { ActivationOperation, GraphNode, LinearOperation, NetworkGraph } from './graph.js';
import { neededAxes, type NodeAxes } from './needs.js';
import { axisWindow, type WindowLayer } from './window.js';

/** A tensor of every pair of a batch, [pairs][elements of rows][elements of columns], by its number in the pass. */
export type TensorId = number;

/** What an executor does, one dispatch each, in this order. */
export type Step =
  | { readonly kind: 'products'; readonly result: TensorId }
  | {
      readonly kind: 'gather';
      readonly along: 'rows' | 'columns';
      readonly table: GatherTable;
      readonly source: TensorId;
      readonly result: TensorId;
      readonly gain: number;
      readonly bias: number;
      /** Added to the result, times keep. */
      readonly added?: TensorId;
      readonly keep: number;
    }
  | {
      readonly kind: 'activation';
      readonly operation: ActivationOperation;
      /** The tensor that is read and overwritten. */
      readonly sigma: TensorId;
      readonly theta?: TensorId;
      /** Which of the variances of the images it needs. */
      readonly variance: number;
      readonly sigmaScale: number;
      readonly kScale: number;
      readonly thetaScale: number;
    }
  /** In the pass of the variances alone: the tensor of an image with itself, one value per position, is variance k. */
  | { readonly kind: 'variance'; readonly variance: number; readonly sigma: TensorId };

/** The kernels at the end of a network, one number per pair each; the true ones are 2^exponent times what is stored. */
export interface PassOutput {
  readonly sigma: TensorId;
  /** Absent where Θ is 0, which no trained network's is. */
  readonly theta?: TensorId;
  readonly exponent: number;
}

/** One walk of a batch of pairs through all nodes that are needed. */
export interface NetworkPass {
  readonly tensors: readonly NodeAxes[];
  readonly steps: readonly Step[];
  /** [networks]; empty in the pass of the variances. */
  readonly outputs: readonly PassOutput[];
}

/** Positions of variance k: its input's height × width. */
export interface VarianceShape {
  readonly height: number;
  readonly width: number;
}

export interface CompiledPasses {
  readonly variances: NetworkPass;
  readonly values: NetworkPass;
  /** [variances] */
  readonly varianceShapes: readonly VarianceShape[];
}

/** The steps of both passes. @param theta False if only NNGP kernels are asked for. */
export function compilePasses(graph: NetworkGraph, pixelExponent: number, theta: boolean): CompiledPasses {
  const exponents = nodeExponents(graph, pixelExponent);
  // Activations of one input share their variances.
  const activated = [
    ...new Set(
      graph.nodes.flatMap(({ operation, inputs }) => (operation.kind === 'activation' ? inputs : [])),
    ),
  ];
  return {
    variances: new PassCompiler(graph, exponents, activated, 'variances', false).compile(),
    values: new PassCompiler(graph, exponents, activated, 'values', theta).compile(),
    varianceShapes: activated.map((node) => ({
      height: graph.nodes[node].height,
      width: graph.nodes[node].width,
    })),
  };
}

interface NodeTensors {
  readonly sigma: TensorId;
  readonly theta?: TensorId;
}

interface GatherOptions {
  readonly gain?: number;
  readonly bias?: number;
  readonly added?: TensorId;
  readonly keep?: number;
}

class PassCompiler {
  private readonly tensors: NodeAxes[] = [];
  private readonly steps: Step[] = [];
  private readonly axes: readonly (NodeAxes | undefined)[];
  private readonly held: NodeTensors[] = [];
  private readonly tables = new Map<string, GatherTable>();
  /** [nodes]: how many of its readers are still to come; an end has one that never comes. */
  private readonly readers: number[];

  constructor(
    private readonly graph: NetworkGraph,
    private readonly exponents: readonly number[],
    private readonly activated: readonly number[],
    private readonly pass: 'values' | 'variances',
    private readonly wantsTheta: boolean,
  ) {
    this.axes = neededAxes(graph, pass);
    this.readers = graph.nodes.map(() => 0);
    for (const [index, { inputs }] of graph.nodes.entries()) {
      if (this.axes[index] !== undefined) for (const input of inputs) this.readers[input]++;
    }
    for (const end of graph.ends) this.readers[end]++;
  }

  compile(): NetworkPass {
    const { nodes, ends } = this.graph;
    for (const [index, node] of nodes.entries()) {
      const axes = this.axes[index];
      if (axes === undefined) continue;
      for (const input of node.inputs) this.readers[input]--;
      this.held[index] = this.throughNode(index, node, axes);
      if (this.pass === 'variances' && this.activated.includes(index)) this.storeVariance(index, axes);
    }
    const outputs =
      this.pass === 'variances'
        ? []
        : ends.map((end) => ({ ...this.held[end], exponent: this.exponents[end] }));
    return { tensors: this.tensors, steps: this.steps, outputs };
  }

  private throughNode(index: number, node: GraphNode, axes: NodeAxes): NodeTensors {
    const { operation, inputs } = node;
    switch (operation.kind) {
      case 'input': {
        const result = this.tensor(axes);
        this.steps.push({ kind: 'products', result });
        return { sigma: result };
      }
      case 'activation':
        return this.throughActivation(operation, inputs[0], index, axes);
      case 'linear':
        return this.throughLinear(operation, inputs[0], index, axes);
      case 'sum':
        return this.throughSum(inputs, index, axes);
    }
  }

  private throughActivation(
    operation: ActivationOperation,
    input: number,
    index: number,
    axes: NodeAxes,
  ): NodeTensors {
    const { sigma, theta } = this.held[input];
    // In place unless somebody else reads the input, or it has more planes than the activation passes on.
    const ownTensor = (tensor: TensorId): TensorId =>
      this.readers[input] === 0 ? this.selected(tensor, axes) : this.copied(tensor, axes);
    const own = { sigma: ownTensor(sigma), theta: theta === undefined ? undefined : ownTensor(theta) };
    const [from, to] = [this.exponents[input], this.exponents[index]];
    this.steps.push({
      kind: 'activation',
      operation,
      ...own,
      variance: this.activated.indexOf(input),
      sigmaScale: 2 ** from,
      kScale: 2 ** -to,
      thetaScale: 2 ** (from - to),
    });
    return own;
  }

  private throughLinear(
    operation: LinearOperation,
    input: number,
    index: number,
    axes: NodeAxes,
  ): NodeTensors {
    const { sigma, theta } = this.held[input];
    const gain = operation.gain * 2 ** (this.exponents[input] - this.exponents[index]);
    const bias = operation.bias * 2 ** -this.exponents[index];
    const newSigma = this.window(operation, sigma, axes, { gain, bias });
    if (!this.wantsTheta) return { sigma: newSigma };
    if (theta === undefined) {
      return { sigma: newSigma, theta: operation.trained ? this.copied(newSigma, axes) : undefined };
    }
    const kept = operation.trained ? { added: newSigma, keep: 1 } : {};
    return { sigma: newSigma, theta: this.window(operation, theta, axes, { gain, ...kept }) };
  }

  private throughSum(inputs: readonly number[], index: number, axes: NodeAxes): NodeTensors {
    const summed = (terms: readonly { tensor: TensorId; exponent: number }[]): TensorId | undefined => {
      let sum: TensorId | undefined;
      for (const { tensor, exponent } of terms) {
        const gain = 2 ** (exponent - this.exponents[index]);
        const source = this.selected(tensor, axes);
        sum = this.gather('columns', source, axes, undefined, {
          gain,
          ...(sum === undefined ? {} : { added: sum, keep: 1 }),
        });
      }
      return sum;
    };
    const terms = (of: (tensors: NodeTensors) => TensorId | undefined) =>
      inputs.flatMap((input) => {
        const tensor = of(this.held[input]);
        return tensor === undefined ? [] : [{ tensor, exponent: this.exponents[input] }];
      });
    return { sigma: summed(terms(({ sigma }) => sigma))!, theta: summed(terms(({ theta }) => theta)) };
  }

  private storeVariance(index: number, axes: NodeAxes): void {
    const plane = (axis: Axis): Axis => ({ ...axis, classes: [0] });
    const sigma = this.selected(this.held[index].sigma, {
      rows: plane(axes.rows),
      columns: plane(axes.columns),
    });
    this.steps.push({ kind: 'variance', variance: this.activated.indexOf(index), sigma });
  }

  /** Window sums along rows, then along columns, with gain, bias and what is added in the last of these gathers. */
  private window(
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
  private selected(source: TensorId, axes: NodeAxes): TensorId {
    let tensor = source;
    for (const along of ['rows', 'columns'] as const) {
      const has = this.tensors[tensor];
      const table = this.table(undefined, has[along], axes[along]);
      if (isIdentity(table, has[along])) continue;
      tensor = this.gather(along, tensor, { ...has, [along]: axes[along] }, table, {});
    }
    return tensor;
  }

  private copied(source: TensorId, axes: NodeAxes): TensorId {
    const selected = this.selected(source, axes);
    return selected === source ? this.gather('columns', source, axes, undefined, {}) : selected;
  }

  private gather(
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
  private table(window: WindowLayer | undefined, input: Axis, output: Axis): GatherTable {
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

  private tensor(axes: NodeAxes): TensorId {
    this.tensors.push(axes);
    return this.tensors.length - 1;
  }
}
