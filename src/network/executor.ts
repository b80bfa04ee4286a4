import { contract as activationContract, KINDS } from '../../shaders/network_activation.js';
import { contract as gatherContract } from '../../shaders/network_gather.js';
import { contract as fieldsContract } from '../../shaders/fields.js';
import { contract as planesContract, packTables } from '../../shaders/network_planes_subgroup.js';
import { contract as productsContract } from '../../shaders/network_products.js';
import { contract as variancesContract } from '../../shaders/network_variances.js';
import type { ParameterValues } from '../../shaders/contract.js';
import { BufferScope } from '../gpu/buffers.js';
import type { Gpu } from '../gpu/gpu.js';
import type { BoundBuffers, Program } from '../gpu/program.js';
import { Recording } from '../gpu/recording.js';
import { Pacer } from '../kernel/pacer.js';
import { axisSize } from './axis.js';
import type { ImageBlock } from './image-block.js';
import type { ImageSize } from './shapes.js';
import type { NetworkPlan } from './plan.js';
import type { CompiledRun, NetworkPass, NodeTensors, Step, TensorId } from './pass.js';
import { TensorBuffers } from './tensor-buffers.js';

/** Reads of tensors and tables that an activation costs as much as, and an element-layer of the plane kernel. */
const ACTIVATION_COST = 12;
const PLANE_COST = 3;
/** A dispatch of the plane kernel for a single pair should not cost more. */
const MOST_PLANE_COST = 6e7;

type PlanesStep = Extract<Step, { kind: 'planes' }>;
type LambdasStep = Extract<Step, { kind: 'lambdas' }>;

interface Dispatch {
  readonly program: Program;
  readonly buffers: BoundBuffers;
  readonly params: ParameterValues;
  readonly workgroups: readonly [number, number?, number?];
  /** In reads. */
  readonly cost: number;
}

interface Programs {
  readonly products: Program;
  readonly gather: Program;
  readonly activation: Program;
  /** [runs] */
  readonly planes: readonly Program[];
  readonly fields: readonly Program[];
  readonly variances: Program;
}

/** [networks] Σ and Θ as stored, [pairs]. */
export type BatchKernels = readonly { readonly sigma: Float32Array; readonly theta?: Float32Array }[];

/** A batch of pairs of images: indices into the blocks. */
export interface PairBatch {
  readonly pairs: readonly (readonly [number, number])[];
  readonly x: ImageBlock;
  readonly z: ImageBlock;
}

/**
 * Runs the steps of a pass on a device, one dispatch each, every tensor in device memory: right for every network. The
 * same programs compute pairs and variances, in the same order of operations, so an image with itself, or with its copy,
 * has correlation 1 on plane 0 to the last bit, at every layer.
 */
