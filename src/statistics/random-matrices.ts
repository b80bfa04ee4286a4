import { randomNumbers } from './random.js';

// Matrices of which products and substitutions neither grow nor vanish.

/** Rank of the part of a positive definite matrix that is not the identity. */
const RANK = 16;

/** [length] numbers in [−1, 1). */
export function randomArray(length: number, seed: number): Float32Array {
  return Float32Array.from({ length }, randomNumbers(seed));
}

/** B Bᵀ / n + I with B [n][RANK], condition below 2: [n][n], symmetric. */
export function positiveDefinite(n: number, seed: number): Float32Array {
  const b = randomArray(n * RANK, seed);
  const matrix = new Float32Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = i === j ? n : 0;
      for (let t = 0; t < RANK; t++) sum += b[i * RANK + t] * b[j * RANK + t];
      matrix[i * n + j] = matrix[j * n + i] = sum / n;
    }
  }
  return matrix;
}

/** Elements of order 1/√n below a diagonal of ones, 0 above it: [n][n]. */
export function lowerTriangle(n: number, seed: number): Float32Array {
  const random = randomNumbers(seed);
  return Float32Array.from({ length: n * n }, (_, e) => {
    const [row, column] = [Math.floor(e / n), e % n];
    return row === column ? 1 : row > column ? random() / Math.sqrt(n) : 0;
  });
}

/** matrix [n][n] times x [n][k], in float64. */
export function product(matrix: Float32Array, x: Float32Array, n: number): Float64Array {
  const k = x.length / n;
  const result = new Float64Array(n * k);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const a = matrix[i * n + j];
      for (let c = 0; c < k; c++) result[i * k + c] += a * x[j * k + c];
    }
  }
  return result;
}
