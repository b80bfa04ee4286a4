import { BufferScope } from '../gpu/buffers.js';
import type { Gpu } from '../gpu/gpu.js';
import { Recording } from '../gpu/recording.js';
import { Pacer } from '../kernel/pacer.js';
import { orAborted } from '../signals/or-aborted.js';
import type { Dispatch, PairBatch } from './dispatch.js';
import { LayerDispatches, layerPrograms, type LayerPrograms } from './layer-dispatches.js';
import type { CompiledRun, NetworkPass, Step } from './pass.js';
import type { NetworkPlan } from './plan.js';
import { PlaneDispatches, planePrograms, type PlanePrograms } from './plane-dispatches.js';
import type { ImageSize } from './shapes.js';
import { stepCost } from './step-cost.js';
import { TensorBuffers } from './tensor-buffers.js';

/** Pairs of a batch at least, where the steps layer by layer are short. */
const FUSED_BATCH = 8;

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
  private readonly layerDispatches: LayerDispatches;
  private readonly planeDispatches: PlaneDispatches;

  private constructor(
    private readonly gpu: Gpu,
    programs: { readonly ofLayers: LayerPrograms; readonly ofPlanes: PlanePrograms },
    private readonly pacer: Pacer,
    private readonly pass: NetworkPass,
    private readonly runs: readonly CompiledRun[],
    private readonly image: ImageSize,
    readonly maxPairs: number,
  ) {
    this.scope = new BufferScope(gpu.device);
    this.buffers = new TensorBuffers(this.scope, pass, maxPairs);
    const { ofLayers, ofPlanes } = programs;
    this.layerDispatches = new LayerDispatches(this.scope, this.buffers, ofLayers, pass, image);
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
    const compiled = Promise.all([layerPrograms(gpu), planePrograms(gpu, runs)]);
    const [ofLayers, ofPlanes] = await orAborted(compiled, signal);
    return new NetworkExecutor(gpu, { ofLayers, ofPlanes }, pacer, pass, runs, image, maxPairs);
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
    return [this.layerDispatches.dispatch(step, batch, batch.pairs.length * this.cost(step))];
  }
}
