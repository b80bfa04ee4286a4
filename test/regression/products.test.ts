// Products that are computed by parts are those of the definition, at every size and width.
import { memorySource } from '../../src/regression/matrix-source.js';
import { paddedWidth, product, streamedProduct, withWidth } from '../../src/regression/products.js';
import { gaussianKernel, randomTargets, relativeError } from './matrices.js';

/** a x by the definition. a [m][n], x [n][k]. */
function byDefinition(a: Float32Array, m: number, n: number, x: Float64Array): Float64Array {
  const k = x.length / n;
  return Float64Array.from({ length: m * k }, (_, e) => {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += a[Math.floor(e / k) * n + j] * x[j * k + (e % k)];
    return sum;
  });
}

describe('products', () => {
  test.each([1, 2, 7, 40])('streamedProduct, n = %i', async (n) => {
    const a = gaussianKernel(n);
    const x = randomTargets(n, 8);
    const expected = byDefinition(a, n, n, x);
    const whole = await streamedProduct(memorySource(a, n), x);
    expect(relativeError(whole, expected)).toBeLessThan(1e-15);
    const lower = a.map((value, e) => (e % n > Math.floor(e / n) ? NaN : value));
    expect(await streamedProduct(memorySource(lower, n), x)).toEqual(whole);
    // Disjoint ranges of rows, as threads have them, add up.
    const half = Math.floor(n / 2);
    const upper = await streamedProduct(memorySource(a, n), x, [0, half]);
    const rest = await streamedProduct(memorySource(a, n), x, [half, n]);
    expect(
      relativeError(
        upper.map((value, e) => value + rest[e]),
        expected,
      ),
    ).toBeLessThan(1e-15);
  });

  test('product of a rectangle', () => {
    const a = gaussianKernel(12).subarray(0, 5 * 12);
    const x = randomTargets(12, 4);
    expect(relativeError(product(a, 5, 12, x), byDefinition(a, 5, 12, x))).toBeLessThan(1e-15);
  });

  test('widths', () => {
    expect([1, 4, 5, 10].map(paddedWidth)).toEqual([4, 4, 8, 12]);
    const wide = withWidth([1, 2, 3, 4], 2, 2, 4);
    expect([...wide]).toEqual([1, 2, 0, 0, 3, 4, 0, 0]);
    expect([...withWidth(wide, 2, 4, 2)]).toEqual([1, 2, 3, 4]);
  });
});
