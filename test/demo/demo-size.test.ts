// Counts grow with the pairs that there is time for, depths shrink before counts become too few, given counts
// are kept, no image is in both sets, and where there is no time for gap it is left out.
import { loadDigits } from '../../src/data/digits.js';
import type { LabelledImages } from '../../src/data/load.js';
import { chooseSize, largestSize, type DemoChannels } from '../../src/demo/demo-size.js';
import { testGpu } from '../support/gpu.js';

let digits: LabelledImages;

beforeAll(async () => {
  digits = await loadDigits();
});

/** Pairs per list of depths, as on a device where a layer of `perLayer` pairs fits. */
const pairsAt = (perLayer: number) => [10, 5, 3].map((layers) => Math.floor(perLayer / layers));

test.each([
  [1e3, 10, [3, 4]],
  [5e4, 100, [3, 4]],
  [5e5, 200, [3, 4, 6]],
  [1e7, 800, [3, 6, 11]],
  [1e12, 1500, [3, 6, 11]],
])('time for %d pairs and layers: at most what fits, deeper networks last', (perLayer, least, depths) => {
  const size = largestSize({ train: digits }, pairsAt(perLayer));
  const { trainCount, testCount } = size;
  const pairs = (trainCount * (trainCount + 1)) / 2 + trainCount * testCount;
  expect(trainCount).toBeGreaterThanOrEqual(least);
  if (trainCount > 10) expect(pairs * (size.depths.at(-1)! - 1)).toBeLessThanOrEqual(perLayer);
  expect(trainCount + testCount).toBeLessThanOrEqual(digits.images.count);
  expect(size.depths.length).toBe(depths.length);
});

test('given counts are kept, whatever the time', () => {
  expect(largestSize({ train: digits, trainCount: 37, testCount: 11 }, pairsAt(1))).toEqual({
    trainCount: 37,
    testCount: 11,
    depths: [3, 4],
  });
  expect(largestSize({ train: digits, test: digits, trainCount: 37 }, pairsAt(1e9))).toEqual({
    trainCount: 37,
    testCount: 37,
    depths: [3, 6, 11],
  });
});

test('fewer images than the smallest round number', () => {
  const few = { ...digits, images: { ...digits.images, count: 7 } };
  expect(largestSize({ train: few }, pairsAt(1e6))).toMatchObject({ trainCount: 6, testCount: 1 });
});

describe('by measured speed', () => {
  const kernelsOf: DemoChannels = (depths, readouts) =>
    depths.flatMap((depth) => readouts.map((readout) => ({ kernel: 'nngp' as const, depth, readout })));

  test('no time: the read-out that takes longest is left out, unless counts are given', async () => {
    const gpu = await testGpu();
    expect(await chooseSize(gpu, { train: digits, seconds: 1e-3 }, kernelsOf)).toEqual({
      trainCount: 10,
      testCount: 10,
      depths: [3, 4],
      readouts: ['vanilla'],
    });
    expect(await chooseSize(gpu, { train: digits, seconds: 1e-3, trainCount: 12 }, kernelsOf)).toEqual({
      trainCount: 12,
      testCount: 12,
      depths: [3, 4],
      readouts: ['vanilla', 'gap'],
    });
  });

  test('labels are needed', async () => {
    const bare = { ...digits, labels: undefined };
    await expect(chooseSize(await testGpu(), { train: bare, seconds: 1 }, kernelsOf)).rejects.toThrow(
      'no labels',
    );
  });
});
