import type { PlaneEntry } from '../../shaders/shared/network_planes.js';
import { sumTable, type Axis } from './axis.js';
import { activationScales, compileRun, scaledGain } from './compile-run.js';
import { nodeExponents } from './exponents.js';
import type { ActivationOperation, GraphNode, LinearOperation, NetworkGraph } from './graph.js';
import { GatherSteps } from './gather-steps.js';
import { neededAxes, type NodeAxes } from './needs.js';
import type { CompiledPasses, CompiledRun, NetworkPass, NodeTensors, TensorId } from './pass.js';
import { firstPart, partsAxis, partsOfPooled, partsTable } from './parts.js';
import type { PlaneRun } from './plane-runs.js';
import { findTails, tailLayers, type Tail } from './tails.js';

/**
 * The steps of both passes.
 *
 * @param theta False if only NNGP kernels are asked for.
 * @param planeRuns What the fused plane kernel does; all else is done layer by layer.
 */
export function compilePasses(
  graph: NetworkGraph,
  pixelExponent: number,
  theta: boolean,
  planeRuns: readonly PlaneRun[] = [],
): CompiledPasses {
  const exponents = nodeExponents(graph, pixelExponent);
  const runs = planeRuns.map((run) => compileRun(graph, exponents, run));
  const fused = new Set(runs.flatMap(({ layers }) => layers.flatMap(({ activation = [] }) => activation)));
  const tails = findTails(graph, fused);
  for (const { nodes } of tails) for (const node of nodes) fused.add(node);
  // Activations of one input share their variances.
  const activated = [
    ...new Set([
      ...graph.nodes.flatMap(({ operation, inputs }, index) =>
        operation.kind === 'activation' && !fused.has(index) ? inputs : [],
      ),
      ...tails.flatMap((tail) => (tail.activated ? [tail.source] : [])),
    ]),
  ];
  return {
    runs,
    variances: new PassCompiler(graph, exponents, activated, 'variances', false, runs, tails).compile(),
    values: new PassCompiler(graph, exponents, activated, 'values', theta, runs, tails).compile(),
    varianceShapes: activated.map((node) => ({
      height: graph.nodes[node].height,
      width: graph.nodes[node].width,
    })),
  };
}

class PassCompiler extends GatherSteps {
  private readonly axes: readonly (NodeAxes | undefined)[];
  private readonly held: NodeTensors[] = [];
  /** [nodes]: how many of its readers are still to come; an end has one that never comes. */
  private readonly readers: number[];
  /** The run that a node is part of, and the tail; variances go through it beside the pairs. */
  private readonly runOf = new Map<number, number>();
  private readonly tailOf = new Map<number, Tail>();

  constructor(
    private readonly graph: NetworkGraph,
    private readonly exponents: readonly number[],
    private readonly activated: readonly number[],
    private readonly pass: 'values' | 'variances',
    private readonly wantsTheta: boolean,
    private readonly runs: readonly CompiledRun[],
    tails: readonly Tail[],
  ) {
    super();
    this.axes = neededAxes(graph, pass);
    this.readers = graph.nodes.map(() => 0);
    for (const [run, { layers, result, source, sourceKind }] of runs.entries()) {
      for (const { linear, activation } of layers) {
        for (const node of [linear, activation, result]) if (node !== undefined) this.runOf.set(node, run);
      }
      if (sourceKind !== 'pixels') this.readers[source]++;
    }
    for (const tail of tails) {
      for (const node of tail.nodes) this.tailOf.set(node, tail);
      if (pass === 'values') this.readers[tail.source]++;
    }
    for (const [index, { inputs }] of graph.nodes.entries()) {
      if (this.axes[index] === undefined || this.runOf.has(index) || this.tailOf.has(index)) continue;
      for (const input of inputs) this.readers[input]++;
    }
    for (const end of graph.ends) this.readers[end]++;
  }

