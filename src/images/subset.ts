import type { LabelledImages } from '../data/load.js';
import { InputError } from '../checks/input-error.js';

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
 * @throws InputError if there are fewer images.
 */
export function drawSubset(labels: Int32Array, count: number, kind: SubsetKind, seed: number): number[] {
  const all = Array.from(labels.keys());
  if (count > all.length) {
    throw new InputError('images', `${count} are asked for, but there are ${all.length}; ask for fewer`);
  }
  if (count === all.length || kind === 'first') return all.slice(0, count);
  const order = kind === 'balanced' ? balancedOrder(labels, seed) : shuffle(all, splitMix32(seed));
  return order.slice(0, count);
}

/** The images at these indices, in this order. @throws InputError if an index is none of the set. */
export function selectImages(set: LabelledImages, indices: readonly number[]): LabelledImages {
  const { images, labels } = set;
  const elements = images.channels * images.height * images.width;
  const data = new Float32Array(indices.length * elements);
  indices.forEach((index, position) => {
    if (!(index >= 0 && index < images.count)) {
      throw new InputError(
        set.files.join(', '),
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

/** Fisher and Yates, in place. */
function shuffle(items: number[], random: () => number): number[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [items[i], items[j]] = [items[j], items[i]];
  }
  return items;
}

/** Uniform numbers in [0, 1): SplitMix with 32 bits of state. */
function splitMix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  };
}
