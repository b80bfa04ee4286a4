/**
 * Solves K x = y for a small positive definite matrix by Cholesky's factorisation, in float64.
 *
 * @param matrix [n][n]; its lower triangle is read.
 * @param y [n]
 * @throws RangeError if the matrix is not positive definite: two points may be the same.
 */
export function solvePositive(matrix: Float64Array, y: Float64Array): Float64Array {
  const n = y.length;
  const { factor, pivot } = lowerFactor(matrix, n);
  if (pivot !== undefined) {
    throw new RangeError(
      `the kernel of the training points has pivot ${pivot.value} in row ${pivot.row}, not one above 0`,
    );
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

/**
 * L of K + shift·I = L Lᵀ, Cholesky's factorisation in float64.
 *
 * @param matrix K [n][n]; its lower triangle is read.
 * @returns the factor [n][n], of which the lower triangle counts; with the first pivot that is not above 0, if any.
 */
export function lowerFactor(
  matrix: Float64Array,
  n: number,
  shift = 0,
): { readonly factor: Float64Array; readonly pivot?: { readonly row: number; readonly value: number } } {
  const factor = matrix.slice();
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let value = factor[i * n + j] + (i === j ? shift : 0);
      for (let k = 0; k < j; k++) value -= factor[i * n + k] * factor[j * n + k];
      if (i > j) factor[i * n + j] = value / factor[j * n + j];
      else if (value > 0) factor[i * n + i] = Math.sqrt(value);
      else return { factor, pivot: { row: i, value } };
    }
  }
  return { factor };
}
