import { axisSize } from './axis.js';
import { buildGraph, type NetworkGraph } from './graph.js';
import { neededAxes } from './needs.js';
import type { Network } from './network.js';
import type { ImageSize } from './shapes.js';
import { assignSlots, type Slots } from './slots.js';
import { fieldFloats } from '../../shaders/fields.js';
import type { PlanDevice } from '../gpu/plan-device.js';
import { findPlaneRuns } from './plane-runs.js';
import type { CompiledPasses, CompiledRun } from './pass.js';
import { compilePasses } from './steps.js';

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

export interface NetworkPlanOptions {
  /** The device computes with pixels times 2^−pixelExponent. */
  readonly pixelExponent?: number;
  /** False if only NNGP kernels are asked for. */
  readonly theta?: boolean;
  /** Whose fused plane kernel takes the runs of layers that it can; without one all is done layer by layer. */
  readonly device?: PlanDevice;
}

/** @throws NetworkError if a network does not fit the images. */
export function planNetworks(
  networks: readonly Network[],
  image: ImageSize,
  { pixelExponent = 0, theta = true, device }: NetworkPlanOptions = {},
): NetworkPlan {
  const graph = buildGraph(networks, image);
  const runs = device === undefined ? [] : findPlaneRuns(graph, neededAxes(graph, 'values'), device);
  const passes = compilePasses(graph, pixelExponent, theta, runs);
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
    sizeBytesPerImage:
      4 *
      passes.runs.reduce(
        (sum, run) => {
          const [variance, x, z] = runSizes(run, image);
          // Their fields once more in textures.
          return sum + variance + (run.kernel === 'rows' ? 2 : 1) * (x + z);
        },
        image.channels * image.height * image.width + variances,
      ),
  };
}

/** Numbers per image of a run's variances, and of its fields as x and as z. */
export function runSizes(run: CompiledRun, image: ImageSize): [variance: number, x: number, z: number] {
  const { height, width, layers, constants } = run;
  const channels = run.sourceKind === 'pixels' ? image.channels : 0;
  const { x, z } = fieldFloats({ channels, layers: layers.length, height, width, shifts: constants.SHIFTS });
  return [layers.length * height * width, x, z];
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
