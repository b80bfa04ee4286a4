import * as activation from '../../shaders/network_activation.js';
import * as gather from '../../shaders/network_gather.js';
import * as products from '../../shaders/network_products.js';
import * as tail from '../../shaders/network_tail.js';
import type { ImageStack } from '../images/images.js';
import { axisElements, axisSize } from './axis.js';
import type { Network } from './network.js';
import type { NetworkPass, Step } from './pass.js';
import { planNetworks, type NetworkPlan } from './plan.js';
import type { NetworkKernels } from './reference.js';
import type { ImageSize } from './shapes.js';

type Pairs = readonly (readonly [number, number])[];
/** Variances of an image, or of several one after the other: [variances] of [images][height][width]. */
type Variances = Float64Array[];

/**
 * Kernels of networks in float64, on the host: the steps of the executor one by one, by the float64 mirrors of its shaders.
 * For pairs of images that float32 cannot tell apart, and for tests; a pair takes some hundred times as long as on a device.
 */
export class HostKernels {
  private readonly plan: NetworkPlan;
  private readonly known = new WeakMap<ImageStack, Map<number, Variances>>();

  /** @throws NetworkError if a network does not fit the images. */
  constructor(networks: readonly Network[], image: ImageSize) {
    this.plan = planNetworks(networks, image);
  }

  get elementLayersPerPair(): number {
    return this.plan.elementLayersPerPair;
  }

  /** [networks] of the kernels of image i of x and image j of z. */
  pair(
    x: ImageStack,
    i: number,
    z: ImageStack,
    j: number,
  ): { readonly ntk: number; readonly nngp: number }[] {
    const { values } = this.plan;
    const [first, second] = [imageOf(x, i), imageOf(z, j)];
    const tensors = walk(
      values,
      this.plan.valueSlots.slotOf,
      first,
      second,
      this.variances(x, i),
      this.variances(z, j),
    );
    return values.outputs.map(({ sigma, theta, exponent }) => ({
      ntk: theta === undefined ? 0 : tensors(theta)[0] * 2 ** exponent,
      nngp: tensors(sigma)[0] * 2 ** exponent,
    }));
  }

  /** Both kernel matrices of every network, [Nx][Nz]. */
  matrices(x: ImageStack, z: ImageStack): NetworkKernels[] {
    const kernels = this.plan.values.outputs.map(() => ({
      ntk: new Float64Array(x.count * z.count),
      nngp: new Float64Array(x.count * z.count),
    }));
    for (let i = 0; i < x.count; i++) {
      for (let j = 0; j < z.count; j++) {
        for (const [network, { ntk, nngp }] of this.pair(x, i, z, j).entries()) {
          kernels[network].ntk[i * z.count + j] = ntk;
          kernels[network].nngp[i * z.count + j] = nngp;
        }
      }
    }
    return kernels;
  }

  private variances(stack: ImageStack, index: number): Variances {
    let ofStack = this.known.get(stack);
    if (ofStack === undefined) this.known.set(stack, (ofStack = new Map<number, Variances>()));
    let found = ofStack.get(index);
    if (found === undefined) {
      found = [];
      const image = imageOf(stack, index);
      walk(this.plan.variances, this.plan.varianceSlots.slotOf, image, image, found, found);
      ofStack.set(index, found);
    }
    return found;
  }
}

function imageOf(stack: ImageStack, index: number): ImageStack {
  const size = stack.channels * stack.height * stack.width;
  return { ...stack, count: 1, data: stack.data.subarray(index * size, (index + 1) * size) };
}

const ONE_PAIR: Pairs = [[0, 0]];

/** @returns the tensors of the pass's end, by their numbers. */
function walk(
  { steps, tensors: shapes }: NetworkPass,
  slotOf: readonly number[],
  x: ImageStack,
  z: ImageStack,
  ofX: Variances,
  ofZ: Variances,
): (id: number) => Float64Array {
  // By slots, so that what nobody reads any more makes room.
  const slots: Float64Array[] = [];
  const tensor = (id: number) => slots[slotOf[id]];
  const elements = (id: number) => ({
    rows: axisElements(shapes[id].rows),
    columns: axisElements(shapes[id].columns),
  });
  const run = (step: Exclude<Step, { kind: 'planes' | 'lambdas' }>) => {
    switch (step.kind) {
      case 'products': {
        const { channels, height, width } = x;
        slots[slotOf[step.result]] = products.mirror({
          ...{ x: x.data, z: z.data, pairs: ONE_PAIR, channels, height, width },
          ...elements(step.result),
        });
        return;
      }
      case 'gather': {
        const { rows, columns } = shapes[step.source];
        const along = step.along === 'rows';
        const { table, gain, bias, keep } = step;
        slots[slotOf[step.result]] = gather.mirror({
          ...table,
          source: tensor(step.source),
          added: step.added === undefined ? undefined : tensor(step.added),
          outer: along ? 1 : axisSize(rows),
          inputs: axisSize(along ? rows : columns),
          inner: along ? axisSize(columns) : 1,
          ...{ gain, bias, keep },
        });
        return;
      }
      case 'variance':
        ofX[step.variance] = tensor(step.sigma).slice();
        return;
      case 'activation': {
        const { operation, sigmaScale, kScale, thetaScale, variance } = step;
        const { rows, columns } = shapes[step.sigma];
        activation.mirror(
          {
            ...{
              kind: operation.activation,
              shape: operation.shape,
              sigmaScale,
              kScale,
              thetaScale,
              snap: 0,
            },
            ...{ xVariance: ofX[variance], zVariance: ofZ[variance], pairs: ONE_PAIR },
            ...{ height: rows.positions, width: columns.positions },
            ...elements(step.sigma),
          },
          tensor(step.sigma),
          step.theta === undefined ? undefined : tensor(step.theta),
        );
        return;
      }
      case 'tail': {
        const { layers, source, result, variance } = step;
        const [a, b] = variance === undefined ? [0, 0] : [ofX[variance][0], ofZ[variance][0]];
        const exact = layers.map((layer) => ({ ...layer, snap: 0 }));
        const thetaBefore = source.theta === undefined ? 0 : tensor(source.theta)[0];
        const { sigma, theta } = tail.mirror(exact, tensor(source.sigma)[0], thetaBefore, a, b);
        slots[slotOf[result.sigma]] = Float64Array.of(sigma);
        if (result.theta !== undefined) slots[slotOf[result.theta]] = Float64Array.of(theta);
        return;
      }
    }
  };
  for (const step of steps) if (step.kind !== 'planes' && step.kind !== 'lambdas') run(step);
  return tensor;
}
