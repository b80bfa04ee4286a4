import { axisSize } from './axis.js';
import { buildGraph, type NetworkGraph } from './graph.js';
import { neededAxes } from './needs.js';
import type { Network } from './network.js';
import type { ImageSize } from './shapes.js';
import { assignSlots, type Slots } from './slots.js';
import { compilePasses, type CompiledPasses } from './steps.js';

/** What an executor of several networks does for images of one size, and what it costs. Nothing here needs a device. */
export interface NetworkPlan extends CompiledPasses {
  readonly graph: NetworkGraph;
  readonly pixelExponent: number;
  readonly varianceSlots: Slots;
  readonly valueSlots: Slots;
  readonly elementLayersPerPair: number;
  /** The size of all tensors that a pair, and that an image with itself, needs at a time. */
  readonly sizeBytesPerPair: number;
  readonly sizeBytesPerSelfPair: number;
  /** Pixels and variances of one image. */
  readonly sizeBytesPerImage: number;
}

/** @throws NetworkError if a network does not fit the images. */
export function planNetworks(
  networks: readonly Network[],
  image: ImageSize,
  { pixelExponent = 0, theta = true }: { pixelExponent?: number; theta?: boolean } = {},
): NetworkPlan {
  const graph = buildGraph(networks, image);
  const passes = compilePasses(graph, pixelExponent, theta);
  const [varianceSlots, valueSlots] = [passes.variances, passes.values].map(assignSlots);
  const bytes = ({ sizes }: Slots) => 4 * sizes.reduce((a, b) => a + b, 0);
  const variances = passes.varianceShapes.reduce((sum, { height, width }) => sum + height * width, 0);
  return {
    ...passes,
    graph,
    pixelExponent,
    varianceSlots,
    valueSlots,
    elementLayersPerPair: elementLayers(graph),
    sizeBytesPerPair: bytes(valueSlots),
    sizeBytesPerSelfPair: bytes(varianceSlots),
    sizeBytesPerImage: 4 * (image.channels * image.height * image.width + variances),
  };
}

/** Σ over activations of planes × positions: the work that every speed of this project is measured in. */
export function elementLayers(graph: NetworkGraph): number {
  const axes = neededAxes(graph, 'values');
  return graph.nodes.reduce((sum, { operation }, index) => {
    const needed = axes[index];
    if (operation.kind !== 'activation' || needed === undefined) return sum;
    return sum + axisSize(needed.rows) * axisSize(needed.columns);
  }, 0);
}
