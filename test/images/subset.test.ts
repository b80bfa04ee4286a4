import { loadDigits } from '../../src/data/digits.js';
import { InputError } from '../../src/checks/input-error.js';
import { balancedOrder, drawSubset, selectImages } from '../../src/images/subset.js';

describe('balancedOrder', () => {
  test('is a permutation in which every prefix is balanced', async () => {
    const labels = (await loadDigits()).labels!;
    const order = balancedOrder(labels, 1);
    expect([...order].sort((a, b) => a - b)).toEqual([...labels.keys()]);
    // The rarest class has 174 images: up to 1740 no two classes differ by more than one.
    const seen = new Array<number>(10).fill(0);
    for (const index of order.slice(0, 1740)) {
      seen[labels[index]]++;
      expect(Math.max(...seen) - Math.min(...seen)).toBeLessThanOrEqual(1);
    }
    expect(seen).toEqual(new Array(10).fill(174));
  });

  test('the same seed gives the same order, another seed another', () => {
    const labels = Int32Array.from({ length: 100 }, (_, i) => i % 3);
    expect(balancedOrder(labels, 5)).toEqual(balancedOrder(labels, 5));
    expect(balancedOrder(labels, 5)).not.toEqual(balancedOrder(labels, 6));
    expect(balancedOrder(labels, 5)).not.toEqual([...labels.keys()]);
  });

  test('every image of a class is as likely to come first', () => {
    const labels = new Int32Array(4);
    const firsts = [0, 0, 0, 0];
    for (let seed = 0; seed < 4000; seed++) firsts[balancedOrder(labels, seed)[0]]++;
    // Binomial: 1000 expected, deviation 27.
    for (const count of firsts) expect(Math.abs(count - 1000)).toBeLessThan(140);
  });

  test('uneven and missing classes, no images', () => {
    const order = balancedOrder(Int32Array.of(7, 2, 7, 7), 3);
    expect(order[0]).toBe(1);
    expect([...order].sort((a, b) => a - b)).toEqual([0, 1, 2, 3]);
    expect(balancedOrder(new Int32Array(0), 1)).toEqual([]);
  });
});

describe('selectImages', () => {
  test('takes images and labels in the given order, and leaves the set as it was', async () => {
    const set = await loadDigits();
    const before = set.images.data.slice();
    const { images, labels, classes } = selectImages(set, [10, 3, 10]);
    expect(images).toMatchObject({ count: 3, channels: 1, height: 8, width: 8 });
    expect(images.data.subarray(0, 64)).toEqual(set.images.data.subarray(640, 704));
    expect(images.data.subarray(64, 128)).toEqual(set.images.data.subarray(192, 256));
    expect(images.data.subarray(128)).toEqual(images.data.subarray(0, 64));
    expect([...labels!]).toEqual([10, 3, 10].map((index) => set.labels![index]));
    expect(classes).toBe(10);
    images.data.fill(-1);
    expect(set.images.data).toEqual(before);
  });

  test('images without labels', async () => {
    const set = { ...(await loadDigits()), labels: undefined, classes: undefined };
    expect(selectImages(set, [0]).labels).toBeUndefined();
  });

  test('the last index passes, the one after it does not', async () => {
    const set = await loadDigits();
    expect(selectImages(set, [1796]).images.count).toBe(1);
    expect(() => selectImages(set, [1797])).toThrow(InputError);
    expect(() => selectImages(set, [1797])).toThrow(/image 1797 is asked for, but there are 1797/);
    expect(() => selectImages(set, [-1])).toThrow(InputError);
  });
});

describe('drawSubset', () => {
  const labels = Int32Array.from({ length: 40 }, (_, i) => (i < 30 ? 0 : 1));

  test('balanced, at random, and the first ones', () => {
    const ones = (indices: readonly number[]) => indices.filter((index) => labels[index] === 1).length;
    expect(ones(drawSubset(labels, 10, 'balanced', 3))).toBe(5);
    const random = drawSubset(labels, 20, 'random', 3);
    expect(new Set(random).size).toBe(20);
    expect(random).not.toEqual(drawSubset(labels, 20, 'random', 4));
    expect(random).toEqual(drawSubset(labels, 20, 'random', 3));
    expect(drawSubset(labels, 3, 'first', 3)).toEqual([0, 1, 2]);
  });

  test('all of them stay in the order of the files', () => {
    for (const kind of ['balanced', 'random', 'first'] as const)
      expect(drawSubset(labels, 40, kind, 3)).toEqual([...labels.keys()]);
  });

  test('more than there are', () => {
    expect(() => drawSubset(labels, 41, 'random', 3)).toThrow(/41 are asked for, but there are 40/);
  });
});
