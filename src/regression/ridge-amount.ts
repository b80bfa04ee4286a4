import { assertKeys, shown } from '../checks/arguments.js';
import { className } from '../checks/class-name.js';
import { TOLERANCES } from './tolerances.js';

/**
 * What is added to the diagonal of a kernel: in units of the mean of that diagonal (a number alone means that too), or as
 * it is, like the `alpha` of scikit-learn.
 */
export type RidgeAmount = number | { readonly relative: number } | { readonly absolute: number };

/** One ridge, or several of which the leave-one-out error chooses. */
export type RidgeChoice =
  | RidgeAmount
  | readonly number[]
  | { readonly relative: readonly number[] }
  | { readonly absolute: readonly number[] };

/** @throws ArgumentError for an object of another shape; RangeError for an amount that no ridge is */
export function assertRidge(ridge: RidgeAmount): void {
  const { amount, unit } = parts(ridge);
  const most = unit === 'relative' ? TOLERANCES.largestRidge : Number.MAX_VALUE;
  if (typeof amount === 'number' && amount >= 0 && amount <= most) return;
  throw new RangeError(
    unit === 'relative'
      ? `ridge is ${shown(amount)}; it must be a number from 0 to ${most}, in units of the mean of the diagonal`
      : `ridge is { absolute: ${shown(amount)} }; it must be a finite number ≥ 0`,
  );
}

/**
 * In units of the mean of the diagonal.
 *
 * @throws RangeError if an absolute ridge has no such measure, or is too large to leave anything of the kernel
 */
export function relativeRidge(ridge: RidgeAmount, mean: number): number {
  const { amount, unit } = parts(ridge);
  if (unit === 'relative' || amount === 0) return amount as number;
  const relative = (amount as number) / mean;
  if (relative >= 0 && relative <= TOLERANCES.largestRidge) return relative;
  throw new RangeError(
    `ridge is { absolute: ${amount as number} }, ${relative} times the mean of the diagonal (${mean}); it must be from 0 to ` +
      `${TOLERANCES.largestRidge} times it`,
  );
}

/** The ridges of a choice, one by one, in its order. @throws ArgumentError */
export function ridgesOf(choice: RidgeChoice): readonly RidgeAmount[] {
  const { amount, unit } = parts(choice);
  const amounts = isList(amount) ? Array.from(amount as ArrayLike<number>) : [amount as number];
  return amounts.map((one): RidgeAmount => (unit === 'relative' ? one : { absolute: one }));
}

function parts(ridge: RidgeChoice): { amount: unknown; unit: 'relative' | 'absolute' } {
  if (typeof ridge !== 'object' || isList(ridge)) return { amount: ridge, unit: 'relative' };
  assertKeys('ridge', ridge, ['relative', 'absolute']);
  const { relative, absolute } = ridge as { relative?: unknown; absolute?: unknown };
  if ((relative === undefined) === (absolute === undefined)) {
    throw new RangeError(
      `ridge is ${className(ridge)} with ${relative === undefined ? 'neither' : 'both'} of relative and absolute; one is wanted`,
    );
  }
  return relative === undefined
    ? { amount: absolute, unit: 'absolute' }
    : { amount: relative, unit: 'relative' };
}

function isList(value: unknown): boolean {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}
