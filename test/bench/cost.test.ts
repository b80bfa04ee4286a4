// The binding resource is the one with the largest share, of those that have a ceiling; costs of the shaders at
// sizes that can be counted by hand.
import type { PlaneVariant } from '../../src/kernel/plane-variant.js';
import { bindingShare } from '../../src/bench/cost.js';
import type { BenchResult } from '../../src/bench/measure.js';
import { planeCost, solverCost } from '../../src/bench/shader-costs.js';

const ceiling = (max: number) => ({ max, median: max / 2 }) as BenchResult;

test('the largest share binds; what has no ceiling does not count', () => {
  const ceilings = { arithmetic: ceiling(100), 'global memory': ceiling(10) };
  expect(bindingShare(1, { arithmetic: 20, 'global memory': 1 }, ceilings)).toEqual({
    resource: 'arithmetic',
    value: 0.2,
  });
  expect(bindingShare(1, { arithmetic: 20, 'global memory': 3 }, ceilings)).toEqual({
    resource: 'global memory',
    value: 0.3,
  });
  expect(bindingShare(1, { shuffles: 5 }, ceilings)).toBeNull();
  expect(bindingShare(1, null, ceilings)).toBeNull();
  expect(bindingShare(1, { arithmetic: 1 }, {})).toBeNull();
});

test('edges of a plane: values per element that a lane exchanges', () => {
  const cost = (kind: PlaneVariant['kind'], constants: Record<string, number>) =>
    planeCost({ kind, constants } as PlaneVariant, 0.5);
  // 8 rows of 4 columns: 32 values along rows and 16 along columns for 32 elements.
  expect(cost('subgroup', { ROWS: 8, COLUMN_QUADS: 1, STRIPS: 4 }).shuffles).toBe(1.5);
  // The whole height in a lane: nothing goes up or down.
  expect(cost('subgroup', { ROWS: 32, COLUMN_QUADS: 2, STRIPS: 1 }).shuffles).toBe(0.5);
  // 4 rows of 4 columns: 8 vec4s written and 12 read for 16 elements.
  expect(cost('portable', { ROWS: 4 })['workgroup memory']).toBe(20);
  expect(cost('portable', { ROWS: 4 })['global memory']).toBe(0.5);
});

test('the solver: bytes per flop fall with the size of the update', () => {
  const bytes = (n: number) => solverCost('cholesky_update', n, 10)!['global memory']!;
  expect(bytes(4096) < bytes(512)).toBe(true);
  expect(solverCost('tile_values', 512, 10)).toBeUndefined();
});
