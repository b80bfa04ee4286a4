import { columnDots, columnNorms } from './conjugate-gradients.js';
import { COLUMNS } from './products.js';

type Operator = (x: Float64Array) => Promise<Float64Array> | Float64Array; // [n][COLUMNS] → [n][COLUMNS]

/**
 * Smallest and largest Ritz value of a symmetric operator after some steps of Lanczos with full
 * reorthogonalisation. Both lie inside the spectrum; the end that is well separated is exact to a few per cent.
 */
export async function lanczosExtremes(
  multiply: Operator,
  n: number,
  steps: number,
): Promise<{ smallest: number; largest: number }> {
  const basis: Float64Array[] = [];
  const alphas: number[] = [];
  const betas: number[] = [];
  let v: Float64Array = normalized(startVectors(n, 1));
  for (let step = 0; step < Math.min(steps, n); step++) {
    basis.push(v);
    const padded = new Float64Array(n * COLUMNS);
    for (let i = 0; i < n; i++) padded[i * COLUMNS] = v[i];
    const product = await multiply(padded);
    const w = Float64Array.from(v, (_, i) => product[i * COLUMNS]);
    alphas.push(columnDots(v, w, 1)[0]);
    const magnitude = columnNorms(w, 1)[0];
    // Twice is enough (Kahan and Parlett).
    for (const u of [...basis, ...basis]) {
      const overlap = columnDots(u, w, 1)[0];
      for (let i = 0; i < n; i++) w[i] -= overlap * u[i];
    }
    const beta = columnNorms(w, 1)[0];
    if (!(beta > 1e-12 * magnitude)) break; // an invariant subspace: its Ritz values are eigenvalues
    betas.push(beta);
    v = w.map((value) => value / beta);
  }
  return {
    smallest: -largestEigenvalue(
      alphas.map((alpha) => -alpha),
      betas,
    ),
    largest: largestEigenvalue(alphas, betas),
  };
}

/**
 * An upper bound of the smallest eigenvalue, often within a factor of 2: the least Rayleigh quotient of four random
 * vectors after some steps of inverse iteration. `solve` is about the inverse of a shifted operator.
 */
export async function smallestQuotient(
  multiply: Operator,
  solve: Operator,
  n: number,
  steps: number,
): Promise<number> {
  let v: Float64Array = normalized(startVectors(n, COLUMNS), COLUMNS);
  for (let step = 0; step < steps; step++) v = normalized(await solve(v), COLUMNS);
  const quotients = columnDots(v, await multiply(v), COLUMNS);
  return Math.min(...quotients);
}

/** Largest eigenvalue of the symmetric tridiagonal matrix (alphas; betas beside), by bisection on Sturm counts. */
function largestEigenvalue(alphas: readonly number[], betas: readonly number[]): number {
  const m = alphas.length;
  const radius = (i: number) => Math.abs(i > 0 ? betas[i - 1] : 0) + Math.abs(i < m - 1 ? betas[i] : 0);
  let low = Math.min(...alphas.map((alpha, i) => alpha - radius(i)));
  let high = Math.max(...alphas.map((alpha, i) => alpha + radius(i)));
  // All eigenvalues lie below x when every pivot of T − x·I is negative.
  const allBelow = (x: number) => {
    let pivot = alphas[0] - x;
    for (let i = 1; i < m && pivot < 0; i++) pivot = alphas[i] - x - betas[i - 1] ** 2 / pivot;
    return pivot < 0;
  };
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (allBelow(middle)) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

/** Fixed pseudo-random vectors, the same in every run. → [n][width]. */
function startVectors(n: number, width: number): Float64Array {
  let state = 0x2545f491;
  return Float64Array.from({ length: n * width }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state / 2 ** 31;
  });
}

/** Every column divided by its norm. v [n][width] → [n][width]. */
export function normalized(v: Float64Array, width = 1): Float64Array {
  const norms = columnNorms(v, width);
  return v.map((value, i) => value / (norms[i % width] || 1));
}
