import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { randomNumbers } from '../shaders/cholesky-harness.js';

/** Q diag(eigenvalues) Qᵀ rounded to float32, Q a product of n random reflections. → [n][n], symmetric. */
export function withSpectrum(eigenvalues: readonly number[], seed = 1): Float32Array {
  return Float32Array.from(withSpectrum64(eigenvalues, seed));
}

/** The same in float64. */
export function withSpectrum64(eigenvalues: readonly number[], seed = 1): Float64Array {
  const n = eigenvalues.length;
  const random = randomNumbers(seed);
  const a = new Float64Array(n * n);
  eigenvalues.forEach((value, i) => (a[i * n + i] = value));
  for (let reflection = 0; reflection < n; reflection++) {
    const v = Float64Array.from({ length: n }, random);
    const norm2 = v.reduce((sum, value) => sum + value * value, 0);
    // A := H A H with H = I − 2 v vᵀ / |v|²
    for (const [outer, inner] of [
      [n, 1],
      [1, n],
    ]) {
      for (let i = 0; i < n; i++) {
        let dot = 0;
        for (let j = 0; j < n; j++) dot += a[i * outer + j * inner] * v[j];
        for (let j = 0; j < n; j++) a[i * outer + j * inner] -= (2 * dot * v[j]) / norm2;
      }
    }
  }
  return Float64Array.from(a, (_, e) => a[Math.max(e, (e % n) * n + Math.floor(e / n))]);
}

/** n eigenvalues from 1 down to 1/condition, evenly spaced in the logarithm. */
export function logSpaced(n: number, condition: number): number[] {
  return Array.from({ length: n }, (_, i) => condition ** (-i / (n - 1)));
}

/** Gaussian kernel of random points plus `nugget` on the diagonal, times `scale`. → [n][n]. */
export function gaussianKernel(n: number, { width = 2, nugget = 0, scale = 1, seed = 1 } = {}): Float32Array {
  const random = randomNumbers(seed);
  const points = Array.from({ length: n }, () => [random(), random(), random()]);
  return Float32Array.from({ length: n * n }, (_, e) => {
    const [x, y] = [points[Math.floor(e / n)], points[e % n]];
    const distance2 = x.reduce((sum, value, c) => sum + (value - y[c]) ** 2, 0);
    return scale * (Math.exp(-width * distance2) + (x === y ? nugget : 0));
  });
}

export function randomTargets(n: number, k: number, seed = 7): Float64Array {
  return Float64Array.from({ length: n * k }, randomNumbers(seed));
}

/** (A + shift·I)⁻¹ Y in float64 by ml-matrix. a [n][n], targets [n][k] → [n][k]. */
export function oracleSolve(a: Float32Array | Float64Array, targets: Float64Array, shift = 0): Float64Array {
  const n = Math.sqrt(a.length);
  const matrix = Matrix.from1DArray(n, n, Array.from(a)).add(Matrix.eye(n, n).mul(shift));
  const oracle = new CholeskyDecomposition(matrix);
  if (!oracle.isPositiveDefinite()) throw new Error('the test matrix is not positive definite in float64');
  return Float64Array.from(
    oracle.solve(Matrix.from1DArray(n, targets.length / n, Array.from(targets))).to1DArray(),
  );
}

/** |Y − (A + shift·I) x| / |Y|, largest of the columns, by plain loops over the full matrix. */
export function relativeResidual(
  a: Float32Array | Float64Array,
  x: Float64Array,
  targets: Float64Array,
  shift = 0,
): number {
  const n = Math.sqrt(a.length);
  const k = targets.length / n;
  let largest = 0;
  for (let c = 0; c < k; c++) {
    let [residual2, norm2] = [0, 0];
    for (let i = 0; i < n; i++) {
      let sum = shift * x[i * k + c];
      for (let j = 0; j < n; j++) sum += a[i * n + j] * x[j * k + c];
      residual2 += (targets[i * k + c] - sum) ** 2;
      norm2 += targets[i * k + c] ** 2;
    }
    largest = Math.max(largest, Math.sqrt(residual2 / norm2));
  }
  return largest;
}

/** |a − b| / |b| over all elements. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [difference2, norm2] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    difference2 += (a[i] - b[i]) ** 2;
    norm2 += b[i] ** 2;
  }
  return Math.sqrt(difference2 / norm2);
}
