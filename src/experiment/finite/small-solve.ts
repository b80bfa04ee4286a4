/**
 * Solves K x = y for a small positive definite matrix by Cholesky's factorisation, in float64.
 *
 * @param matrix [n][n]; its lower triangle is read.
 * @param y [n]
 * @throws RangeError if the matrix is not positive definite: two points may be the same.
 */
export function solvePositive(matrix: Float64Array, y: Float64Array): Float64Array {
  const n = y.length;
  const factor = matrix.slice();
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let value = factor[i * n + j];
      for (let k = 0; k < j; k++) value -= factor[i * n + k] * factor[j * n + k];
      if (i > j) factor[i * n + j] = value / factor[j * n + j];
      else if (value > 0) factor[j * n + j] = Math.sqrt(value);
      else
        throw new RangeError(
          `the kernel of the training points has pivot ${value} in row ${j}, not one above 0`,
        );
    }
  }
  const x = y.slice();
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] -= factor[i * n + k] * x[k];
    x[i] /= factor[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= factor[k * n + i] * x[k];
    x[i] /= factor[i * n + i];
  }
  return x;
}

/** The largest and the smallest eigenvalue, by power iteration on K and on its inverse; to about three digits. */
export function extremeEigenvalues(matrix: Float64Array, n: number): { largest: number; smallest: number } {
  const times = (x: Float64Array) =>
    Float64Array.from(x, (_, i) => x.reduce((sum, value, k) => sum + matrix[i * n + k] * value, 0));
  return {
    largest: powerIteration(times, n),
    smallest: 1 / powerIteration((x) => solvePositive(matrix, x), n),
  };
}

function powerIteration(apply: (x: Float64Array) => Float64Array, n: number): number {
  let x = Float64Array.from({ length: n }, (_, i) => 1 + (i % 3) / 2);
  let norm = 0;
  for (let iteration = 0; iteration < 200; iteration++) {
    norm = Math.hypot(...x);
    x = Float64Array.from(apply(x.map((value) => value / norm)));
  }
  return Math.hypot(...x);
}
