// Mean, deviation, median and quantile of samples: values known by hand, of even and odd numbers of values and at both ends.
import { mean, median, quantile, standardDeviation } from '../../src/statistics/samples.js';

test('the mean', () => {
  expect(mean([1, 2, 6])).toBe(3);
  expect(mean([])).toBeNaN();
});

test('the deviation of a sample is by n − 1, and there is none of one value', () => {
  expect(standardDeviation([1, 3])).toBe(Math.SQRT2);
  expect(standardDeviation([5])).toBeUndefined();
});

test('the median of odd and even numbers of values, whatever their order', () => {
  const given = [3, 10, 2];
  expect(median(given)).toBe(3);
  expect(given).toEqual([3, 10, 2]);
  expect(median([4, 1, 2, 30])).toBe(3);
  expect(median([7])).toBe(7);
  expect(median([])).toBeNaN();
});

test.each([
  [0, 1],
  [0.1, 1],
  [0.2, 2],
  [0.5, 3],
  [1, 4],
])('the quantile of share %d of four values is value %d', (share, expected) => {
  expect(quantile(Float64Array.of(1, 2, 3, 4), share)).toBe(expected);
});
