// Every generator of random numbers gives the numbers that earlier versions gave, since subsets, finite networks and
// benchmarks depend on them; another seed gives others, and the values lie where the comments say.
import { createHash } from 'node:crypto';
import { randomImages } from '../../src/images/random-images.js';
import { drawSubset } from '../../src/images/subset.js';
import {
  linearCongruence,
  NormalNumbers,
  randomNumbers,
  shuffle,
  splitMix32,
} from '../../src/statistics/random.js';

/** The beginning of the SHA-256 of numbers in float64. */
function digest(values: Iterable<number>): string {
  return createHash('sha256')
    .update(new Uint8Array(Float64Array.from(values).buffer))
    .digest('hex')
    .slice(0, 16);
}

function take(count: number, next: () => number): number[] {
  return Array.from({ length: count }, next);
}

const labels = Int32Array.from({ length: 100 }, (_, i) => i % 7);

test.each<[string, () => Iterable<number>, string]>([
  ['uniform numbers of benchmarks', () => take(1000, randomNumbers(61)), '3c393a5212bf197a'],
  ['normal numbers', () => new NormalNumbers(1, 2, 3).array(1001), 'bd2d47aed4a1c43a'],
  ['balanced subsets', () => drawSubset(labels, 99, 'balanced', 5), 'a337579ad680c72c'],
  ['random subsets', () => drawSubset(labels, 50, 'random', 9), '490965bbf37022bb'],
  ['images', () => randomImages(3, { channels: 3, height: 7, width: 5 }, 4).data, '5d80a203c0fe4aff'],
])('%s are as they always were', (_, made, expected) => {
  expect(digest(made())).toBe(expected);
});

test('a congruence begins as Numerical Recipes lists it', () => {
  const next = linearCongruence(0);
  expect(take(3, next).map((value) => value >>> 0)).toEqual([0x3c6ef35f, 0x47502932, 0xd1ccf6e9]);
});

test('another seed gives other numbers', () => {
  for (const generator of [randomNumbers, splitMix32]) {
    expect(take(4, generator(1))).not.toEqual(take(4, generator(2)));
  }
  expect(new NormalNumbers(1).next()).not.toBe(new NormalNumbers(2).next());
});

test('the numbers lie in their ranges', () => {
  const symmetric = take(1e4, randomNumbers(3));
  expect(Math.min(...symmetric)).toBeGreaterThanOrEqual(-1);
  expect(Math.max(...symmetric)).toBeLessThan(1);
  expect(symmetric.every((value) => Math.fround(value) === value)).toBe(true);
  const positive = take(1e4, splitMix32(3));
  expect(Math.min(...positive)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...positive)).toBeLessThan(1);
});

test('a shuffle keeps the items, and moves them in place', () => {
  const items = [1, 2, 3, 4, 5, 6, 7, 8];
  expect(shuffle(items, splitMix32(1))).toBe(items);
  expect(items).not.toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect([...items].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});
