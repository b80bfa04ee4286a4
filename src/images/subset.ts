import { ArgumentError, assertArray, assertCount, assertOneOf } from '../checks/arguments.js';
import { className } from '../checks/class-name.js';
import { copyOfFloat64, type NumberArray } from '../checks/typed-arrays.js';
import type { ImageStack } from './images.js';
import { assertStack } from './taken-images.js';
import { InputError } from '../checks/input-error.js';
import { shuffle, splitMix32 } from '../statistics/random.js';

/**
 * All indices in an order in which every prefix is as balanced over the classes as can be: within each class at
 * random, one of each class in turn.
 *
 * @param labels [count]
 * @param seed The same seed gives the same order everywhere.
 * @returns a permutation of 0 … count − 1.
 */
export function balancedOrder(labels: Int32Array, seed: number): number[] {
  const random = splitMix32(seed);
  const byClass = new Map<number, number[]>();
  labels.forEach((label, index) => {
    const members = byClass.get(label);
    if (members === undefined) byClass.set(label, [index]);
    else members.push(index);
  });
  const classes = [...byClass.keys()]
    .sort((a, b) => a - b)
    .map((label) => shuffle(byClass.get(label)!, random));
  const longest = Math.max(0, ...classes.map((members) => members.length));
  return Array.from({ length: longest }, (_, round) =>
    classes.flatMap((members) => (round < members.length ? [members[round]] : [])),
  ).flat();
}

/** How a subset is drawn: as balanced over the classes as can be, at random, or the first images of the files. */
export type SubsetKind = 'balanced' | 'random' | 'first';

/**
 * Indices of a subset; those of all images in the order of the files where all are asked for.
 *
 * @param labels [images]
 * @returns [count]
 * @throws InputError if there are fewer images; ArgumentError, ArrayError
 */
export function drawSubset(labels: NumberArray, count: number, kind: SubsetKind, seed: number): number[] {
  const classes = Int32Array.from(copyOfFloat64('labels', labels, 'Int32Array'));
  assertCount('count', count, 0);
  assertOneOf('kind', kind, ['balanced', 'random', 'first']);
  assertCount('seed', seed, 0);
  const all = Array.from(classes.keys());
  if (count > all.length) {
    throw new InputError('images', `${count} are asked for, but there are ${all.length}; ask for fewer`);
  }
  if (count === all.length || kind === 'first') return all.slice(0, count);
  const order = kind === 'balanced' ? balancedOrder(classes, seed) : shuffle(all, splitMix32(seed));
  return order.slice(0, count);
}

/** Images with what is known of them. */
export interface ImageSet {
  readonly images: ImageStack;
  /** Class of each image, [count], if known. */
  readonly labels: Int32Array | undefined;
  /** Where they come from, for messages. */
  readonly files?: readonly string[];
}

/**
 * The images at these indices, in this order, with their labels; all else of the set as it is.
 *
 * @throws InputError if an index is none of the set; ArgumentError, ImageError
 */
export function selectImages<Set extends ImageSet>(set: Set, indices: readonly number[]): Set {
  const { images, labels } = takeSet(set);
  assertArray('indices', indices, 'numbers');
  const elements = images.channels * images.height * images.width;
  const data = new Float32Array(indices.length * elements);
  indices.forEach((index, position) => {
    if (!(index >= 0 && index < images.count)) {
      throw new InputError(
        set.files?.join(', ') ?? 'images',
        `image ${index} is asked for, but there are ${images.count}`,
      );
    }
    data.set(images.data.subarray(index * elements, (index + 1) * elements), position * elements);
  });
  return {
    ...set,
    images: { ...images, data, count: indices.length },
    labels: labels && Int32Array.from(indices, (index) => labels[index]),
  };
}

function takeSet<Set extends ImageSet>(set: Set): Set {
  if (typeof set !== 'object' || (set as unknown) === null) {
    throw new ArgumentError(`the set is ${className(set)}; { images, labels } is wanted`);
  }
  assertStack('images', set.images);
  return set;
}
