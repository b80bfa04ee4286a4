import type { TailLayer } from '../../shaders/network_tail.js';
import type { PlaneEntry } from '../../shaders/shared/network_planes.js';
import type { PlaneLayer } from '../../shaders/shared/plane_activation.js';
import type { GatherTable } from './axis.js';
import type { ActivationOperation } from './graph.js';
import type { NodeAxes } from './needs.js';
import type { PlaneRun } from './plane-runs.js';

/** A tensor of every pair of a batch, [pairs][elements of rows][elements of columns], by its number in the pass. */
export type TensorId = number;

/** What an executor does, one dispatch each, in this order. */
export type Step =
  | { readonly kind: 'products'; readonly result: TensorId }
  | {
      readonly kind: 'gather';
      readonly along: 'rows' | 'columns';
      readonly table: GatherTable;
      readonly source: TensorId;
      readonly result: TensorId;
      readonly gain: number;
      readonly bias: number;
      /** Added to the result, times keep. */
      readonly added?: TensorId;
      readonly keep: number;
    }
  | {
      readonly kind: 'activation';
      readonly operation: ActivationOperation;
      /** The step overwrites the tensor that it reads. */
      readonly sigma: TensorId;
      readonly theta?: TensorId;
      /** Which of the variances of the images it needs. */
      readonly variance: number;
      readonly sigmaScale: number;
      readonly kScale: number;
      readonly thetaScale: number;
    }
  /** Dense layers and activations on one number per pair. */
  | {
      readonly kind: 'tail';
      readonly layers: readonly TailLayer[];
      readonly source: NodeTensors;
      readonly result: NodeTensors;
      /** Which of the variances of the images it begins with, if it has activations. */
      readonly variance?: number;
    }
  /** In the pass of the variances alone: the tensor of an image with itself, one value per position, is variance k. */
  | { readonly kind: 'variance'; readonly variance: number; readonly sigma: TensorId }
  /** A run of the fused plane kernel. */
  | {
      readonly kind: 'planes';
      readonly run: number;
      readonly source?: NodeTensors;
      readonly result: NodeTensors;
      readonly entries: readonly PlaneEntry[];
    }
  /** In the pass of the variances alone: the variances that the activations of a run need. */
  | {
      readonly kind: 'lambdas';
      readonly run: number;
      readonly source?: NodeTensors;
      /** Plane 0. */
      readonly entry: PlaneEntry;
    };

/** Σ of a node, and Θ where it is not 0. */
export interface NodeTensors {
  readonly sigma: TensorId;
  readonly theta?: TensorId;
}

/** A run of the fused plane kernel with the numbers of its layers. */
export interface CompiledRun extends PlaneRun {
  readonly numbers: readonly PlaneLayer[]; // [layers]
  readonly sourceGain: number;
}

/** The kernels at the end of a network, one number per pair each; the true ones are 2^exponent times what is stored. */
export interface PassOutput {
  readonly sigma: TensorId;
  /** Absent where Θ is 0, which no trained network's is. */
  readonly theta?: TensorId;
  readonly exponent: number;
}

/** One walk of a batch of pairs through all nodes that are needed. */
export interface NetworkPass {
  readonly tensors: readonly NodeAxes[];
  readonly steps: readonly Step[];
  /** [networks]; empty in the pass of the variances. */
  readonly outputs: readonly PassOutput[];
}

/** Positions of variance k: its input's height × width. */
export interface VarianceShape {
  readonly height: number;
  readonly width: number;
}

export interface CompiledPasses {
  readonly runs: readonly CompiledRun[];
  readonly variances: NetworkPass;
  readonly values: NetworkPass;
  /** [variances] */
  readonly varianceShapes: readonly VarianceShape[];
}
