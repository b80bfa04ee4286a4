// The factor of one diagonal block equals its mirror at every size up to the block; the first pivot that is not positive
// is reported; a planted fault is seen.
import { contract, isPositive, mirror, workgroups } from '../../shaders/cholesky_diagonal.js';
import { dispatch, mismatch, poisoned, U, wellConditioned } from './cholesky-harness.js';

/** The lower triangle of one block inside a poisoned matrix. */
function blockInPoison(block: Float32Array, size: number, begin: number, stride: number): Float32Array {
  const matrix = poisoned(stride * stride);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) matrix[(begin + i) * stride + begin + j] = block[i * size + j];
  }
  return matrix;
}

async function run(block: Float32Array, size: number, begin: number, constants = { BLOCK: 64 }) {
  const stride = begin + 16 * Math.ceil(size / 16);
  const matrix = blockInPoison(block, size, begin, stride);
  const pivots = poisoned(stride);
  const mirrored = { matrix: Float64Array.from(matrix), pivots: Float64Array.from(pivots) };
  mirror({ ...mirrored, begin, size, stride });
  const device = await dispatch(contract, constants, { matrix, pivots }, workgroups(), {
    begin,
    size,
    stride,
  });
  return { device, mirrored };
}

describe('cholesky_diagonal', () => {
  test.each([1, 2, 3, 15, 16, 17, 31, 32, 33, 63, 64])('a block of %i equals its mirror', async (size) => {
    for (const begin of [0, 64]) {
      const { device, mirrored } = await run(wellConditioned(size, size), size, begin);
      expect(mismatch(device.matrix, mirrored.matrix, (size + 1) * U)).toBeUndefined();
      expect(mismatch(device.pivots, mirrored.pivots, 2 * (size + 1) * U)).toBeUndefined();
      expect(mirrored.matrix.some((value) => Number.isFinite(value))).toBe(true);
    }
  });

  test('other block sizes compile and agree', async () => {
    const { device, mirrored } = await run(wellConditioned(32, 5), 32, 0, { BLOCK: 32 });
    expect(mismatch(device.matrix, mirrored.matrix, 33 * U)).toBeUndefined();
  });

  test.each([
    ['negative', 20, -3],
    ['zero', 0, 0],
    ['NaN', 63, NaN],
    ['infinite', 7, Infinity],
    ['subnormal', 0, 2 ** -130],
  ])('a %s pivot is reported with its index and value', async (_, index, value) => {
    const size = 64;
    const block = new Float32Array(size * size);
    for (let i = 0; i < size; i++) block[i * size + i] = i === index ? value : 1 + i;
    const { device } = await run(block, size, 64);
    const pivots = device.pivots.subarray(64, 128);
    expect(pivots.findIndex((pivot) => !isPositive(pivot))).toBe(index);
    // A device may flush subnormal numbers to zero.
    if (value !== 2 ** -130) expect(pivots[index]).toBe(value);
  });

  test('a pivot that turns negative by elimination', async () => {
    const { device, mirrored } = await run(Float32Array.of(4, 0, 0, 2, 1.5, 0, 0, 1, 9), 3, 0);
    // Pivot 1 is 1.5 − 2²/4 = 0.5, pivot 2 is 9 − 1²/0.5 = 7; with 0.5 for 1.5, pivot 1 is −0.5.
    expect([...device.pivots.subarray(0, 3)]).toEqual([4, 0.5, 7]);
    expect(mismatch(device.matrix, mirrored.matrix, 4 * U)).toBeUndefined();
    const indefinite = await run(Float32Array.of(4, 0, 0, 2, 0.5, 0, 0, 1, 9), 3, 0);
    expect(indefinite.device.pivots[1]).toBe(-0.5);
  });

  test('planted fault: a mirror that forgets one product does not match', async () => {
    const size = 64;
    const { device, mirrored } = await run(wellConditioned(size, 9), size, 0);
    const faulty = Float64Array.from(mirrored.matrix);
    const [last, j] = [63 * 64 + 63, 62];
    faulty[last] = Math.sqrt(faulty[last] ** 2 + faulty[63 * 64 + j] ** 2);
    expect(mismatch(device.matrix, faulty, (size + 1) * U)).toBeDefined();
  });
});
