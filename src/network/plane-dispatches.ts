import { contract as fieldsContract } from '../../shaders/fields.js';
import { contract as portableContract } from '../../shaders/network_planes.js';
import { contract as subgroupContract } from '../../shaders/network_planes_subgroup.js';
import { contract as rowsContract, packGroups } from '../../shaders/network_rows.js';
import { contract as variancesContract } from '../../shaders/network_variances.js';
import { packTables } from '../../shaders/shared/network_planes.js';
import type { BufferScope } from '../gpu/buffers.js';
import type { Gpu } from '../gpu/gpu.js';
import type { Program } from '../gpu/program.js';
import { axisSize } from './axis.js';
import type { Dispatch, PairBatch } from './dispatch.js';
import type { CompiledRun, NetworkPass, NodeTensors, Step } from './pass.js';
import { sourceParts } from './plane-runs.js';
import type { ImageSize } from './shapes.js';
import type { TensorBuffers } from './tensor-buffers.js';

type PlanesStep = Extract<Step, { kind: 'planes' }>;
type LambdasStep = Extract<Step, { kind: 'lambdas' }>;

const CONTRACTS = { subgroup: subgroupContract, portable: portableContract, rows: rowsContract } as const;

/** Programs of the runs of the fused plane kernel. */
export interface PlanePrograms {
  readonly planes: readonly Program[]; // [runs]
  readonly fields: readonly Program[]; // [runs]
  readonly variances: Program;
}

/** All of them are compiled at a time. */
export async function planePrograms(gpu: Gpu, runs: readonly CompiledRun[]): Promise<PlanePrograms> {
  const [planes, fields, variances] = await Promise.all([
    Promise.all(runs.map(({ kernel, constants }) => gpu.program(CONTRACTS[kernel], constants))),
    Promise.all(
      runs.map(({ constants: { HEIGHT, WIDTH, SHIFTS } }) =>
        gpu.program(fieldsContract, { HEIGHT, WIDTH, SHIFTS }),
      ),
    ),
    gpu.program(variancesContract),
  ]);
  return { planes, fields, variances };
}

/** Tables of a step, with the planes or groups of planes that they list. */
interface PackedTables {
  readonly buffer: GPUBuffer;
  readonly entries: number;
}

/** The dispatches of the fused plane kernel and of what it reads, for the steps of one pass. */
export class PlaneDispatches {
  /** Bound where the kernel has a buffer that it will not read, and one that it will not write. */
  private readonly unused: GPUBuffer;
  private readonly unwritten: GPUBuffer;
  private readonly tables = new Map<Step, PackedTables>();

  constructor(
    private readonly scope: BufferScope,
    private readonly buffers: TensorBuffers,
    private readonly programs: PlanePrograms,
    private readonly pass: NetworkPass,
    private readonly runs: readonly CompiledRun[],
    private readonly image: ImageSize,
  ) {
    this.unused = scope.storage('unused', 16);
    this.unwritten = scope.storage('unwritten', 16);
  }

  /**
   * @param cost Of the step for the batch.
   * @param budget What one dispatch may cost; one group of planes at least.
   */
  planes(step: PlanesStep, batch: PairBatch, cost: number, budget: number): Dispatch[] {
    const { buffers, runs, unused, unwritten } = this;
    const run = runs[step.run];
    const { sigma, theta } = step.result;
    const { buffer: tables, entries } = this.tablesOf(step, () =>
      run.kernel === 'rows'
        ? packGroups(run.numbers, step.entries, run.constants.SPAN, run.sink)
        : { tables: packTables(run.numbers, step.entries), groups: step.entries.length },
    );
    const stored = this.pass.tensors[sigma];
    const channels = this.kernelsOf(run);
    const source = step.source && this.sourceOf(step.source);
    const [ofX, ofZ] = [batch.x.runs[step.run], batch.z.runs[step.run]];
    const bound: Pick<Dispatch, 'program' | 'buffers' | 'params'> = {
      program: this.programs.planes[step.run],
      buffers: {
        x_fields: ofX.texels?.x ?? ofX.xFields,
        z_fields: ofZ.texels?.z ?? ofZ.zFields,
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
        planes: entries,
        source_gain: run.sourceGain,
        source_rows: source?.rows ?? 0,
        source_columns: source?.columns ?? 0,
        source_theta_gain: source?.theta === undefined ? 0 : run.sourceGain,
        result_rows: axisSize(stored.rows),
        result_columns: stored.columns.classes.length,
      },
    };
    const groups = Math.ceil(entries / run.constants.PLANES);
    const slices = Math.min(groups, Math.ceil(cost / budget));
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
  lambdas(step: LambdasStep, batch: PairBatch, total: number): Dispatch[] {
    const { programs } = this;
    const run = this.runs[step.run];
    const { height, width, layers, numbers, constants } = run;
    const channels = this.kernelsOf(run);
    const { variance, xFields, zFields, texels } = batch.x.runs[step.run];
    const { buffer: slots } = this.tablesOf(step, () => ({
      tables: packTables([], [step.entry]).subarray(4), // slots of the source
      groups: 1,
    }));
    const source = step.source && this.sourceOf(step.source);
    const cost = total / layers.length;
    const parts = sourceParts(run);
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
          column_parts: parts.columns,
          row_parts: parts.rows,
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
      copies: texels && [
        { source: xFields, texture: texels.x },
        { source: zFields, texture: texels.z },
      ],
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

  private kernelsOf({ sourceKind }: CompiledRun): number {
    return sourceKind === 'pixels' ? this.image.channels : 0;
  }

  private tablesOf(step: Step, pack: () => { tables: Uint32Array; groups: number }): PackedTables {
    let packed = this.tables.get(step);
    if (packed === undefined) {
      const { tables, groups } = pack();
      packed = { buffer: this.scope.upload('tables', tables), entries: groups };
      this.tables.set(step, packed);
    }
    return packed;
  }
}
