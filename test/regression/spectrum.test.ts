// Estimates of the extreme eigenvalues are those of a full decomposition, or lie inside.
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { memorySource } from '../../src/regression/matrix-source.js';
import { streamedProduct } from '../../src/regression/products.js';
import { lanczosExtremes, smallestQuotient } from '../../src/regression/spectrum.js';
import { gaussianKernel, logSpaced, oracleSolve, withSpectrum } from './matrices.js';

const operator = (a: Float32Array) => (x: Float64Array) =>
  streamedProduct(memorySource(a, Math.sqrt(a.length)), x);

describe('lanczosExtremes', () => {
  test('all steps give the ends of the spectrum', async () => {
    const a = withSpectrum([...logSpaced(19, 10), -0.5]);
    const values = new EigenvalueDecomposition(Matrix.from1DArray(20, 20, Array.from(a))).realEigenvalues;
    const { smallest, largest } = await lanczosExtremes(operator(a), 20, 20);
    expect(largest).toBeCloseTo(Math.max(...values), 10);
    expect(smallest).toBeCloseTo(Math.min(...values), 10);
  });

  test('a few steps lie inside, and are close at the separated end', async () => {
    const a = gaussianKernel(100, { width: 0.1 });
    const values = new EigenvalueDecomposition(Matrix.from1DArray(100, 100, Array.from(a))).realEigenvalues;
    const { smallest, largest } = await lanczosExtremes(operator(a), 100, 12);
    expect(largest).toBeLessThanOrEqual(Math.max(...values) * (1 + 1e-12));
    expect(largest).toBeGreaterThan(Math.max(...values) * 0.999);
    expect(smallest).toBeGreaterThan(Math.min(...values) - 1e-12);
  });

  test('one row; a multiple of the identity', async () => {
    expect(await lanczosExtremes(operator(Float32Array.of(3)), 1, 12)).toEqual({ smallest: 3, largest: 3 });
    const identity = Float32Array.from({ length: 100 }, (_, e) => (e % 11 === 0 ? 2 : 0));
    const { smallest, largest } = await lanczosExtremes(operator(identity), 10, 12);
    expect([smallest, largest].map((value) => Math.abs(value - 2) < 1e-12)).toEqual([true, true]);
  });
});

test('smallestQuotient by inverse iteration', async () => {
  const a = withSpectrum(logSpaced(60, 1e4));
  const solve = (x: Float64Array) => Promise.resolve(oracleSolve(a, x));
  const found = await smallestQuotient(operator(a), solve, 60, 4);
  expect(found).toBeGreaterThan(0.99e-4);
  expect(found).toBeLessThan(2e-4);
});
