import { contract as activationContract, KINDS } from '../../shaders/network_activation.js';
import { contract as gatherContract } from '../../shaders/network_gather.js';
import { contract as productsContract } from '../../shaders/network_products.js';
import { contract as tailContract } from '../../shaders/network_tail.js';
import { BufferScope } from '../gpu/buffers.js';
import type { Gpu } from '../gpu/gpu.js';
import type { Program } from '../gpu/program.js';
import { Recording } from '../gpu/recording.js';
import { Pacer } from '../kernel/pacer.js';
import { orAborted } from '../signals/or-aborted.js';
import { axisSize } from './axis.js';
import type { Dispatch, PairBatch } from './dispatch.js';
import type { CompiledRun, NetworkPass, Step, TensorId } from './pass.js';
import type { NetworkPlan } from './plan.js';
import { PlaneDispatches, planePrograms, type PlanePrograms } from './plane-dispatches.js';
import type { ImageSize } from './shapes.js';
import { stepCost, tensorElements } from './step-cost.js';
import { TensorBuffers } from './tensor-buffers.js';

/** Pairs, or lines of tensors, that an invocation of the steps layer by layer takes. */
const TOGETHER = 4;

/** Pairs of a batch at least, where the steps layer by layer are short. */
const FUSED_BATCH = 8;

interface Programs {
  readonly products: Program;
  readonly gather: Program;
  readonly activation: Program;
  readonly tail: Program;
  readonly ofPlanes: PlanePrograms;
}

/** [networks] Σ and Θ as stored, [pairs]. */
export type BatchKernels = readonly { readonly sigma: Float32Array; readonly theta?: Float32Array }[];

/**
 * Runs the steps of a pass on a device, one dispatch each, every tensor in device memory: right for every network. The
 * same programs compute pairs and variances, in the same order of operations, so an image with itself, or with its copy,
 * has correlation 1 on plane 0 to the last bit, at every layer.
 */
export class NetworkExecutor implements Disposable {
  private readonly scope: BufferScope;
  private readonly buffers: TensorBuffers;
  /** Bound where a shader has a buffer that it will not read, and one that it will not write. */
  private readonly unused: GPUBuffer;
  private readonly unwritten: GPUBuffer;
  private readonly planeDispatches: PlaneDispatches;

  private constructor(
    private readonly gpu: Gpu,
    private readonly programs: Programs,
    private readonly pacer: Pacer,
    private readonly pass: NetworkPass,
    private readonly runs: readonly CompiledRun[],
    private readonly image: ImageSize,
    readonly maxPairs: number,
  ) {
    this.scope = new BufferScope(gpu.device);
    this.buffers = new TensorBuffers(this.scope, pass, maxPairs);
    this.unused = this.scope.storage('unused', 16);
    this.unwritten = this.scope.storage('unwritten', 16);
    const { ofPlanes } = programs;
    this.planeDispatches = new PlaneDispatches(this.scope, this.buffers, ofPlanes, pass, runs, image);
  }

  /**
   * @param pacer Shared by the executors of a run.
   * @throws ShaderError; the signal's reason, also while a driver compiles
   */
  static async create(
    gpu: Gpu,
    pacer: Pacer,
    pass: NetworkPass,
    { runs, graph: { image } }: NetworkPlan,
    maxPairs: number,
    signal?: AbortSignal,
  ): Promise<NetworkExecutor> {
    const compiled = Promise.all([
      gpu.program(productsContract),
      gpu.program(gatherContract, { LINES: TOGETHER }),
      gpu.program(activationContract),
      gpu.program(tailContract),
      planePrograms(gpu, runs),
    ]);
    const [products, gather, activation, tail, ofPlanes] = await orAborted(compiled, signal);
    const programs = { products, gather, activation, tail, ofPlanes };
    return new NetworkExecutor(gpu, programs, pacer, pass, runs, image, maxPairs);
  }

