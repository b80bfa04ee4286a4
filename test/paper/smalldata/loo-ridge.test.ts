// The leave-one-out error in closed form = the regression without each image in turn; the smallest one decides.
import { looRidge } from '../../../src/paper/smalldata/loo-ridge.js';

const points = [0, 0.9, 2.1, 2.8, 4.2, 5];
const labels = Int32Array.from([0, 0, 1, 1, 0, 0]);
const kernelOf = (xs: readonly number[]) =>
  Float64Array.from(xs.flatMap((x) => xs.map((z) => Math.exp(-((x - z) ** 2) / 2))));

/** Mean of the diagonal is 1 here, so that a ridge means the same with an image less. */
function leaveOneOutByHand(ridge: number): number {
  let sum = 0;
  points.forEach((x, i) => {
    const rest = points.filter((_, j) => j !== i);
    const { coefficients } = looRidge(
      kernelOf(rest),
      labels.filter((_, j) => j !== i),
      [ridge],
    )!;
    for (let c = 0; c < 2; c++) {
      const predicted = rest.reduce(
        (total, z, j) => total + Math.exp(-((x - z) ** 2) / 2) * coefficients[2 * j + c],
        0,
      );
      sum += ((labels[i] === c ? 0.9 : -0.1) - predicted) ** 2;
    }
  });
  return sum / 12;
}

test('the leave-one-out error is that of the regressions without each image', () => {
  for (const ridge of [1e-3, 0.1, 10]) {
    const { leaveOneOut } = looRidge(kernelOf(points), labels, [ridge])!;
    expect(Math.abs(leaveOneOut / leaveOneOutByHand(ridge) - 1)).toBeLessThan(1e-9);
  }
});

test('the ridge with the smallest error is chosen', () => {
  const ridges = [1e-3, 0.1, 10];
  const errors = ridges.map(leaveOneOutByHand);
  const { ridge } = looRidge(kernelOf(points), labels, ridges)!;
  expect(ridge).toBe(ridges[errors.indexOf(Math.min(...errors))]);
});

test('a matrix that is not positive definite has no solution', () => {
  expect(looRidge(Float64Array.from([1, 2, 2, 1]), Int32Array.from([0, 1]), [0])).toBeUndefined();
});
