import { contract as activationContract, KINDS } from '../../shaders/network_activation.js';
import { contract as gatherContract } from '../../shaders/network_gather.js';
import { contract as productsContract } from '../../shaders/network_products.js';
import { contract as tailContract } from '../../shaders/network_tail.js';
import type { BufferScope } from '../gpu/buffers.js';
import type { Gpu } from '../gpu/gpu.js';
import type { Program } from '../gpu/program.js';
import { axisSize } from './axis.js';
import type { Dispatch, PairBatch } from './dispatch.js';
import type { NetworkPass, Step, TensorId } from './pass.js';
import type { ImageSize } from './shapes.js';
import { tensorElements } from './step-cost.js';
import type { TensorBuffers } from './tensor-buffers.js';

/** Pairs, or lines of tensors, that an invocation takes. */
const TOGETHER = 4;

/** Steps of one layer, without those of the fused plane kernel. */
type LayerStep = Exclude<Step, { kind: 'planes' | 'lambdas' }>;

/** Programs of the steps of one layer. */
export interface LayerPrograms {
  readonly products: Program;
  readonly gather: Program;
  readonly activation: Program;
  readonly tail: Program;
}

/** All of them are compiled at a time. */
export async function layerPrograms(gpu: Gpu): Promise<LayerPrograms> {
  const [products, gather, activation, tail] = await Promise.all([
    gpu.program(productsContract, { PAIRS: TOGETHER }),
    gpu.program(gatherContract, { LINES: TOGETHER }),
    gpu.program(activationContract, { PAIRS: TOGETHER }),
    gpu.program(tailContract),
  ]);
  return { products, gather, activation, tail };
}

/** The dispatches of the steps that are done layer by layer. */
export class LayerDispatches {
  /** Bound where a shader has a buffer that it will not read, and one that it will not write. */
  private readonly unused: GPUBuffer;
  private readonly unwritten: GPUBuffer;

  constructor(
    scope: BufferScope,
    private readonly buffers: TensorBuffers,
    private readonly programs: LayerPrograms,
    private readonly pass: NetworkPass,
    private readonly image: ImageSize,
  ) {
    this.unused = scope.storage('unused', 16);
    this.unwritten = scope.storage('unwritten', 16);
  }

  /** @param cost Of the step for the batch. */
  dispatch(step: LayerStep, batch: PairBatch, cost: number): Dispatch {
    const workgroups = spread(Math.ceil(this.invocations(step, batch.pairs.length) / 64));
    return { ...this.bound(step, batch), workgroups, cost };
  }

  private invocations(step: LayerStep, pairs: number): number {
    if (step.kind === 'tail') return pairs;
    const elements = tensorElements(this.pass, writtenBy(step));
    if (step.kind === 'products' || step.kind === 'activation') return elements * Math.ceil(pairs / TOGETHER);
    const outputs =
      step.kind === 'gather' ? step.table.starts.length - 1 : axisSize(this.pass.tensors[step.sigma].columns);
    return outputs * Math.ceil((pairs * elements) / outputs / TOGETHER);
  }

  private bound(step: LayerStep, batch: PairBatch): Omit<Dispatch, 'workgroups' | 'cost'> {
    const { buffers, programs, unused } = this;
    const pairs = batch.pairs.length;
    const geometry = (id: TensorId) => {
      const { rows, columns } = this.pass.tensors[id];
      return {
        axes: { pairs: buffers.pairs, rows: buffers.axis(rows), columns: buffers.axis(columns) },
        sizes: {
          pairs,
          row_elements: axisSize(rows),
          column_elements: axisSize(columns),
          height: rows.positions,
          width: columns.positions,
        },
      };
    };
    switch (step.kind) {
      case 'products': {
        const { axes, sizes } = geometry(step.result);
        const images = { x_images: batch.x.images, z_images: batch.z.images };
        return {
          program: programs.products,
          buffers: { ...images, ...axes, sigma: buffers.tensor(step.result) },
          params: { ...sizes, channels: this.image.channels },
        };
      }
      case 'activation': {
        const { axes, sizes } = geometry(step.sigma);
        const { operation, sigma, theta, variance, sigmaScale, kScale, thetaScale } = step;
        const variances = {
          x_variance: batch.x.variances[variance],
          z_variance: batch.z.variances[variance],
        };
        const tensors = {
          sigma: buffers.tensor(sigma),
          theta: theta === undefined ? unused : buffers.tensor(theta),
        };
        return {
          program: programs.activation,
          buffers: { ...variances, ...axes, ...tensors },
          params: {
            ...sizes,
            kind: KINDS[operation.activation],
            shape: operation.shape,
            sigma_scale: sigmaScale,
            k_scale: kScale,
            theta_scale: thetaScale,
            has_theta: theta === undefined ? 0 : 1,
          },
        };
      }
      case 'gather': {
        const source = buffers.tensor(step.source);
        const { rows, columns } = this.pass.tensors[step.source];
        const alongRows = step.along === 'rows';
        const outputs = step.table.starts.length - 1;
        return {
          program: programs.gather,
          buffers: {
            ...buffers.table(step.table),
            source,
            added: step.added === undefined ? source : buffers.tensor(step.added),
            result: buffers.tensor(step.result),
          },
          params: {
            lines: (pairs * tensorElements(this.pass, step.result)) / outputs,
            inputs: axisSize(alongRows ? rows : columns),
            outputs,
            inner: alongRows ? axisSize(columns) : 1,
            gain: step.gain,
            bias: step.bias,
            keep: step.keep,
            first: 0,
          },
        };
      }
      case 'tail': {
        const { layers, source, result, variance } = step;
        const { sigma, theta } = result;
        return {
          program: programs.tail,
          buffers: {
            x_variance: variance === undefined ? unused : batch.x.variances[variance],
            z_variance: variance === undefined ? unused : batch.z.variances[variance],
            pairs: buffers.pairs,
            layers: buffers.tail(layers),
            source_sigma: buffers.tensor(source.sigma),
            source_theta: buffers.tensor(source.theta ?? source.sigma),
            sigma: buffers.tensor(sigma),
            theta: theta === undefined ? this.unwritten : buffers.tensor(theta),
          },
          params: {
            ...{ count: pairs, layers: layers.length, has_variances: variance === undefined ? 0 : 1 },
            source_has_theta: source.theta === undefined ? 0 : 1,
            has_theta: theta === undefined ? 0 : 1,
          },
        };
      }
      case 'variance': {
        // A copy to where the block's variances stand; its pairs are consecutive images with themselves.
        const source = buffers.tensor(step.sigma);
        const { rows, columns } = this.pass.tensors[step.sigma];
        const size = axisSize(columns);
        return {
          program: programs.gather,
          buffers: {
            ...buffers.table(buffers.copyTable(columns)),
            source,
            added: source,
            result: batch.x.variances[step.variance],
          },
          params: {
            ...{ lines: pairs * axisSize(rows), inputs: size, outputs: size, inner: 1 },
            ...{ gain: 1, bias: 0, keep: 0 },
            first: batch.pairs[0][0] * axisSize(rows) * size,
          },
        };
      }
    }
  }
}

function writtenBy(
  step: Extract<Step, { kind: 'products' | 'gather' | 'activation' | 'variance' }>,
): TensorId {
  return step.kind === 'products' || step.kind === 'gather' ? step.result : step.sigma;
}

/** `count` workgroups as a grid within the limit of 65,535 per dimension. */
function spread(count: number): [number, number] {
  const x = Math.min(count, 32_768);
  return [x, Math.ceil(count / x)];
}