  /**
   * All steps for one batch, in as many submissions as keep each short. All are submitted when this returns: the next
   * batch can follow, and finds the tensors free.
   *
   * @returns [outputs] Σ and Θ as stored, [pairs]
   */
  async run(batch: PairBatch, signal?: AbortSignal): Promise<BatchKernels> {
    const { pass, gpu } = this;
    // Networks without activations need no variances.
    if (pass.steps.length === 0) return [];
    gpu.device.queue.writeBuffer(this.buffers.pairs, 0, Uint32Array.from(batch.pairs.flat()));
    const dispatches = pass.steps.flatMap((step) => this.dispatches(step, batch));
    const reads = pass.outputs.flatMap(({ sigma, theta }) =>
      theta === undefined ? [sigma] : [sigma, theta],
    );
    const submitted: Promise<{ data: ArrayBuffer[] }>[] = [];
    for (let first = 0; first < dispatches.length;) {
      const recording = new Recording(gpu);
      const budget = this.pacer.units(1);
      let cost = 0;
      let dispatch: Dispatch;
      do {
        dispatch = dispatches[first++];
        recording.add(dispatch.program, dispatch.buffers, dispatch.workgroups, dispatch.params);
        cost += dispatch.cost;
        // A recording copies after its dispatches, and what follows reads the copies.
      } while (!dispatch.copies && first < dispatches.length && cost + dispatches[first].cost <= budget);
      for (const { source, texture } of dispatch.copies ?? []) recording.copy(source, texture);
      const last = first === dispatches.length;
      if (last) for (const id of reads) recording.read(this.buffers.tensor(id), 0, 4 * batch.pairs.length);
      submitted.push(this.pacer.time(cost, (quietMs) => recording.submit({ quietMs, timed: true })));
    }
    const { data } = (await Promise.all(submitted)).at(-1)!;
    signal?.throwIfAborted();
    const values = new Map(reads.map((id, index) => [id, new Float32Array(data[index])]));
    return pass.outputs.map(({ sigma, theta }) => ({
      sigma: values.get(sigma)!,
      theta: theta === undefined ? undefined : values.get(theta)!,
    }));
  }

  /**
   * How many pairs a batch should have: as many as fit a submission, and more where a pair is much work, so that the many
   * small dispatches of later layers serve several. Runs of the fused plane kernel are then cut, the other steps fit.
   */
  get pairsPerBatch(): number {
    const costs = this.pass.steps.map((step) => this.cost(step));
    const whole = this.pass.steps.map((step, index) => (step.kind === 'planes' ? 0 : costs[index]));
    const fitting = this.pacer.units(costs.reduce((a, b) => a + b, 0));
    const fused = Math.min(FUSED_BATCH, this.pacer.units(Math.max(1, ...whole)));
    return Math.min(this.maxPairs, Math.max(fitting, fused));
  }

  [Symbol.dispose](): void {
    this.scope.dispose();
  }

  private cost(step: Step): number {
    return stepCost(step, this.pass, this.runs, this.image);
  }

  private dispatches(step: Step, batch: PairBatch): Dispatch[] {
    if (step.kind === 'planes')
      return this.planeDispatches.planes(
        step,
        batch,
        batch.pairs.length * this.cost(step),
        this.pacer.units(1),
      );
    if (step.kind === 'lambdas')
      return this.planeDispatches.lambdas(step, batch, batch.pairs.length * this.cost(step));
    const pairs = batch.pairs.length;
    const workgroups = spread(Math.ceil(this.invocations(step, pairs) / 64));
    const cost = pairs * this.cost(step);
    return [{ ...this.bound(step, batch), workgroups, cost }];
  }

  private invocations(step: Exclude<Step, { kind: 'planes' | 'lambdas' }>, pairs: number): number {
    if (step.kind === 'tail') return pairs;
    const elements = tensorElements(this.pass, writtenBy(step));
    if (step.kind === 'products' || step.kind === 'activation') return elements * Math.ceil(pairs / TOGETHER);
    const outputs =
      step.kind === 'gather' ? step.table.starts.length - 1 : axisSize(this.pass.tensors[step.sigma].columns);
    return outputs * Math.ceil((pairs * elements) / outputs / TOGETHER);
  }

  private bound(
    step: Exclude<Step, { kind: 'planes' | 'lambdas' }>,
    batch: PairBatch,
  ): Omit<Dispatch, 'workgroups' | 'cost'> {
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
