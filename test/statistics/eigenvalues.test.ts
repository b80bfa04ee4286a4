// Eigenvalues of matrices whose spectrum is known in closed form.
import { symmetricEigenvalues } from '../../src/statistics/eigenvalues.js';

test('a path of n points: 2 − 2 cos(π k / (n + 1))', () => {
  const n = 30;
  const matrix = Float32Array.from({ length: n * n }, (_, e) => {
    const distance = Math.abs(Math.floor(e / n) - (e % n));
    return distance === 0 ? 2 : distance === 1 ? -1 : 0;
  });
  const found = symmetricEigenvalues(matrix, n);
  const expected = Array.from({ length: n }, (_, k) => 2 - 2 * Math.cos((Math.PI * (n - k)) / (n + 1)));
  expect(found).toHaveLength(n);
  found.forEach((value, k) => expect(Math.abs(value - expected[k])).toBeLessThan(1e-12));
});

test('a matrix of rank one: its trace, and zeros', () => {
  const n = 8;
  const found = symmetricEigenvalues(new Float32Array(n * n).fill(1), n);
  expect(Math.abs(found[0] - n)).toBeLessThan(1e-12);
  for (const value of found.slice(1)) expect(Math.abs(value)).toBeLessThan(1e-12);
});
