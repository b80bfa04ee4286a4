// A kernel in float64 is solved to the digits of float64, at any magnitude and with its leave-one-out errors; rounded to
// float32 it would have another solution; what has too few digits is refused with the remedy.
import { KernelMagnitudeError } from '../../src/regression/errors.js';
import { solveRidge } from '../../src/regression/ridge.js';
import { testGpu } from '../support/gpu.js';
import {
  logSpaced,
  oracleSolve,
  randomTargets,
  relativeError,
  relativeResidual,
  withSpectrum64,
} from './matrices.js';

// Plan: a float64 kernel is solved as it is, and not as float32 has it: coefficients as exact as those of a direct solver
// in float64, the residual that of the matrix given; at any magnitude; and so are leave-one-out errors.

const spectra: Record<string, (n: number, condition: number) => number[]> = {
  'evenly in the logarithm': logSpaced,
  'half of them small': (n, condition) =>
    Array.from({ length: n }, (_, i) => (2 * i < n ? 1 : 1 / condition)),
  'one small': (n, condition) => Array.from({ length: n }, (_, i) => (i === 0 ? 1 / condition : 1)),
  'one large': (n, condition) => Array.from({ length: n }, (_, i) => (i === 0 ? 1 : 1 / condition)),
};

describe('a float64 kernel', () => {
  test.each(
    Object.keys(spectra).flatMap((spectrum) =>
      [
        [60, 1e4],
        [120, 1e6],
        [120, 1e8],
        [90, 1e10],
      ].map(([n, condition]) => ({ spectrum, n, condition })),
    ),
  )('n = $n, condition $condition, $spectrum', async ({ spectrum, n, condition }) => {
    const kernel = withSpectrum64(spectra[spectrum](n, condition));
    const targets = randomTargets(n, 3);
    const solution = await solveRidge(await testGpu(), kernel, targets);
    const error = relativeError(solution.coefficients, oracleSolve(kernel, targets));
    expect(error).toBeLessThan(condition * 1e-14);
    const measured = relativeResidual(kernel, solution.coefficients, targets);
    // Both are rounding, taken in two orders of the same sums.
    expect(measured / solution.relativeResidual).toBeGreaterThan(0.2);
    expect(measured / solution.relativeResidual).toBeLessThan(5);
    expect(solution).toMatchObject({ kernelPrecision: 'float64', converged: true });
    expect(solution.backwardError).toBeLessThan(1e-14);
  });

  test('planted fault: rounded to float32 it has another solution', async () => {
    const kernel = withSpectrum64(logSpaced(120, 1e6));
    const targets = randomTargets(120, 3);
    const rounded = await solveRidge(await testGpu(), Float32Array.from(kernel), targets);
    expect(relativeError(rounded.coefficients, oracleSolve(kernel, targets))).toBeGreaterThan(1e-4);
    // Which is said.
    expect(rounded.warning).toMatch(/rounded to float32.*condition of about .*e\+[56]/);
    expect(rounded.roundingError).toBeGreaterThan(1e-2);
  });

  test.each([0, 1e-6, 1e-3])('ridge %d, with its leave-one-out error', async (ridge) => {
    const n = 80;
    const kernel = withSpectrum64(logSpaced(n, 1e8));
    const targets = randomTargets(n, 2);
    const solution = await solveRidge(await testGpu(), kernel, targets, { ridge, leaveOneOut: true });
    const mean = Array.from({ length: n }, (_, i) => kernel[i * (n + 1)] / n).reduce((a, b) => a + b);
    const shift = ridge * mean;
    expect(relativeError(solution.coefficients, oracleSolve(kernel, targets, shift))).toBeLessThan(1e-6);
    const unit = Float64Array.from({ length: n * n }, (_, e) => (e % (n + 1) === 0 ? 1 : 0));
    const inverse = oracleSolve(kernel, unit, shift);
    const a = oracleSolve(kernel, targets, shift);
    const expected =
      a.reduce((sum, value, e) => sum + (value / inverse[Math.floor(e / 2) * (n + 1)]) ** 2, 0) / (2 * n);
    const error = Math.abs(solution.leaveOneOut! / expected - 1);
    expect(error).toBeLessThan(1e-3);
    expect(solution.leaveOneOutAccuracy).toBeLessThan(1e-3);
  });

  test.each([1e-300, 1e-150, 1e-30, 1e30, 1e150, 1e300])('of magnitude %d', async (scale) => {
    const n = 60;
    const kernel = withSpectrum64(logSpaced(n, 1e6));
    const targets = randomTargets(n, 2);
    const large = kernel.map((value) => value * scale);
    const { coefficients } = await solveRidge(await testGpu(), large, targets);
    const expected = oracleSolve(kernel, targets);
    expect(
      relativeError(
        coefficients.map((value) => value * scale),
        expected,
      ),
    ).toBeLessThan(1e-8);
  });

  test('beyond what float64 has digits for it is refused, with the remedy', async () => {
    const tiny = Float64Array.of(2e-308, 1e-308, 1e-308, 2e-308);
    const running = solveRidge(await testGpu(), tiny, Float64Array.of(1, 2));
    await expect(running).rejects.toThrow(KernelMagnitudeError);
    await expect(running).rejects.toThrow(/2e-308.*multiply the kernel by a constant/);
  });

  test('without the host’s factor: what float32 cannot precondition well ends in the solution or in an error', async () => {
    const kernel = withSpectrum64(logSpaced(100, 1e8));
    const targets = randomTargets(100, 2);
    const { coefficients, factorPrecision } = await solveRidge(await testGpu(), kernel, targets, {
      hostRows: 0,
    });
    expect(factorPrecision).toBe('float32');
    expect(relativeError(coefficients, oracleSolve(kernel, targets))).toBeLessThan(1e-6);
  });
});
