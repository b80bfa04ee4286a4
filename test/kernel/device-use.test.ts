// The share of the time in which the device computed: gaps count against it, in whatever order results arrive.
import { DeviceUse } from '../../src/kernel/device-use.js';

const shareOf = (...intervals: readonly (readonly [number, number])[]) => {
  const use = new DeviceUse();
  for (const [beginNs, endNs] of intervals) use.add({ beginNs, endNs });
  return use.share;
};

test('one after the other without a gap is 1', () => {
  expect(shareOf([100, 200], [200, 350])).toBe(1);
});

test('a gap counts from its begin to its end', () => {
  expect(shareOf([100, 200], [250, 300])).toBe(0.75);
});

test('results may arrive out of order', () => {
  expect(shareOf([250, 300], [100, 200])).toBe(0.75);
});

test('nothing is known without timestamps', () => {
  const use = new DeviceUse();
  use.add(undefined);
  expect(use.share).toBeUndefined();
});
