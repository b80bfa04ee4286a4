import type { TailLayer } from '../../shaders/network_tail.js';
import { activationScales, scaledGain } from './compile-run.js';
import type { NetworkGraph } from './graph.js';

/**
 * Dense layers and activations one after the other, on vectors, up to the end of a network, that nobody reads within: one
 * dispatch takes them all.
 */
export interface Tail {
  /** The node whose numbers it begins with. */
  readonly source: number;
  /** Nodes of the graph. */
  readonly nodes: readonly number[];
  /** Some of them are activations, which need variances. */
  readonly activated: boolean;
}

/** @param fused Nodes that are part of a run of the fused plane kernel. */
export function findTails({ nodes, ends }: NetworkGraph, fused: ReadonlySet<number>): Tail[] {
  const readers = nodes.map((): number[] => []);
  for (const [index, { inputs }] of nodes.entries()) for (const input of inputs) readers[input].push(index);
  const isOfVectors = (index: number): boolean => {
    const { operation, inputs } = nodes[index];
    const [source] = inputs;
    if (fused.has(index)) return false;
    if (operation.kind === 'activation') return nodes[source].height * nodes[source].width === 1;
    return operation.kind === 'linear' && operation.window === undefined;
  };
  /** Backwards from an end. */
  const tailOf = (end: number): Tail[] => {
    const chain: number[] = [];
    for (let node = end; isOfVectors(node); [node] = nodes[node].inputs) {
      const inner = node !== end;
      if (readers[node].length !== (inner ? 1 : 0) || (inner && ends.includes(node))) break;
      chain.unshift(node);
    }
    if (chain.length === 0) return [];
    const activated = chain.some((node) => nodes[node].operation.kind === 'activation');
    return [{ source: nodes[chain[0]].inputs[0], nodes: chain, activated }];
  };
  // Equal networks have one end.
  return [...new Set(ends)].flatMap(tailOf);
}

/** Its layers, between numbers as they are stored. */
export function tailLayers({ nodes }: NetworkGraph, exponents: readonly number[], tail: Tail): TailLayer[] {
  return tail.nodes.flatMap((index): TailLayer[] => {
    const node = nodes[index];
    const { operation, inputs } = node;
    if (operation.kind === 'linear') {
      const { trained } = operation;
      const bias = operation.bias * 2 ** -exponents[index];
      return [{ kind: 'dense', gain: scaledGain(exponents, node, index), bias, trained }];
    }
    if (operation.kind !== 'activation') return [];
    const { activation: kind, shape } = operation;
    return [{ kind, shape, ...activationScales(exponents[inputs[0]], exponents[index]) }];
  });
}
