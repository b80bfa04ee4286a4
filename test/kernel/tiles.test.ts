// Every pair once, for every size around a tile's edge.
import type { GramShape } from '../../src/kernel/gram-shape.js';
import { blockLoads, pairsOf, tileCount, tilePairs } from '../../src/kernel/tiles.js';

const covered = (rows: number, columns: number, symmetric: boolean, size: number) =>
  [...tilePairs({ rows, columns, symmetric }, size)].flatMap((tile) => [...pairsOf(tile)]);

test.each([1, 2, 3, 4, 5, 7, 8, 9, 12, 13])('the lower triangle of %i images in tiles of 4', (n) => {
  const names = covered(n, n, true, 4).map(({ row, column }) => `${row},${column}`);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toHaveLength((n * (n + 1)) / 2);
  expect(covered(n, n, true, 4).every(({ row, column }) => column <= row && row < n)).toBe(true);
});

test.each([
  [1, 1],
  [3, 5],
  [4, 4],
  [5, 8],
  [9, 3],
])('a rectangle of %i×%i in tiles of 4', (rows, columns) => {
  const names = covered(rows, columns, false, 4).map(({ row, column }) => `${row},${column}`);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toHaveLength(rows * columns);
});

test('tiles are generated, not stored: the first of 100,000 images comes at once', () => {
  const started = performance.now();
  const [tile] = tilePairs({ rows: 100_000, columns: 100_000, symmetric: true }, 100);
  expect(tile).toEqual({ firstRow: 0, rows: 100, firstColumn: 0, columns: 100, symmetric: true });
  expect(performance.now() - started).toBeLessThan(100);
});

/** Blocks that the cache of image fields computes: the least recently used of `cached` leaves first. */
function simulatedLoads(shape: GramShape, size: number, cached: number): number {
  const kept = new Set<string>();
  let loads = 0;
  const touch = (name: string) => {
    if (!kept.delete(name)) {
      if (kept.size >= cached) kept.delete(kept.values().next().value!);
      loads++;
    }
    kept.add(name);
  };
  for (const { firstRow, firstColumn } of tilePairs(shape, size)) {
    touch(`rows ${firstRow}`);
    touch(`${shape.symmetric ? 'rows' : 'columns'} ${firstColumn}`);
  }
  return loads;
}

test.each([
  [true, 1, 1],
  [true, 40, 40],
  [true, 43, 43],
  [false, 3, 50],
  [false, 50, 3],
  [false, 21, 20],
  [false, 22, 29],
])(
  'symmetric %s, %i×%i: tiles and computed blocks are counted without walking them',
  (symmetric, rows, columns) => {
    const shape = { rows, columns, symmetric };
    const blocks = Math.ceil(rows / 4) + (symmetric ? 0 : Math.ceil(columns / 4));
    expect(tileCount(shape, 4)).toBe([...tilePairs(shape, 4)].length);
    for (const wanted of [6, 7, 8, 9, 10, 11, 12, 20, 40]) {
      const cached = Math.min(wanted, blocks);
      expect([cached, blockLoads(shape, 4, cached)]).toEqual([cached, simulatedLoads(shape, 4, cached)]);
    }
  },
);
