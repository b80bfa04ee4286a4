import { axisSize } from './axis.js';
import type { NetworkPass, NodeTensors, Step, TensorId } from './pass.js';

/** Which of a few buffers a tensor lives in: tensors that are never needed at the same time share one. */
export interface Slots {
  /** [tensors] */
  readonly slotOf: readonly number[];
  /** [slots]: numbers per pair of images. */
  readonly sizes: readonly number[];
}

/** The tensors that a step reads, then those that it writes or changes. */
function tensorsOf(step: Step): { reads: TensorId[]; writes: TensorId[] } {
  switch (step.kind) {
    case 'products':
      return { reads: [], writes: [step.result] };
    case 'gather':
      return {
        reads: step.added === undefined ? [step.source] : [step.source, step.added],
        writes: [step.result],
      };
    case 'activation':
      return { reads: [], writes: both(step) };
    case 'variance':
      return { reads: [step.sigma], writes: [] };
    case 'tail':
      return { reads: both(step.source), writes: both(step.result) };
    case 'planes':
      return { reads: step.source ? both(step.source) : [], writes: both(step.result) };
    case 'lambdas':
      return { reads: step.source ? both(step.source) : [], writes: [] };
  }
}

function both({ sigma, theta }: NodeTensors): TensorId[] {
  return theta === undefined ? [sigma] : [sigma, theta];
}

/** A walk through the steps that gives a new tensor the free slot that fits it best. Outputs stay to the end. */
export function assignSlots({ tensors, steps, outputs }: NetworkPass): Slots {
  const lastUse = new Array<number>(tensors.length).fill(-1);
  for (const [index, step] of steps.entries()) {
    const { reads, writes } = tensorsOf(step);
    for (const tensor of [...reads, ...writes]) lastUse[tensor] = index;
  }
  for (const { sigma, theta } of outputs) {
    lastUse[sigma] = steps.length;
    if (theta !== undefined) lastUse[theta] = steps.length;
  }
  const slotOf = new Array<number>(tensors.length).fill(-1);
  const sizes: number[] = [];
  const free = new Set<number>();
  for (const [index, step] of steps.entries()) {
    const { reads, writes } = tensorsOf(step);
    for (const tensor of writes) {
      if (slotOf[tensor] >= 0) continue;
      const size = axisSize(tensors[tensor].rows) * axisSize(tensors[tensor].columns);
      const slot = bestFit(free, sizes, size) ?? sizes.push(0) - 1;
      free.delete(slot);
      sizes[slot] = Math.max(sizes[slot], size);
      slotOf[tensor] = slot;
    }
    for (const tensor of new Set([...reads, ...writes])) {
      if (lastUse[tensor] === index) free.add(slotOf[tensor]);
    }
  }
  return { slotOf, sizes };
}

/** The smallest free slot that is large enough, else the largest one, which grows. */
function bestFit(free: ReadonlySet<number>, sizes: readonly number[], size: number): number | undefined {
  const ordered = [...free].sort((a, b) => sizes[a] - sizes[b]);
  return ordered.find((slot) => sizes[slot] >= size) ?? ordered.at(-1);
}
