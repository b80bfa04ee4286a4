import { contract, mirror, TILE, workgroups, type UpdateInput } from '../../shaders/cholesky_update.js';
import { dispatch, mismatch, poisoned, randomNumbers, U } from './cholesky-harness.js';

/** Random L21 and the tiles that the contract names; all else poison. */
function inputs(begin: number, stride: number, block: number) {
  const random = randomNumbers(begin + stride);
  const panel = poisoned(block * stride);
  const matrix = poisoned(stride * stride);
  for (let row = begin; row < stride; row++) {
    for (let k = 0; k < block; k++) panel[k * stride + row] = random();
    for (let column = begin; column < TILE * (Math.floor(row / TILE) + 1); column++) {
      matrix[row * stride + column] = random();
    }
  }
  return { panel, matrix };
}

async function run(begin: number, rows: number, block: number, faulty?: (input: UpdateInput) => void) {
  const stride = begin + rows;
  const { panel, matrix } = inputs(begin, stride, block);
  const mirrored = { panel: Float64Array.from(panel), matrix: Float64Array.from(matrix) };
  (faulty ?? mirror)({ ...mirrored, begin, stride, block });
  const device = await dispatch(contract, { BLOCK: block }, { panel, matrix }, workgroups(begin, stride), {
    begin,
    stride,
  });
  // |L21||L21ᵀ| is below BLOCK/3 on average and never above BLOCK.
  return mismatch(device.matrix, mirrored.matrix, (block + 1) * U * (1 + block / 2));
}

describe('cholesky_update', () => {
  test.each([16, 32, 48, 112, 128, 144, 240, 256, 272])('%i trailing rows equal the mirror', async (rows) => {
    expect(await run(64, rows, 64)).toBeUndefined();
    expect(await run(192, rows, 64)).toBeUndefined();
  });

  test.each([16, 32])('panels of %i columns', async (block) => {
    expect(await run(block, 80, block)).toBeUndefined();
  });

  test('planted fault: a mirror that misses the last column of the panel does not match', async () => {
    expect(await run(64, 64, 64, (input) => mirror({ ...input, block: 63 }))).toBeDefined();
  });

  test('planted fault: a mirror that updates the whole square does not match', async () => {
    const whole = await run(64, 64, 64, ({ matrix, begin, stride }) => {
      mirror({ panel: new Float64Array(64 * stride), matrix, begin, stride, block: 64 });
    });
    expect(whole).toBeDefined();
  });
});
