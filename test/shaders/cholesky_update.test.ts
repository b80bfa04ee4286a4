// The trailing update, portable and in subgroups, equals its mirror on both sides of every tile and at every depth, with
// lines of the panel that are not L; planted faults are seen.
import * as portable from '../../shaders/cholesky_update.js';
import * as subgroup from '../../shaders/cholesky_update_subgroup.js';
import { lineIndex, TILE } from '../../shaders/shared/lines.js';
import type { UpdateVariant } from '../../src/regression/update-variant.js';
import { testGpu } from '../support/gpu.js';
import { dispatch, mismatch, poisoned, randomNumbers, U } from './cholesky-harness.js';

interface Shape {
  readonly begin: number;
  readonly end: number;
  readonly rows: number;
  readonly stride: number;
  readonly lines: number;
  readonly depth: number;
}

const { mirror } = portable;

/** Both shaders; the second in every width that the device's subgroups hold. */
async function variants(): Promise<UpdateVariant[]> {
  const { subgroupSize } = await testGpu();
  const widths = [4, 8].filter((lanes) => lanes <= subgroupSize);
  return [
    { contract: portable.contract, constants: {}, workgroups: portable.workgroups },
    ...widths.map((lanes) => ({
      contract: subgroup.contract,
      constants: { LANES: lanes },
      workgroups: (begin: number, end: number, rows: number) => subgroup.workgroups(begin, end, rows, lanes),
    })),
  ];
}

/** Random L and the tiles that the contract names; all else poison. */
function inputs({ begin, end, rows, stride, lines, depth }: Shape) {
  const random = randomNumbers(begin + rows);
  const panel = poisoned(lines * rows);
  const matrix = poisoned(rows * stride);
  for (let row = begin; row < rows; row++) {
    for (let k = 0; k < depth; k++) panel[lineIndex(row, k, lines)] = random();
    for (let column = begin; column < Math.min(end, TILE * (Math.floor(row / TILE) + 1)); column++) {
      matrix[row * stride + column] = random();
    }
  }
  return { panel, matrix };
}

/** What is wrong with the shaders, in words: as many as do not equal the mirror. */
async function run(shape: Shape, faulty?: (input: portable.UpdateInput) => void) {
  const { panel, matrix } = inputs(shape);
  const mirrored = { panel: Float64Array.from(panel), matrix: Float64Array.from(matrix) };
  (faulty ?? mirror)({ ...mirrored, ...shape });
  const { begin, end, rows, depth } = shape;
  const faults: string[] = [];
  for (const { contract, constants, workgroups } of await variants()) {
    if (depth % 2 === 1 && contract !== portable.contract) continue;
    const buffers = { panel, matrix };
    const device = await dispatch(contract, constants, buffers, workgroups(begin, end, rows), { ...shape });
    // |L||Lᵀ| is below depth/3 on average and never above depth.
    const tolerance = (depth + 1) * U * (1 + depth / 2);
    const fault = mismatch(device.matrix, mirrored.matrix, tolerance);
    if (fault !== undefined) faults.push(`${contract.name} ${JSON.stringify(constants)}: ${fault}`);
  }
  return faults;
}

/** The trailing square of a matrix. */
const square = (begin: number, below: number, depth = 64): Shape => {
  const n = begin + below;
  return { begin, end: n, rows: n, stride: n, lines: depth, depth };
};

describe('cholesky_update', () => {
  const sizes = [16, 32, 48, 112, 128, 144, 240, 256, 272];
  test.each(sizes)('%i trailing rows equal the mirror', async (below) => {
    expect(await run(square(64, below))).toEqual([]);
    expect(await run(square(192, below))).toEqual([]);
  });

  test.each([1, 2, 16, 65, 66, 256])('%i lines deep', async (depth) => {
    expect(await run(square(32, 80, depth))).toEqual([]);
  });

  test.each([
    { begin: 0, end: 64, rows: 400, stride: 64, lines: 64, depth: 64 }, // a tall panel by an earlier one
    { begin: 64, end: 256, rows: 400, stride: 384, lines: 256, depth: 64 }, // inside a wider panel, by the first lines of more
    { begin: 0, end: 272, rows: 304, stride: 272, lines: 34, depth: 32 }, // just beyond a workgroup's columns
  ])('a part of the columns: %o', async (shape) => {
    expect(await run(shape)).toEqual([]);
  });

  test('planted fault: a mirror that misses the last line of the panel does not match', async () => {
    expect(await run(square(64, 64), (input) => mirror({ ...input, depth: 63 }))).toHaveLength(
      (await variants()).length,
    );
  });

  test('planted fault: a mirror that misses the last tile of columns does not match', async () => {
    const shape = { begin: 0, end: 64, rows: 128, stride: 80, lines: 16, depth: 16 };
    expect(await run(shape, (input) => mirror({ ...input, end: 48 }))).toHaveLength(
      (await variants()).length,
    );
  });
});