  compile(): NetworkPass {
    const { nodes, ends } = this.graph;
    for (const [index, node] of nodes.entries()) {
      const axes = this.axes[index];
      const run = this.runOf.get(index);
      const tail = this.tailOf.get(index);
      if (run !== undefined) {
        if (index === this.runs[run].result) this.throughRun(run);
      } else if (tail !== undefined) {
        if (index === tail.nodes.at(-1) && this.pass === 'values') this.throughTail(tail, index);
      } else {
        if (axes === undefined) continue;
        // Runs multiply images themselves.
        const unread = this.readers[index] === 0 && !this.activated.includes(index);
        if (node.operation.kind === 'input' && unread) continue;
        for (const input of node.inputs) this.readers[input]--;
        this.held[index] = this.throughNode(index, node, axes);
      }
      if (axes === undefined || (this.held[index] as NodeTensors | undefined) === undefined) continue;
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
    this.steps.push({
      kind: 'activation',
      operation,
      ...own,
      variance: this.activated.indexOf(input),
      ...activationScales(this.exponents[input], this.exponents[index]),
    });
    return own;
  }

  /** A run of the fused plane kernel, up to the node that holds its result. */
  private throughRun(index: number): void {
    const run = this.runs[index];
    const { end, result } = run;
    const source = run.sourceKind === 'pixels' ? undefined : this.held[run.source];
    if (source !== undefined) this.readers[run.source]--;
    // Fields hold pixels as well.
    const readsFields = source === undefined || run.layers.some(({ activation }) => activation !== undefined);
    if (this.pass === 'variances' && readsFields) {
      const entry = this.planeEntry(run, source, [0, 0], [0, 0]);
      this.steps.push({ kind: 'lambdas', run: index, source, entry });
    }
    const axes = this.axes[end];
    if (axes === undefined || this.axes[result] === undefined) return;
    const { rows, columns } = axes;
    const stored: NodeAxes =
      run.sink === 'parts'
        ? { rows: partsAxis(rows, run.span), columns: partsAxis(columns, 1) }
        : run.sink === 'sums'
          ? { rows: { ...rows, positions: 1 }, columns: { ...columns, positions: 2 } }
          : axes;
    const spans = { rows: run.span, columns: 1 };
    const slot = (along: 'rows' | 'columns', d: number) =>
      run.sink === 'parts' ? firstPart(stored[along], d, spans[along]) : axes[along].classes.indexOf(d);
    const entries = rows.classes.flatMap((dy) =>
      columns.classes.map((dx) =>
        this.planeEntry(run, source, [dx, dy], [slot('columns', dx), slot('rows', dy)]),
      ),
    );
    const hasTheta = this.wantsTheta && this.graph.nodes[end].hasTheta;
    const sigma = this.tensor(stored);
    // The kernel always writes it.
    const theta = run.sink === 'sums' ? undefined : this.tensor(stored);
    this.steps.push({ kind: 'planes', run: index, source, result: { sigma, theta }, entries });
    const tensors: NodeTensors = hasTheta ? { sigma, theta } : { sigma };
    this.held[result] =
      run.sink === 'whole'
        ? tensors
        : run.sink === 'sums'
          ? this.summedPlanes(run, tensors.sigma, hasTheta)
          : this.pooledParts(run, tensors);
  }

  private throughTail(tail: Tail, last: number): void {
    const source = this.held[tail.source];
    const axes = this.tensors[source.sigma];
    const hasTheta = this.wantsTheta && this.graph.nodes[last].hasTheta;
    const result = { sigma: this.tensor(axes), theta: hasTheta ? this.tensor(axes) : undefined };
    const variance = tail.activated ? this.activated.indexOf(tail.source) : undefined;
    this.held[last] = result;
    const layers = tailLayers(this.graph, this.exponents, tail);
    this.steps.push({ kind: 'tail', layers, source, result, variance });
  }

  private planeEntry(
    { sourceKind, sourceSpan }: PlaneRun,
    source: NodeTensors | undefined,
    d: readonly [number, number],
    slot: readonly [number, number],
  ): PlaneEntry {
    if (source === undefined) return { d, slot, sourceX: [0], sourceY: [0] };
    const { rows, columns } = this.tensors[source.sigma];
    const slots = (axis: Axis, of: number, span: number) =>
      sourceKind === 'parts' ? partsOfPooled(axis, of, span) : [axis.classes.indexOf(of)];
    return { d, slot, sourceX: slots(columns, d[0], 1), sourceY: slots(rows, d[1], sourceSpan) };
  }

  /** The sums over planes, (Σ, Θ) each, added up and scaled as gap does. */
  private summedPlanes({ result }: PlaneRun, sums: TensorId, hasTheta: boolean): NodeTensors {
    const gain = scaledGain(this.exponents, this.graph.nodes[result], result);
    const { rows, columns } = this.tensors[sums];
    const one: Axis = { positions: 1, classes: [0] };
    const half = { rows: one, columns };
    const added = this.gather('rows', sums, half, sumTable(rows.classes.length), {});
    const total = (field: number) =>
      this.gather('columns', added, { rows: one, columns: one }, sumTable(columns.classes.length, 2, field), {
        gain,
      });
    return { sigma: total(0), theta: hasTheta ? total(1) : undefined };
  }

  /** The pixels as they are for a run that begins with them, else the planes that they are parts of. */
  private pooledParts({ result, span }: PlaneRun, parts: NodeTensors): NodeTensors {
    if (this.runs.some(({ source, sourceKind }) => source === result && sourceKind === 'parts')) return parts;
    const gain = scaledGain(this.exponents, this.graph.nodes[result], result);
    const axes = this.axes[result]!;
    const pooled = (tensor: TensorId): TensorId => {
      const { rows, columns } = this.tensors[tensor];
      const half = { rows: axes.rows, columns };
      const summed = this.gather('rows', tensor, half, partsTable(rows, axes.rows, span), {});
      return this.gather('columns', summed, axes, partsTable(columns, axes.columns, 1), { gain });
    };
    return {
      sigma: pooled(parts.sigma),
      theta: parts.theta === undefined ? undefined : pooled(parts.theta),
    };
  }

  private throughLinear(
    operation: LinearOperation,
    input: number,
    index: number,
    axes: NodeAxes,
  ): NodeTensors {
    const { sigma, theta } = this.held[input];
    const gain = scaledGain(this.exponents, this.graph.nodes[index], index);
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
}
