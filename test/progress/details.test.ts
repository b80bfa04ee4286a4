// Speeds have three digits in the unit that suits them; work of no element-layers is not told of.
import { formatRate, workUpdates } from '../../src/progress/details.js';
import { SILENT } from '../../src/progress/reporter.js';

test('both sides of the change of unit', () => {
  expect(formatRate(1e5, 1000)).toBe('0.000100 G element-layers/s');
  expect(formatRate(99_999, 1000)).toBe('99,999 element-layers/s');
  expect(formatRate(1.31e8, 1000)).toBe('0.131 G element-layers/s');
  expect(formatRate(0, 1000)).toBe('0 element-layers/s');
});

test('shares and the time left, but nothing of a network without activations', () => {
  const told: [number, string | undefined][] = [];
  const tell = workUpdates({ ...SILENT, update: (share, detail) => told.push([share, detail]) });
  tell({ done: 0, total: 0, elapsedMs: 5 });
  tell({ done: 1e9, total: 4e9, elapsedMs: 1000 });
  expect(told).toEqual([[0.25, '1.00 G element-layers/s | 3.0 s left']]);
});
