// The ends of the interval are the proportions that lie just 1.96 standard deviations from what was measured
// (Wilson's definition); none, all and no images; symmetry.
import { binomialInterval } from '../../src/statistics/binomial.js';

describe('binomialInterval', () => {
  test.each([
    [3, 8],
    [1, 2],
    [4343, 10_000],
    [0, 5],
    [5, 5],
  ])('%d of %d', (correct, count) => {
    const measured = correct / count;
    const ends = binomialInterval(correct, count);
    expect(ends[0]).toBeLessThan(ends[1]);
    for (const end of ends.filter((p) => p > 1e-12 && p < 1 - 1e-12)) {
      const deviations = Math.abs(measured - end) / Math.sqrt((end * (1 - end)) / count);
      expect(deviations).toBeCloseTo(1.96, 4);
    }
    const [low, high] = binomialInterval(count - correct, count);
    expect(1 - high).toBeCloseTo(ends[0], 12);
    expect(1 - low).toBeCloseTo(ends[1], 12);
  });

  test('without images nothing is known', () => {
    expect(binomialInterval(0, 0)).toEqual([0, 1]);
  });
});
