import { CholeskyDecomposition, Matrix } from 'ml-matrix';

/**
 * Solves K x = y for the positive definite matrix of a few dozen points, in float64.
 *
 * @param matrix [n][n]; its lower triangle is read.
 * @param y [n]
 * @throws RangeError if the matrix is not positive definite: two points may be the same.
 */
export function solvePositive(matrix: Float64Array, y: Float64Array): Float64Array {
  const n = y.length;
  const symmetric = Matrix.zeros(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) symmetric.set(i, j, matrix[i * n + j]).set(j, i, matrix[i * n + j]);
  }
  const factor = new CholeskyDecomposition(symmetric);
  if (!factor.isPositiveDefinite()) {
    throw new RangeError(
      'the kernel of the training points is not positive definite: two of them may be the same, leave one out',
    );
  }
  return Float64Array.from(factor.solve(Matrix.columnVector(y)).to1DArray());
}
