/**
 * How a label becomes a row of targets: `one-hot` is 1 for the class and 0 elsewhere; `centred` is 0.9 and −0.1
 * (paper, section 6), which has mean zero for ten balanced classes.
 */
export type TargetCoding = 'one-hot' | 'centred';

const VALUES: Readonly<Record<TargetCoding, readonly [own: number, other: number]>> = {
  'one-hot': [1, 0],
  centred: [0.9, -0.1],
};

/** Number of classes that `labels` speak of: the largest label + 1. */
export function classCount(labels: ArrayLike<number>): number {
  let largest = -1;
  for (let i = 0; i < labels.length; i++) largest = Math.max(largest, labels[i]);
  return largest + 1;
}

/** labels [n], each 0 … classes−1 → targets [n][classes]. @throws RangeError naming the first label that is not. */
export function encodeTargets(
  labels: ArrayLike<number>,
  classes: number,
  coding: TargetCoding,
): Float64Array {
  assertLabels(labels, classes);
  const [own, other] = VALUES[coding];
  const targets = new Float64Array(labels.length * classes).fill(other);
  for (let i = 0; i < labels.length; i++) targets[i * classes + labels[i]] = own;
  return targets;
}

/** @throws RangeError naming the first label that is no whole number in 0 … classes−1. */
export function assertLabels(labels: ArrayLike<number>, classes: number): void {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (!(Number.isInteger(label) && label >= 0 && label < classes)) {
      throw new RangeError(`label ${label} at index ${i} is none of the classes 0 … ${classes - 1}`);
    }
  }
}
