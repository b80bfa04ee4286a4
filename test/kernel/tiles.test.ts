// Every pair once, for every size around a tile's edge.
import { pairsOf, tilePairs } from '../../src/kernel/tiles.js';

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
