// The trailing update equals its mirror on both sides of every tile and at every depth; planted faults are seen.
import { contract, mirror, TILE, workgroups, type UpdateInput } from '../../shaders/cholesky_update.js';
import { dispatch, mismatch, poisoned, randomNumbers, U } from './cholesky-harness.js';

interface Shape {
  readonly begin: number;
  readonly end: number;
  readonly rows: number;
  readonly stride: number;
  readonly depth: number;
}

/** Random L and the tiles that the contract names; all else poison. */
function inputs({ begin, end, rows, stride, depth }: Shape) {
  const random = randomNumbers(begin + rows);
  const panel = poisoned(depth * rows);
  const matrix = poisoned(rows * stride);
  for (let row = begin; row < rows; row++) {
    for (let k = 0; k < depth; k++) panel[k * rows + row] = random();
    for (let column = begin; column < Math.min(end, TILE * (Math.floor(row / TILE) + 1)); column++) {
      matrix[row * stride + column] = random();
    }
  }
  return { panel, matrix };
}

async function run(shape: Shape, faulty?: (input: UpdateInput) => void) {
  const { panel, matrix } = inputs(shape);
  const mirrored = { panel: Float64Array.from(panel), matrix: Float64Array.from(matrix) };
  (faulty ?? mirror)({ ...mirrored, ...shape });
  const { begin, end, rows, depth } = shape;
  const device = await dispatch(contract, {}, { panel, matrix }, workgroups(begin, end, rows), { ...shape });
  // |L||Lᵀ| is below depth/3 on average and never above depth.
  return mismatch(device.matrix, mirrored.matrix, (depth + 1) * U * (1 + depth / 2));
}

/** The trailing square of a matrix. */
const square = (begin: number, below: number, depth = 64): Shape => {
  const n = begin + below;
  return { begin, end: n, rows: n, stride: n, depth };
};

describe('cholesky_update', () => {
  const sizes = [16, 32, 48, 112, 128, 144, 240, 256, 272];
  test.each(sizes)('%i trailing rows equal the mirror', async (below) => {
    expect(await run(square(64, below))).toBeUndefined();
    expect(await run(square(192, below))).toBeUndefined();
  });

  test.each([1, 16, 65, 256])('%i lines deep', async (depth) => {
    expect(await run(square(32, 80, depth))).toBeUndefined();
  });

  test.each([
    { begin: 0, end: 64, rows: 400, stride: 64, depth: 64 }, // a tall panel by an earlier one
    { begin: 64, end: 256, rows: 400, stride: 384, depth: 64 }, // inside a wider panel
    { begin: 0, end: 272, rows: 304, stride: 272, depth: 32 }, // just beyond a workgroup's columns
  ])('a part of the columns: %o', async (shape) => {
    expect(await run(shape)).toBeUndefined();
  });

  test('planted fault: a mirror that misses the last line of the panel does not match', async () => {
    expect(await run(square(64, 64), (input) => mirror({ ...input, depth: 63 }))).toBeDefined();
  });

  test('planted fault: a mirror that misses the last tile of columns does not match', async () => {
    const shape = { begin: 0, end: 64, rows: 128, stride: 80, depth: 16 };
    expect(await run(shape, (input) => mirror({ ...input, end: 48 }))).toBeDefined();
  });
});
