// Round ticks on linear axes; powers of ten on logarithmic ones, 1-2-5 where the range is small, linear ones where
// it is tiny; labels that tell them apart; ticks at the values measured where those are few; ranges that show all values.
import { domainOf, isDrawable, makeAxis } from '../../src/figures/axes.js';
import { linearTicks, logTicks, tickLabels, withoutOverlap } from '../../src/figures/ticks.js';

test('linear ticks are 1, 2 or 5 times a power of ten apart', () => {
  expect(linearTicks([0, 1], 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(linearTicks([-0.3, 0.3], 4)).toEqual([-0.2, 0, 0.2]);
  expect(linearTicks([47.2, 63.9], 8)).toEqual([50, 55, 60]);
});

test('logarithmic ticks', () => {
  expect(logTicks([0.005, 2000])).toEqual([0.01, 0.1, 1, 10, 100, 1000]);
  expect(logTicks([3, 300])).toEqual([5, 10, 20, 50, 100, 200]);
  expect(logTicks([1, 1000])).toEqual([1, 10, 100, 1000]);
  // Nothing of 1, 2 and 5 lies between.
  expect(logTicks([2.1, 2.9])).toEqual([2.2, 2.4, 2.6, 2.8]);
});

test('labels', () => {
  expect(tickLabels([-0.5, 0, 0.5], 'linear')).toEqual(['−0.5', '0.0', '0.5']);
  expect(tickLabels([50, 100], 'linear')).toEqual(['50', '100']);
  expect(tickLabels([0, 1e6, 2e6], 'linear')).toEqual(['0', '10⁶', '2·10⁶']);
  expect(tickLabels([1e-6, 0.001, 1, 1000, 2e12], 'log')).toEqual(['10⁻⁶', '0.001', '1', '1000', '2·10¹²']);
});

test('of labels that touch the first and the last stay', () => {
  const tick = (value: number) => ({ value, label: `${value}`, middle: value, extent: 10 });
  const kept = (...values: number[]) => withoutOverlap(values.map(tick), 2).map(({ value }) => value);
  expect(kept(0, 12, 24)).toEqual([0, 12, 24]);
  expect(kept(0, 5, 11, 14, 25)).toEqual([0, 25]);
  expect(kept(0, 5, 12, 14, 25)).toEqual([0, 12, 25]);
});

describe('an axis', () => {
  const axis = (used: readonly number[], scale: 'linear' | 'log' = 'linear') =>
    makeAxis(scale, domainOf(used, scale), { from: 0, to: 700, used });

  test('has its ticks at the depths used', () => {
    expect(axis([3, 4, 6, 11, 21]).labels).toEqual(['3', '4', '6', '11', '21']);
    expect(axis([8192, 64, 512], 'log').labels).toEqual(['64', '512', '8192']);
  });

  test('has round ticks where the values are many, long, or crowd', () => {
    const many = Array.from({ length: 100 }, (_, i) => i);
    expect(axis(many).ticks).toEqual([0, 20, 40, 60, 80, 100]);
    expect(axis([0.123456, 1.98765]).ticks).toEqual([0.5, 1, 1.5, 2]);
    expect(axis([1, 2, 3, 4, 5, 10000]).ticks).toEqual([0, 2000, 4000, 6000, 8000, 10000]);
  });

  test('places values', () => {
    const { at, domain } = axis([1, 100], 'log');
    expect(at(domain[0])).toBeCloseTo(0, 9);
    expect(at(domain[1])).toBeCloseTo(700, 9);
    expect(at(10)).toBeCloseTo(350, 9);
  });
});

test('ranges show all values with some room, also one value alone', () => {
  for (const scale of ['linear', 'log'] as const) {
    for (const values of [[5], [1, 2], [3, 3, 3], [1e-8, 1e8]]) {
      const [low, high] = domainOf(values, scale);
      expect(low).toBeLessThan(Math.min(...values));
      expect(high).toBeGreaterThan(Math.max(...values));
    }
  }
  expect(domainOf([0], 'linear')).toEqual([-1, 1]);
  expect(domainOf([], 'linear')).toEqual([0, 1]);
});

test('what has no place on an axis', () => {
  expect([1, -1, 0].map((value) => isDrawable(value, 'linear'))).toEqual([true, true, true]);
  expect([1, -1, 0].map((value) => isDrawable(value, 'log'))).toEqual([true, false, false]);
  expect([NaN, Infinity, -Infinity].map((value) => isDrawable(value, 'linear'))).toEqual([
    false,
    false,
    false,
  ]);
});
