import type { TileBatch } from './batches.js';
import type { KernelSpec } from './kernel-spec.js';
import type { Pass } from './passes.js';
import type { BatchValues } from './tile-runner.js';
import { kernelName } from './validate-kernels.js';

const LARGEST_FLOAT32 = (2 - 2 ** -23) * 2 ** 127;
const SMALLEST_NORMAL_FLOAT32 = 2 ** -126;

/** A kernel value that float32 cannot hold, or images that are not numbers. */
export class KernelValueError extends Error {
  override readonly name = 'KernelValueError';
}

export function isInFloat32(value: number): boolean {
  return Math.abs(value) <= LARGEST_FLOAT32;
}

/** Whether float32 holds few of its digits or none. */
export function isBelowFloat32(value: number): boolean {
  return value !== 0 && Math.abs(value) < SMALLEST_NORMAL_FLOAT32;
}

/** @param place As `ntk-gap-d11-hidden of images 3 and 1`. */
export function beyondFloat32(place: string, value: number): KernelValueError {
  return new KernelValueError(
    `${place} is ${value}, beyond float32. Scale the pixels down, or use fewer layers.`,
  );
}

/** Values too small for a float32 with all its digits. */
export class Underflows {
  count = 0;
  /** The first of them, as `ntk-gap-d11-hidden of images 3 and 1`. */
  first: string | undefined;

  add({ count, first }: Pick<Underflows, 'count' | 'first'>): void {
    this.count += count;
    this.first ??= first;
  }
}

/**
 * Counts the values of a batch that float32 could not hold with all their digits.
 *
 * @param origin Place in the run's matrix of the first row and column that the batch counts from.
 * @throws KernelValueError for one beyond float32
 */
export function checkValues(
  { batch, values, problems }: BatchValues,
  { outputs }: Pass,
  kernels: readonly KernelSpec[],
  origin: Pick<TileBatch, 'firstRow' | 'firstColumn'>,
  underflows: Underflows,
): void {
  const [beyond, count, firstBelow] = problems;
  const place = (entry: number) => {
    const pair = Math.floor(entry / outputs.length);
    const row = origin.firstRow + batch.firstRow + Math.floor(pair / batch.columns);
    const column = origin.firstColumn + batch.firstColumn + (pair % batch.columns);
    return `${kernelName(kernels[outputs[entry % outputs.length].index])} of images ${row} and ${column}`;
  };
  if (beyond !== NOWHERE) {
    const pair = Math.floor(beyond / outputs.length);
    const at = (beyond % outputs.length) * batch.rows * batch.columns + pair;
    throw beyondFloat32(place(beyond), values[at]);
  }
  if (count > 0) underflows.add({ count, first: place(firstBelow) });
}

/** The entry of a problem that no value has. */
const NOWHERE = 0xffffffff;

/** What there is to say of values that float32 holds badly or not at all; undefined where there are none. */
export function underflowWarning({
  underflows,
  firstUnderflow,
}: {
  readonly underflows: number;
  readonly firstUnderflow: string | undefined;
}): string | undefined {
  if (underflows === 0) return undefined;
  return `${underflows} values are too small for float32, the first that of ${firstUnderflow}; scale the pixels up, or use fewer layers`;
}
