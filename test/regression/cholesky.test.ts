// The factor on the device gives the diagonal and the solutions of float64; what has no factor is refused at the right
// pivot, and no buffer is left behind.
import { factorize } from '../../src/regression/cholesky.js';
import { FactorizationBreakdownError } from '../../src/regression/errors.js';
import { factorByMirrors, U, wellConditioned } from '../shaders/cholesky-harness.js';
import { testGpu } from '../support/gpu.js';
import { buffersLeftBy } from './live-buffers.js';
import { oracleSolve, randomTargets, relativeError } from './matrices.js';

const SIZES = [1, 2, 15, 16, 17, 63, 64, 65, 127, 128, 129, 200];

describe('factorize', () => {
  test.each(SIZES)('n = %i: diagonal and solution of float64', async (n) => {
    const gpu = await testGpu();
    const matrix = wellConditioned(n, n);
    using factor = await factorize(gpu, matrix);
    const { pivots } = factorByMirrors(matrix, n, 64);
    expect(relativeError(factor.diagonal, pivots.subarray(0, n).map(Math.sqrt))).toBeLessThan(4 * U);
    const rhs = Float32Array.from(randomTargets(n, 3));
    const expected = oracleSolve(matrix, Float64Array.from(rhs));
    // Condition about 5, rounding that grows like √n.
    expect(relativeError(await factor.solve(rhs), expected)).toBeLessThan(100 * U);
  });

  test.each([1, 3, 4, 5, 10, 65, 300])('%i right-hand sides', async (k) => {
    const n = 130;
    const matrix = wellConditioned(n, 2);
    using factor = await factorize(await testGpu(), matrix);
    const rhs = Float32Array.from(randomTargets(n, k));
    const expected = oracleSolve(matrix, Float64Array.from(rhs));
    expect(relativeError(await factor.solve(rhs), expected)).toBeLessThan(100 * U);
  });

  test('only the lower triangle is read', async () => {
    const n = 70;
    const matrix = wellConditioned(n, 3);
    const lower = matrix.map((value, e) => (e % n > Math.floor(e / n) ? NaN : value));
    using whole = await factorize(await testGpu(), matrix);
    using half = await factorize(await testGpu(), lower);
    expect(half.diagonal).toEqual(whole.diagonal);
  });

  test('a power of two scales the result exactly, however large or small', async () => {
    const n = 80;
    const matrix = wellConditioned(n, 4);
    const rhs = Float32Array.from(randomTargets(n, 2));
    using factor = await factorize(await testGpu(), matrix);
    const expected = await factor.solve(rhs);
    for (const scale of [2 ** 100, 2 ** -100]) {
      using scaled = await factorize(
        await testGpu(),
        matrix.map((value) => value * scale),
      );
      expect(Array.from(await scaled.solve(rhs), (value) => value * scale)).toEqual(Array.from(expected));
    }
  });

  test('a shift is added to the diagonal, in units of the matrix', async () => {
    const n = 65;
    const matrix = wellConditioned(n, 5).map((value) => 1000 * value);
    using factor = await factorize(await testGpu(), matrix, { shift: 500 });
    const rhs = randomTargets(n, 1);
    const solved = await factor.solve(Float32Array.from(rhs));
    expect(relativeError(solved, oracleSolve(matrix, rhs, 500))).toBeLessThan(100 * U);
    expect(relativeError(solved, oracleSolve(matrix, rhs))).toBeGreaterThan(0.1);
  });

  test('the condition estimate bounds that of a diagonal matrix exactly', async () => {
    const diagonal = Float32Array.from({ length: 81 }, (_, e) => (e % 10 === 0 ? 1 + e : 0));
    using factor = await factorize(await testGpu(), diagonal);
    expect(factor.conditionEstimate).toBeCloseTo(81, 4);
  });

  test('progress rises to 1', async () => {
    const fractions: number[] = [];
    using factor = await factorize(await testGpu(), wellConditioned(129, 1), {
      onProgress: (fraction) => fractions.push(fraction),
    });
    expect(factor.n).toBe(129);
    expect(fractions.at(-1)).toBe(1);
  });
});

describe('factorize refuses', () => {
  test.each([1, 2, 63, 64, 100, 129])('a matrix that breaks down at pivot %i', async (bad) => {
    const n = 130;
    const matrix = wellConditioned(n, 6);
    // Larger than both diagonal elements allow: no earlier pivot changes.
    matrix[bad * n + bad - 1] = 3;
    const { pivots } = factorByMirrors(matrix, n, 64);
    expect(pivots.findIndex((pivot) => !(pivot > 0))).toBe(bad);
    const error: unknown = await factorize(await testGpu(), matrix).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FactorizationBreakdownError);
    expect(error).toMatchObject({ pivot: bad, n, shift: 0 });
    expect((error as FactorizationBreakdownError).pivotValue).toBeCloseTo(pivots[bad], 4);
  });

  test.each([-1, 0, NaN, Infinity])('a diagonal element %d', async (value) => {
    const matrix = wellConditioned(20, 6);
    matrix[7 * 21] = value;
    const error: unknown = await factorize(await testGpu(), matrix).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FactorizationBreakdownError);
    expect(error).toMatchObject({ pivot: 7, pivotValue: value });
  });

  test('arrays of the wrong shape', async () => {
    const gpu = await testGpu();
    await expect(factorize(gpu, new Float32Array(5))).rejects.toThrow(/5 elements is not square/);
    await expect(factorize(gpu, new Float32Array(0))).rejects.toThrow(RangeError);
    using factor = await factorize(gpu, wellConditioned(3, 1));
    await expect(factor.solve(new Float32Array(4))).rejects.toThrow(
      /right-hand sides of 4 elements are not \[3\]\[k\]/,
    );
  });
});

describe('buffers', () => {
  test('nothing is left after success, breakdown and abort', async () => {
    const gpu = await testGpu();
    const good = wellConditioned(100, 1);
    const bad = good.map((value, e) => (e === 99 * 101 ? 1e-3 : value));
    const success = await buffersLeftBy(gpu, async () => {
      const factor = await factorize(gpu, good);
      expect(factor.sizeBytes).toBe(4 * 112 * 112); // the factor alone, panel and pivots freed
      await factor.solve(new Float32Array(100));
      factor.dispose();
      expect(factor.sizeBytes).toBe(0);
    });
    expect(success.created).toBeGreaterThan(3);
    expect(success.left).toBe(0);

    const breakdown = await buffersLeftBy(gpu, async () => {
      await expect(factorize(gpu, bad)).rejects.toThrow(FactorizationBreakdownError);
    });
    expect(breakdown.created).toBeGreaterThan(2);
    expect(breakdown.left).toBe(0);

    const controller = new AbortController();
    const aborted = await buffersLeftBy(gpu, async () => {
      const running = factorize(gpu, good, { signal: controller.signal });
      controller.abort(new Error('enough'));
      await expect(running).rejects.toThrow('enough');
    });
    expect(aborted.left).toBe(0);

    using factor = await factorize(gpu, good);
    const solve = await buffersLeftBy(gpu, async () => {
      await expect(factor.solve(new Float32Array(100), { signal: controller.signal })).rejects.toThrow(
        'enough',
      );
    });
    expect(solve.left).toBe(0);
  });

  test('the control: a factor that is not disposed holds its matrix', async () => {
    const gpu = await testGpu();
    let factor: Awaited<ReturnType<typeof factorize>> | undefined;
    const { left } = await buffersLeftBy(
      gpu,
      async () => (factor = await factorize(gpu, wellConditioned(20, 1))),
    );
    expect(left).toBe(1);
    factor?.dispose();
  });
});
