import type { PlaneLayer } from '../../shaders/shared/network_planes.js';
import type { ActivationOperation, GraphNode, LinearOperation, NetworkGraph } from './graph.js';
import type { CompiledRun } from './pass.js';
import type { PlaneRun } from './plane-runs.js';

/** Tensors as they are stored, by the graph's numbers. */
export function compileRun(graph: NetworkGraph, exponents: readonly number[], run: PlaneRun): CompiledRun {
  const { nodes } = graph;
  const numbers = run.layers.map(({ linear, activation }, index): PlaneLayer => {
    const input = index === 0 ? run.source : lastNode(run.layers[index - 1]);
    const between = linear ?? input;
    const weights = linear === undefined ? undefined : (nodes[linear].operation as LinearOperation);
    const conv = weights?.window?.layer === 'conv' ? weights.window : undefined;
    const acts = activation === undefined ? undefined : (nodes[activation].operation as ActivationOperation);
    const to = activation ?? between;
    return {
      gain: (weights?.gain ?? 1) * 2 ** (exponents[input] - exponents[between]),
      bias: (weights?.bias ?? 0) * 2 ** -exponents[between],
      trained: weights?.trained ?? false,
      windowed: conv !== undefined && conv.size > 1,
      active: activation !== undefined,
      shape: acts?.shape ?? 0,
      ...activationScales(exponents[between], exponents[to]),
    };
  });
  const pooling = nodes[run.source];
  const sourceGain = run.sourceKind === 'parts' ? scaledGain(exponents, pooling, run.source) : 1;
  return { ...run, numbers, sourceGain };
}

function lastNode({ linear, activation }: PlaneRun['layers'][number]): number {
  return (activation ?? linear)!;
}

/** The tables of a linear node, between tensors as they are stored. */
export function scaledGain(
  exponents: readonly number[],
  { operation, inputs }: GraphNode,
  index: number,
): number {
  return (operation as LinearOperation).gain * 2 ** (exponents[inputs[0]] - exponents[index]);
}

export function activationScales(from: number, to: number) {
  return { sigmaScale: 2 ** from, kScale: 2 ** -to, thetaScale: 2 ** (from - to) };
}
