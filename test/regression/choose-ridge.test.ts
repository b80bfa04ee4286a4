// The leave-one-out error is that of n regressions without one image each, and the ridge with the smallest wins.
import { chooseRidge, NoRidgeError } from '../../src/regression/choose-ridge.js';
import { factorize } from '../../src/regression/cholesky.js';
import { NotFiniteError } from '../../src/regression/errors.js';
import { leaveOneOutError } from '../../src/regression/leave-one-out.js';
import { solveRidge } from '../../src/regression/ridge.js';
import { testGpu } from '../support/gpu.js';
import {
  gaussianKernel,
  logSpaced,
  oracleSolve,
  randomTargets,
  relativeError,
  withSpectrum,
} from './matrices.js';

const mean = (kernel: Float32Array, n: number) =>
  kernel.reduce((sum, value, e) => sum + (e % (n + 1) === 0 ? value / n : 0), 0);

/** Leave-one-out error by its definition: n regressions on n − 1 images in float64. */
function byDefinition(kernel: Float32Array, n: number, targets: Float64Array, ridge: number): number {
  const k = targets.length / n;
  const shift = ridge * mean(kernel, n);
  let sum = 0;
  for (let out = 0; out < n; out++) {
    const kept = Array.from({ length: n }, (_, i) => i).filter((i) => i !== out);
    const part = Float32Array.from(kept.flatMap((i) => kept.map((j) => kernel[i * n + j])));
    const a = oracleSolve(
      part,
      Float64Array.from(kept.flatMap((i) => [...targets.subarray(i * k, (i + 1) * k)])),
      shift,
    );
    for (let c = 0; c < k; c++) {
      const predicted = kept.reduce((score, i, at) => score + kernel[out * n + i] * a[at * k + c], 0);
      sum += (targets[out * k + c] - predicted) ** 2;
    }
  }
  return sum / (n * k);
}

describe('inverseDiagonal', () => {
  test.each([
    [1, undefined],
    [63, undefined],
    [300, undefined],
    [300, 4 * 304 * 64 * 3],
    [300, 4 * 304 * 64 * 4],
  ])('n = %i, memory %p: float64', async (n, memoryBytes) => {
    const kernel = gaussianKernel(n, { nugget: 0.1 });
    using factor = await factorize(await testGpu(), kernel, { memoryBytes });
    const identity = Float64Array.from({ length: n * n }, (_, e) => (e % (n + 1) === 0 ? 1 : 0));
    const expected = oracleSolve(kernel, identity).filter((_, e) => e % (n + 1) === 0);
    expect(relativeError(await factor.inverseDiagonal(), expected)).toBeLessThan(1e-5);
  });
});

describe('the leave-one-out error', () => {
  const n = 40;
  const kernel = gaussianKernel(n, { nugget: 0.02, scale: 30 });
  const targets = randomTargets(n, 3);

  test.each([0, 1e-3, 1])('ridge %d: that of n regressions without one image each', async (ridge) => {
    const { leaveOneOut } = await solveRidge(await testGpu(), kernel, targets, { ridge, leaveOneOut: true });
    expect(leaveOneOut! / byDefinition(kernel, n, targets, ridge)).toBeCloseTo(1, 4);
  });

  test('planted fault: the diagonal of the matrix for that of its inverse', () => {
    const coefficients = oracleSolve(kernel, targets);
    const diagonal = Float64Array.from({ length: n }, (_, i) => 1 / kernel[i * (n + 1)]);
    expect(leaveOneOutError(coefficients, diagonal) / byDefinition(kernel, n, targets, 0)).not.toBeCloseTo(
      1,
      1,
    );
  });

  test('is not computed unless asked for', async () => {
    expect((await solveRidge(await testGpu(), kernel, targets)).leaveOneOut).toBeUndefined();
  });
});

describe('chooseRidge', () => {
  test('takes the smallest error: a large ridge for noise, a small one for a smooth function', async () => {
    const n = 120;
    const kernel = gaussianKernel(n, { width: 1, nugget: 1e-4 });
    const smooth = oracleSolve(kernel, randomTargets(n, 1), 10);
    const noise = randomTargets(n, 1);
    const ridges = [1e-4, 10];
    const gpu = await testGpu();
    const forNoise = await chooseRidge(gpu, kernel, noise, ridges);
    const errors = forNoise.candidates.map(({ leaveOneOut }) => leaveOneOut!);
    expect(forNoise.ridge).toBe(ridges[errors.indexOf(Math.min(...errors))]);
    expect(forNoise.ridge).toBe(10);
    const fitted = Float64Array.from({ length: n }, (_, i) =>
      smooth.reduce((sum, value, j) => sum + kernel[i * n + j] * value, 0),
    );
    expect((await chooseRidge(gpu, kernel, fitted, ridges)).ridge).toBe(1e-4);
  });

  test('passes over what cannot be solved, and says why', async () => {
    const kernel = withSpectrum([...logSpaced(99, 10), -1e-2]);
    const gpu = await testGpu();
    const { ridge, candidates } = await chooseRidge(gpu, kernel, randomTargets(100, 1), [0, 0.1]);
    expect(ridge).toBe(0.1);
    expect(candidates[0].problem).toMatch(/not positive definite/);
    const none = chooseRidge(gpu, kernel, randomTargets(100, 1), [0, 1e-6]);
    await expect(none).rejects.toThrow(NoRidgeError);
    await expect(none).rejects.toThrow(/no ridge of 2.*\n {2}0: .*not positive.*\n {2}0\.000001: /s);
  });

  test('input that no ridge mends is an error at once', async () => {
    const kernel = gaussianKernel(20, { nugget: 0.1 });
    kernel[5 * 20 + 1] = NaN;
    await expect(chooseRidge(await testGpu(), kernel, randomTargets(20, 1), [0, 1])).rejects.toThrow(
      NotFiniteError,
    );
  });
});
