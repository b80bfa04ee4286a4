import { contract as activationContract, KINDS } from '../../shaders/network_activation.js';
import { contract as gatherContract } from '../../shaders/network_gather.js';
import { contract as fieldsContract } from '../../shaders/fields.js';
import {
  contract as planesContract,
  packTables,
  SINKS,
  type PlaneEntry,
  type PlaneLayer,
  type Sink,
} from '../../shaders/network_planes_subgroup.js';
import { contract as productsContract } from '../../shaders/network_products.js';
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
import type { CompiledRun, NetworkPass, Step, TensorId } from './steps.js';
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
}

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
    const [products, gather, activation] = await Promise.all(
      [productsContract, gatherContract, activationContract].map((contract) => gpu.program(contract)),
    );
    const planes = await Promise.all(runs.map(({ constants }) => gpu.program(planesContract, constants)));
    const fields = await Promise.all(
      runs.map(({ constants: { HEIGHT, WIDTH, SHIFTS } }) =>
        gpu.program(fieldsContract, { HEIGHT, WIDTH, SHIFTS }),
      ),
    );
    const programs = { products, gather, activation, planes, fields };
    return new NetworkExecutor(gpu, programs, pacer, pass, runs, image, maxPairs);
  }

  /**
   * All steps for one batch, in as many submissions as keep each short.
   *
   * @returns [outputs] Σ and Θ as stored, [pairs]
   */
  async run(
    batch: PairBatch,
    signal?: AbortSignal,
  ): Promise<{ sigma: Float32Array; theta?: Float32Array }[]> {
    const { pass, gpu } = this;
    gpu.device.queue.writeBuffer(this.buffers.pairs, 0, Uint32Array.from(batch.pairs.flat()));
    const dispatches = pass.steps.flatMap((step) => this.dispatches(step, batch));
    const reads = pass.outputs.flatMap(({ sigma, theta }) =>
      theta === undefined ? [sigma] : [sigma, theta],
    );
    let data: ArrayBuffer[] = [];
    for (let first = 0; first < dispatches.length;) {
      signal?.throwIfAborted();
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
      ({ data } = await this.pacer.time(cost, (quietMs) => recording.submit({ quietMs, timed: true })));
    }
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
        return PLANE_COST * height * width * layers.length * (layers.length + 8);
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
    const { buffers, runs, unwritten } = this;
    const run = runs[step.run];
    const { sigma, theta } = step.result;
    const [tables] = this.tablesOf(step, () => [packTables(run.numbers, step.entries)]);
    const stored = this.pass.tensors[sigma];
    const bound = this.planesBound(step, batch, tables, {
      layers: run.layers.length,
      planes: step.entries.length,
      sink: run.sink,
      first: 0,
      rows: axisSize(stored.rows),
      columns: stored.columns.classes.length,
      hasTheta: theta !== undefined,
      results: {
        sigma_result: buffers.tensor(sigma),
        theta_result: theta === undefined ? unwritten : buffers.tensor(theta),
      },
    });
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

  /**
   * Variances are those of plane 0 of an image with itself, layer by layer: what the kernel makes of it with the layers up
   * to one, and that one without its activation, is the variance that the activation needs.
   */
  private lambdaDispatches(step: LambdasStep, batch: PairBatch): Dispatch[] {
    const { runs, programs, unwritten } = this;
    const run = runs[step.run];
    const { height, width, layers } = run;
    const channels = this.channelsOf(run);
    const { variance, xFields, zFields } = batch.x.runs[step.run];
    const cost = (batch.pairs.length * this.cost(step)) / layers.length;
    const columns = 2 * Math.ceil(width / 4);
    const layOut: Dispatch = {
      program: programs.fields[step.run],
      buffers: { images: batch.x.images, variance, x_fields: xFields, z_fields: zFields },
      params: { images: batch.x.count, channels, layers: layers.length },
      workgroups: [
        Math.ceil((run.constants.SHIFTS * height * columns) / 64),
        channels + layers.length,
        batch.x.count,
      ],
      cost: 0,
    };
    const dispatches = channels > 0 ? [layOut] : [];
    const upTo = (last: number): PlaneLayer[] =>
      run.numbers.slice(0, last + 1).map((layer, h) => (h < last ? layer : { ...layer, active: false }));
    const tables = this.tablesOf(step, () => layers.map((_, last) => packTables(upTo(last), [step.entry])));
    for (const [last, { activation }] of layers.entries()) {
      if (activation === undefined) continue;
      const image = batch.pairs[0][0];
      const bound = this.planesBound(step, batch, tables[last], {
        layers: last + 1,
        planes: 1,
        sink: 'whole',
        first: ((image * layers.length + last) * height * width) / 2,
        rows: layers.length * height,
        columns: 1,
        hasTheta: false,
        results: { sigma_result: variance, theta_result: unwritten },
      });
      dispatches.push({ ...bound, workgroups: [1, batch.pairs.length], cost }, layOut);
    }
    return dispatches;
  }

  private planesBound(
    { run: index, source }: PlanesStep | LambdasStep,
    batch: PairBatch,
    tables: GPUBuffer,
    result: {
      readonly layers: number;
      readonly planes: number;
      readonly sink: Sink;
      readonly first: number;
      readonly rows: number;
      readonly columns: number;
      readonly hasTheta: boolean;
      readonly results: BoundBuffers;
    },
  ): Pick<Dispatch, 'program' | 'buffers' | 'params'> {
    const { buffers, programs, runs, unused } = this;
    const run = runs[index];
    const channels = this.channelsOf(run);
    const axes = source && this.pass.tensors[source.sigma];
    return {
      program: programs.planes[index],
      buffers: {
        x_fields: batch.x.runs[index].xFields,
        z_fields: batch.z.runs[index].zFields,
        pairs: buffers.pairs,
        tables,
        source_sigma: source ? buffers.tensor(source.sigma) : unused,
        source_theta: source?.theta === undefined ? unused : buffers.tensor(source.theta),
        ...result.results,
      },
      params: {
        channels,
        layers: result.layers,
        fields: channels + run.layers.length,
        planes: result.planes,
        first_group: 0,
        parts: { pixels: 0, whole: 1, parts: 3 }[run.sourceKind],
        source_gain: run.sourceGain,
        source_rows: axes ? axisSize(axes.rows) : 0,
        source_columns: axes ? axes.columns.classes.length : 0,
        source_theta: source?.theta === undefined ? 0 : 1,
        sink: SINKS[result.sink],
        result_first: result.first,
        result_rows: result.rows,
        result_columns: result.columns,
        result_theta: result.hasTheta ? 1 : 0,
      },
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
