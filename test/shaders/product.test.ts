// Equal to the mirror on both sides of an invocation's and a workgroup's edge, C poisoned first; a mirror that
// misses a line is seen.
import { contract, mirror, workgroups, type ProductInput } from '../../shaders/product.js';
import { dispatch, mismatch, poisoned, randomNumbers, U } from './cholesky-harness.js';

async function run(rows: number, columns: number, depth: number, faulty?: (input: ProductInput) => void) {
  const random = randomNumbers(rows + columns);
  const a = Float32Array.from({ length: depth * rows }, random);
  const b = Float32Array.from({ length: depth * columns }, random);
  const c = poisoned(rows * columns);
  const mirrored = { a: Float64Array.from(a), b: Float64Array.from(b), c: Float64Array.from(c) };
  (faulty ?? mirror)({ ...mirrored, rows, columns, depth });
  const device = await dispatch(contract, {}, { a, b, c }, workgroups(rows, columns), {
    rows,
    columns,
    depth,
  });
  return mismatch(device.c, mirrored.c, (depth + 1) * U * (1 + depth / 2));
}

describe('product', () => {
  test.each([
    [16, 8, 1],
    [16, 248, 7],
    [32, 256, 65],
    [48, 264, 16],
    [64, 512, 256],
  ])('%i × %i, sums of %i products, equal the mirror', async (rows, columns, depth) => {
    expect(await run(rows, columns, depth)).toBeUndefined();
  });

  test('planted fault: a mirror that misses the last line does not match', async () => {
    expect(await run(32, 64, 16, (input) => mirror({ ...input, depth: 15 }))).toBeDefined();
  });
});
