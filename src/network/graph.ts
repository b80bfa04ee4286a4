import type { Layer } from './layers.js';
import type { Network } from './network.js';
import type { ImageSize } from './shapes.js';
import { axisWindow, windowScale, type WindowLayer } from './window.js';

/** An activation that does something; `shape` is the slope of relu or γ of gaussian. */
export interface ActivationOperation {
  readonly kind: 'activation';
  readonly activation: 'relu' | 'gaussian' | 'erf';
  readonly shape: number;
}

/** Σ ↦ gain · window sum of Σ + bias, Θ ↦ gain · window sum of Θ + (trained: the new Σ). */
export interface LinearOperation {
  readonly kind: 'linear';
  readonly window?: WindowLayer;
  readonly gain: number;
  readonly bias: number;
  readonly trained: boolean;
}

export type Operation =
  { readonly kind: 'input' } | LinearOperation | ActivationOperation | { readonly kind: 'sum' };

/** The kernels after one operation. Nodes come after those that they read. */
export interface GraphNode {
  readonly operation: Operation;
  /** Indices of the nodes that it reads; two or more for a sum. */
  readonly inputs: readonly number[];
  /** The size of the image; a vector is 1×1. */
  readonly height: number;
  readonly width: number;
  /** Θ is not identically 0: something trained lies before. */
  readonly hasTheta: boolean;
}

/**
 * Several networks as one graph. Equal layers on equal inputs are one node, however many networks have them: the networks
 * of a depth sweep, or those that differ in the read-out, share all that they have in common from the front.
 */
export interface NetworkGraph {
  readonly image: ImageSize;
  readonly nodes: readonly GraphNode[];
  /** [networks]: the node that a network ends in. */
  readonly ends: readonly number[];
}

/**
 * @param onLayer Told the node after every layer, in the order of the list; those of a residual's branches before it.
 * @throws NetworkError if a network does not fit the images.
 */
export function buildGraph(
  networks: readonly Network[],
  image: ImageSize,
  onLayer?: (node: number) => void,
): NetworkGraph {
  const nodes: GraphNode[] = [];
  const known = new Map<string, number>();
  const add = (operation: Operation, inputs: readonly number[], height: number, width: number): number => {
    const key = JSON.stringify([operation, inputs]);
    const existing = known.get(key);
    if (existing !== undefined) return existing;
    const trained = operation.kind === 'linear' && operation.trained;
    const hasTheta = trained || inputs.some((input) => nodes[input].hasTheta);
    nodes.push({ operation, inputs, height, width, hasTheta });
    known.set(key, nodes.length - 1);
    return nodes.length - 1;
  };

  const throughChain = (layers: readonly Layer[], from: number): number =>
    layers.reduce((node, layer) => {
      const after = throughLayer(layer, node);
      onLayer?.(after);
      return after;
    }, from);

  const throughLayer = (layer: Layer, from: number): number => {
    const { height, width } = nodes[from];
    switch (layer.layer) {
      case 'identity':
        return from;
      case 'relu':
        return add(activation('relu', layer.slope ?? 0), [from], height, width);
      case 'gaussian':
        return add(activation('gaussian', layer.gamma ?? 1), [from], height, width);
      case 'erf':
        return add(activation('erf', 0), [from], height, width);
      case 'residual': {
        const ends = layer.branches.map((branch) => throughChain(branch, from));
        return ends.length === 1
          ? ends[0]
          : add({ kind: 'sum' }, ends, nodes[ends[0]].height, nodes[ends[0]].width);
      }
    }
    const weighted = layer.layer === 'conv' || layer.layer === 'dense';
    const { w = 1, b = 0, trained = true } = weighted ? layer : { trained: false };
    const window = layer.layer === 'dense' ? undefined : layer;
    const scale = window === undefined ? 1 : windowScale(window, height, width);
    // A frozen dense layer without biases, or a read-out of what is a vector already.
    const isRead = layer.layer === 'flatten' || layer.layer === 'gap';
    if (
      !trained &&
      b === 0 &&
      w * scale === 1 &&
      (window === undefined || (isRead && height * width === 1))
    ) {
      return from;
    }
    const [rows, columns] = window ? [axisWindow(window, height), axisWindow(window, width)] : [];
    return add(
      { kind: 'linear', window, gain: w * scale, bias: b, trained },
      [from],
      rows?.outputs ?? height,
      columns?.outputs ?? width,
    );
  };

  for (const network of networks) network.shapes(image);
  const input = add({ kind: 'input' }, [], image.height, image.width);
  const ends = networks.map(({ layers }) => throughChain(layers, input));
  return { image, nodes, ends };
}

function activation(name: ActivationOperation['activation'], shape: number): ActivationOperation {
  return { kind: 'activation', activation: name, shape };
}
