import { axisSize } from './axis.js';
import type { CompiledRun, NetworkPass, Step, TensorId } from './pass.js';
import type { ImageSize } from './shapes.js';

/** Reads of tensors and tables that an activation costs as much as, and an element-layer of the plane kernel. */
const ACTIVATION_COST = 12;
const PLANE_COST = 3;
/** What a step costs for one pair, in reads. */
export function stepCost(
  step: Step,
  pass: NetworkPass,
  runs: readonly CompiledRun[],
  { channels }: ImageSize,
): number {
  switch (step.kind) {
    case 'products':
      return 2 * channels * tensorElements(pass, step.result);
    case 'gather': {
      const { rows, columns } = pass.tensors[step.result];
      const inner = axisSize(step.along === 'rows' ? columns : rows);
      return 2 * step.table.sources.length * inner + 2 * tensorElements(pass, step.result);
    }
    case 'activation':
      return ACTIVATION_COST * tensorElements(pass, step.sigma);
    case 'variance':
      return 4 * tensorElements(pass, step.sigma);
    case 'tail':
      return 3 * ACTIVATION_COST * step.layers.length;
    case 'planes': {
      const { layers, height, width } = runs[step.run];
      return PLANE_COST * step.entries.length * height * width * (layers.length + 1);
    }
    case 'lambdas': {
      const { layers, height, width } = runs[step.run];
      return 30 * height * width * layers.length;
    }
  }
}

/** Numbers of a tensor, for one pair. */
export function tensorElements({ tensors }: NetworkPass, id: TensorId): number {
  const { rows, columns } = tensors[id];
  return axisSize(rows) * axisSize(columns);
}