export class NetworkExecutor implements Disposable {
  private readonly scope: BufferScope;
  private readonly buffers: TensorBuffers;
  /** Bound where a shader has a buffer that it will not touch. */
  private readonly unused: GPUBuffer;
  private readonly unwritten: GPUBuffer;
  private readonly tables = new Map<Step, GPUBuffer[]>();

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
  }

  /** @param pacer Shared by the executors of a run. */
  static async create(
    gpu: Gpu,
    pacer: Pacer,
    pass: NetworkPass,
    { runs, graph: { image } }: NetworkPlan,
    maxPairs: number,
  ): Promise<NetworkExecutor> {
    const [products, gather, activation, variances] = await Promise.all(
      [productsContract, gatherContract, activationContract, variancesContract].map((contract) =>
        gpu.program(contract),
      ),
    );
    const planes = await Promise.all(runs.map(({ constants }) => gpu.program(planesContract, constants)));
    const fields = await Promise.all(
      runs.map(({ constants: { HEIGHT, WIDTH, SHIFTS } }) =>
        gpu.program(fieldsContract, { HEIGHT, WIDTH, SHIFTS }),
      ),
    );
    const programs = { products, gather, activation, planes, fields, variances };
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
      do {
        const { program, buffers, workgroups, params } = dispatches[first];
        recording.add(program, buffers, workgroups, params);
        cost += dispatches[first].cost;
        first++;
      } while (first < dispatches.length && cost + dispatches[first].cost <= budget);
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

  /** Reads of a pair in all steps: how long a batch takes, and so how large it should be. */
  get costPerPair(): number {
    return this.pass.steps.reduce((sum, step) => sum + this.cost(step), 0);
  }

  [Symbol.dispose](): void {
    this.scope.dispose();
  }

  private cost(step: Step): number {
    switch (step.kind) {
      case 'products':
        return 2 * this.image.channels * this.elements(step.result);
      case 'gather': {
        const { rows, columns } = this.pass.tensors[step.result];
        const inner = axisSize(step.along === 'rows' ? columns : rows);
        return 2 * step.table.sources.length * inner + 2 * this.elements(step.result);
      }
      case 'activation':
        return ACTIVATION_COST * this.elements(step.sigma);
      case 'variance':
        return 4 * this.elements(step.sigma);
      case 'planes': {
        const { layers, height, width } = this.runs[step.run];
        return PLANE_COST * step.entries.length * height * width * (layers.length + 1);
      }
      case 'lambdas': {
        const { layers, height, width } = this.runs[step.run];
        return 30 * height * width * layers.length;
      }
    }
  }

  private elements(id: TensorId): number {
    const { rows, columns } = this.pass.tensors[id];
    return axisSize(rows) * axisSize(columns);
  }

  private dispatches(step: Step, batch: PairBatch): Dispatch[] {
    if (step.kind === 'planes') return this.planesDispatches(step, batch);
    if (step.kind === 'lambdas') return this.lambdaDispatches(step, batch);
    const pairs = batch.pairs.length;
    const result = step.kind === 'products' || step.kind === 'gather' ? step.result : step.sigma;
    const count = pairs * this.elements(result);
    const workgroups = spread(Math.ceil(count / 64));
    const cost = pairs * this.cost(step);
    return [{ ...this.bound(step, batch, count), workgroups, cost }];
  }

  private planesDispatches(step: PlanesStep, batch: PairBatch): Dispatch[] {
    const { buffers, runs, unused, unwritten } = this;
    const run = runs[step.run];
    const { sigma, theta } = step.result;
    const [tables] = this.tablesOf(step, () => [packTables(run.numbers, step.entries)]);
    const stored = this.pass.tensors[sigma];
    const channels = this.channelsOf(run);
    const source = step.source && this.sourceOf(step.source);
    const bound: Pick<Dispatch, 'program' | 'buffers' | 'params'> = {
      program: this.programs.planes[step.run],
      buffers: {
        x_fields: batch.x.runs[step.run].xFields,
        z_fields: batch.z.runs[step.run].zFields,
        pairs: buffers.pairs,
        tables,
        source_sigma: source?.sigma ?? unused,
        source_theta: source?.theta ?? source?.sigma ?? unused,
        sigma_result: buffers.tensor(sigma),
        theta_result: theta === undefined ? unwritten : buffers.tensor(theta),
      },
      params: {
        channels,
        layers: run.layers.length,
        fields: channels + run.layers.length,
        planes: step.entries.length,
        source_gain: run.sourceGain,
        source_rows: source?.rows ?? 0,
        source_columns: source?.columns ?? 0,
        source_theta_gain: source?.theta === undefined ? 0 : run.sourceGain,
        result_rows: axisSize(stored.rows),
        result_columns: stored.columns.classes.length,
      },
    };
    const cost = batch.pairs.length * this.cost(step);
    const groups = Math.ceil(step.entries.length / run.constants.PLANES);
    const slices = batch.pairs.length > 1 ? 1 : Math.min(groups, Math.ceil(cost / MOST_PLANE_COST));
    return Array.from({ length: slices }, (_, slice) => {
      const [first, end] = [slice, slice + 1].map((s) => Math.floor((s * groups) / slices));
      return {
        ...bound,
        params: { ...bound.params, first_group: first },
        workgroups: [end - first, batch.pairs.length],
        cost: cost / slices,
      };
    });
  }

  /** Variances of a run's activations, layer by layer, and then the fields that hold their roots. */
  private lambdaDispatches(step: LambdasStep, batch: PairBatch): Dispatch[] {
    const { programs } = this;
    const run = this.runs[step.run];
    const { height, width, layers, numbers, constants } = run;
    const channels = this.channelsOf(run);
    const { variance, xFields, zFields } = batch.x.runs[step.run];
    const [slots] = this.tablesOf(step, () => [
      packTables([], [step.entry]).subarray(4), // slots of the source
    ]);
    const source = step.source && this.sourceOf(step.source);
    const cost = (batch.pairs.length * this.cost(step)) / layers.length;
    const dispatches = numbers.map((layer, h): Dispatch => {
      const before = h === 0 ? undefined : numbers[h - 1];
      return {
        program: programs.variances,
        buffers: { source: source?.sigma ?? batch.x.images, slots, variance },
        params: {
          layer: h,
          layers: layers.length,
          first_image: batch.pairs[0][0],
          ...{ height, width, gain: layer.gain, bias: layer.bias },
          low: layer.windowed ? run.low : 0,
          high: layer.windowed ? run.high : 0,
          circular: run.circular ? 1 : 0,
          erf: run.kind === 'erf' && before?.active ? 1 : 0,
          sigma_scale: before?.sigmaScale ?? 1,
          k_scale: before?.kScale ?? 1,
          parts: constants.SOURCE_PARTS,
          channels,
          source_gain: run.sourceGain,
          source_rows: source?.rows ?? 0,
          source_columns: source?.columns ?? 0,
        },
        workgroups: [Math.ceil((height * width) / 64), batch.pairs.length],
        cost,
      };
    });
    dispatches.push({
      program: programs.fields[step.run],
      buffers: { images: batch.x.images, variance, x_fields: xFields, z_fields: zFields },
      params: { images: batch.x.count, channels, layers: layers.length },
      workgroups: [
        Math.ceil((constants.SHIFTS * height * 2 * Math.ceil(width / 4)) / 64),
        channels + layers.length,
        batch.x.count,
      ],
      cost: 0,
    });
    return dispatches;
  }

  private sourceOf({ sigma, theta }: NodeTensors) {
    const { rows, columns } = this.pass.tensors[sigma];
    return {
      sigma: this.buffers.tensor(sigma),
      theta: theta === undefined ? undefined : this.buffers.tensor(theta),
      rows: axisSize(rows),
      columns: columns.classes.length,
    };
  }

  private channelsOf({ sourceKind }: CompiledRun): number {
    return sourceKind === 'pixels' ? this.image.channels : 0;
  }

  private tablesOf(step: Step, pack: () => Uint32Array[]): GPUBuffer[] {
    let tables = this.tables.get(step);
    if (tables === undefined) {
      tables = pack().map((table) => this.scope.upload('tables', table));
      this.tables.set(step, tables);
    }
    return tables;
  }

  private bound(
    step: Exclude<Step, PlanesStep | LambdasStep>,
    batch: PairBatch,
    count: number,
  ): Omit<Dispatch, 'workgroups' | 'cost'> {
    const { buffers, programs, unused } = this;
    const geometry = (id: TensorId) => {
      const { rows, columns } = this.pass.tensors[id];
      return {
        axes: { pairs: buffers.pairs, rows: buffers.axis(rows), columns: buffers.axis(columns) },
        sizes: {
          count,
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
        return {
          program: programs.gather,
          buffers: {
            ...buffers.table(step.table),
            source,
            added: step.added === undefined ? source : buffers.tensor(step.added),
            result: buffers.tensor(step.result),
          },
          params: {
            count,
            inputs: axisSize(alongRows ? rows : columns),
            outputs: step.table.starts.length - 1,
            inner: alongRows ? axisSize(columns) : 1,
            gain: step.gain,
            bias: step.bias,
            keep: step.keep,
            first: 0,
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
            ...{ count, inputs: size, outputs: size, inner: 1, gain: 1, bias: 0, keep: 0 },
            first: batch.pairs[0][0] * axisSize(rows) * size,
          },
        };
      }
    }
  }
}

/** `count` workgroups as a grid within the limit of 65,535 per dimension. */
function spread(count: number): [number, number] {
  const x = Math.min(count, 32_768);
  return [x, Math.ceil(count / x)];
}
