import type { PlanDevice } from '../gpu/plan-device.js';
import { axisSize } from './axis.js';
import { buildGraph } from './graph.js';
import { layerText } from './layer-text.js';
import type { Layer } from './layers.js';
import { neededAxes } from './needs.js';
import { NetworkError } from './network-error.js';
import type { Network } from './network.js';
import { paperChain } from './paper-chain.js';
import { branchPlace, layerPlace } from './place.js';
import { elementLayers, planNetworks } from './plan.js';
import { shapeText, type ChainShapes, type ImageSize } from './shapes.js';

/**
 * What computes a layer: the kernel of the paper's chains, a run of the fused plane kernel, a dispatch of its own
 * (`general`), or nothing, where the layer changes nothing.
 */
export type LayerKernel = 'paper' | 'fused' | 'general' | 'none';

/** A layer of a network for images of one size; the layers of a residual's branches stand before it. */
export interface LayerDescription {
  /** Where it stands, as messages say it: `layer 2 (residual), branch 1, layer 3 (conv)`. */
  readonly place: string;
  /** How many residual layers it stands in. */
  readonly nesting: number;
  readonly text: string;
  /** The shape of one image after the layer. */
  readonly shape: string;
  /** Displacement planes of a pair that are needed after the layer. */
  readonly planes: number;
  /** Planes × positions of an activation; 0 for other layers. */
  readonly elementLayers: number;
  readonly kernel: LayerKernel;
  /** Which run of the fused plane kernel, from 1. */
  readonly run?: number;
}

export interface NetworkDescription {
  readonly layers: readonly LayerDescription[];
  /** Σ over activations of planes × positions. */
  readonly elementLayersPerPair: number;
  /** Device memory; undefined where the kernel of the paper's chains computes, which keeps fields of images only. */
  readonly bytes?: { readonly perPair: number; readonly perImage: number };
  readonly remarks: readonly string[];
}

/** Tables of a general network grow with the square of an image's side. */
const LARGEST_SIDE = 1024;

/**
 * @param device Whose fused plane kernel takes what it can; without one the layers are said to run one by one.
 * @throws NetworkError if the images do not fit
 */
export function describeArchitecture(
  network: Network,
  image: ImageSize,
  device: PlanDevice | undefined,
): NetworkDescription {
  const shapes = network.shapes(image);
  if (Math.max(image.height, image.width) > LARGEST_SIDE)
    throw new NetworkError(
      `images of ${image.height}×${image.width} pixels: at most ${LARGEST_SIDE} on a side can be planned`,
    );
  const places = layerPlaces(network.layers, shapes, '');
  const nodes: number[] = [];
  const graph = buildGraph([network], image, (node) => nodes.push(node));
  const axes = neededAxes(graph, 'values');
  const isPaper = paperChain(network, image) !== undefined;
  const plan = isPaper ? undefined : planNetworks([network], image, { device });
  const runOf = new Map<number, number>();
  for (const [index, { layers, result }] of plan?.runs.entries() ?? [])
    for (const node of [result, ...layers.flatMap(({ linear, activation }) => [linear, activation])])
      if (node !== undefined) runOf.set(node, index + 1);
  const seen = new Set<number>([0]);
  const layers = places.map(({ place, nesting, layer, shape }, index): LayerDescription => {
    const node = nodes[index];
    const { rows, columns } = axes[node]!;
    const run = runOf.get(node);
    const isNew = !seen.has(node);
    const isActivation = graph.nodes[node].operation.kind === 'activation';
    seen.add(node);
    return {
      ...{ place, nesting, shape },
      text: layerText(layer),
      planes: rows.classes.length * columns.classes.length,
      elementLayers: isNew && isActivation ? axisSize(rows) * axisSize(columns) : 0,
      kernel: !isNew ? 'none' : isPaper ? 'paper' : run === undefined ? 'general' : 'fused',
      ...(isNew && run !== undefined ? { run } : {}),
    };
  });
  return {
    layers,
    elementLayersPerPair: elementLayers(graph),
    bytes: plan && { perPair: plan.sizeBytesPerPair, perImage: plan.sizeBytesPerImage },
    remarks: [...network.remarks, ...poolingRemarks(network)],
  };
}

interface PlacedLayer {
  readonly place: string;
  readonly nesting: number;
  readonly layer: Layer;
  readonly shape: string;
}

/** In the order of `buildGraph`'s callback. */
function layerPlaces(
  layers: readonly Layer[],
  chain: ChainShapes,
  within: string,
  nesting = 0,
): PlacedLayer[] {
  return layers.flatMap((layer, index) => {
    const place = layerPlace(within, index, layer.layer);
    const inner =
      layer.layer === 'residual'
        ? layer.branches.flatMap((branch, b) =>
            layerPlaces(branch, chain.branches[index]![b], branchPlace(place, b), nesting + 1),
          )
        : [];
    return [...inner, { place, nesting, layer, shape: shapeText(chain.shapes[index + 1]) }];
  });
}

function poolingRemarks({ layers }: Network): string[] {
  const pools = (chain: readonly Layer[]): boolean =>
    chain.some((layer) =>
      layer.layer === 'residual' ? layer.branches.some(pools) : layer.layer === 'avgpool',
    );
  return pools(layers)
    ? [
        'average pooling stands where networks of this kind often have max pooling, whose kernel has no closed form',
      ]
    : [];
}
