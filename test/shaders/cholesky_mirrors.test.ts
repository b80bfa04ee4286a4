// The mirrors of the Cholesky shaders, composed as the engine composes the shaders, factor and solve as ml-matrix does.
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import * as backwardDiagonal from '../../shaders/cholesky_backward_diagonal.js';
import * as backwardUpdate from '../../shaders/cholesky_backward_update.js';
import * as forwardDiagonal from '../../shaders/cholesky_forward_diagonal.js';
import * as forwardUpdate from '../../shaders/cholesky_forward_update.js';
import { factorByMirrors, randomNumbers, wellConditioned } from './cholesky-harness.js';

/** Largest difference; NaN if any element is. */
const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a, (value, i) => Math.abs(value - b[i])).reduce((largest, value) => Math.max(largest, value), 0);

// The mirrors share the blocking and the loops of the shaders; ml-matrix shares nothing with either.
describe('the mirrors composed', () => {
  test.each([
    [1, 16],
    [15, 16],
    [16, 16],
    [17, 16],
    [31, 16],
    [33, 16],
    [100, 32],
    [63, 64],
    [64, 64],
    [65, 64],
    [129, 64],
  ])('n = %i in blocks of %i: the factor and the solution of ml-matrix', (n, block) => {
    const matrix = wellConditioned(n, n);
    const rows = Array.from({ length: n }, (_, i) => Array.from(matrix.subarray(i * n, (i + 1) * n)));
    const oracle = new CholeskyDecomposition(new Matrix(rows));
    const { factor, stride, pivots } = factorByMirrors(matrix, n, block);

    const lower = oracle.lowerTriangularMatrix.to2DArray();
    for (let i = 0; i < n; i++) {
      expect(
        distance(factor.subarray(i * stride, i * stride + i + 1), lower[i].slice(0, i + 1)),
      ).toBeLessThan(1e-13);
      expect(Math.abs(Math.sqrt(pivots[i]) - lower[i][i])).toBeLessThan(1e-13);
    }

    const width = 4;
    const random = randomNumbers(n);
    const targets = Float64Array.from({ length: n * width }, random);
    const rhs = new Float64Array(stride * width);
    rhs.set(targets);
    for (let begin = 0; begin < n; begin += block) {
      const input = { factor, rhs, begin, size: Math.min(block, n - begin), rows: stride, stride, width4: 1 };
      forwardDiagonal.mirror(input);
      if (begin + block < n) forwardUpdate.mirror(input);
    }
    for (let begin = block * Math.floor((n - 1) / block); begin >= 0; begin -= block) {
      const input = { factor, rhs, begin, size: Math.min(block, n - begin), rows: stride, stride, width4: 1 };
      backwardDiagonal.mirror(input);
      backwardUpdate.mirror(input);
    }
    const solution = oracle.solve(Matrix.from1DArray(n, width, Array.from(targets))).to1DArray();
    expect(distance(rhs.subarray(0, n * width), solution)).toBeLessThan(1e-13);
  });
});
