import { className } from '../checks/class-name.js';
import { ArgumentError, shown } from '../checks/arguments.js';
import { copyOfFloat64, type NumberArray } from '../checks/typed-arrays.js';

/**
 * How a label becomes a row of targets: `one-hot` is 1 for the class and 0 elsewhere; `centred` is 0.9 and −0.1
 * (paper, section 6), which has mean zero for ten balanced classes.
 */
export type TargetCoding = 'one-hot' | 'centred';

const VALUES: Readonly<Record<TargetCoding, readonly [own: number, other: number]>> = {
  'one-hot': [1, 0],
  centred: [0.9, -0.1],
};

/** Predictions are 32-bit integers, and so are labels: −1 and 1 as well as 0 to 9. */
const [SMALLEST_LABEL, LARGEST_LABEL] = [-(2 ** 31), 2 ** 31 - 1];

/**
 * The classes that `labels` speak of, in ascending order: column c of targets, coefficients and scores is that of
 * class c of this list. What it costs depends on how many there are, not on how large they are.
 *
 * @throws RangeError naming the first label that is no whole number of 32 bits.
 */
export function classesOf(given: NumberArray): number[] {
  const labels = copyOfFloat64('labels', given, 'Int32Array');
  assertLabels(labels);
  const classes = new Set<number>();
  for (let i = 0; i < labels.length; i++) classes.add(labels[i]);
  return [...classes].sort((a, b) => a - b);
}

/**
 * labels [n], each one of the classes → targets [n][classes].
 *
 * @throws RangeError naming the first label that is none of them.
 */
export function encodeTargets(
  given: NumberArray,
  classes: readonly number[],
  coding: TargetCoding,
): Float64Array {
  const labels = copyOfFloat64('labels', given, 'Int32Array');
  if (!Array.isArray(classes)) {
    throw new ArgumentError(
      `classes are ${className(classes)}; an array of labels is wanted, as classesOf(labels) gives`,
    );
  }
  if (!Object.hasOwn(VALUES, coding)) {
    throw new ArgumentError(`unknown coding of targets ${shown(coding)}: use one-hot or centred`);
  }
  const columns = new Map((classes as readonly number[]).map((label, column) => [label, column]));
  const [own, other] = VALUES[coding];
  const targets = new Float64Array(labels.length * classes.length).fill(other);
  for (let i = 0; i < labels.length; i++) {
    const column = columns.get(labels[i]);
    if (column === undefined) {
      throw new RangeError(`label ${labels[i]} at index ${i} is none of the ${classes.length} classes`);
    }
    targets[i * classes.length + column] = own;
  }
  return targets;
}

/** @throws RangeError naming the first label that is no whole number of 32 bits. */
export function assertLabels(labels: ArrayLike<number>): void {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (!(Number.isInteger(label) && label >= SMALLEST_LABEL && label <= LARGEST_LABEL)) {
      throw new RangeError(
        `label ${label} at index ${i} is no class: those are whole numbers from ${SMALLEST_LABEL} to ${LARGEST_LABEL}`,
      );
    }
  }
}
