/** After so many milliseconds the worker looks at its messages. */
const BREAK_AFTER_MS = 30;

/**
 * The eigenvalues of a symmetric matrix in units of their mean, the largest first: Householder's reduction to three
 * diagonals, then QL with implicit shifts (EISPACK's tred1 and tql1). The worker answers other messages meanwhile.
 *
 * @param matrix [n][n]
 */
export async function spectrum(
  matrix: Float32Array,
  n: number,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const a = Float64Array.from(matrix);
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n);
  let since = performance.now();
  for (let i = n - 1; i > 0; i--) {
    reflect(a, n, i, beside);
    if (performance.now() - since < BREAK_AFTER_MS) continue;
    await new Promise((resolve) => setTimeout(resolve));
    signal.throwIfAborted();
    since = performance.now();
  }
  for (let i = 0; i < n; i++) diagonal[i] = a[i * (n + 1)];
  implicitQl(diagonal, beside);
  const mean = diagonal.reduce((sum, value) => sum + value, 0) / n;
  return Array.from(diagonal.sort().reverse(), (value) => value / mean);
}

/** Makes row i zero left of the place beside the diagonal, by a reflection of the rows and columns before it. */
function reflect(a: Float64Array, n: number, i: number, beside: Float64Array): void {
  const row = a.subarray(i * n, i * n + i);
  let scale = 0;
  for (const value of row) scale += Math.abs(value);
  if (i === 1 || scale === 0) {
    beside[i] = row[i - 1];
    return;
  }
  let h = 0;
  for (let k = 0; k < i; k++) {
    row[k] /= scale;
    h += row[k] * row[k];
  }
  const g = row[i - 1] >= 0 ? -Math.sqrt(h) : Math.sqrt(h);
  beside[i] = scale * g;
  h -= row[i - 1] * g;
  row[i - 1] -= g;
  // p = A u / h, from the lower triangle alone.
  const p = beside.subarray(0, i);
  p.fill(0);
  for (let j = 0; j < i; j++) {
    const aj = a.subarray(j * n, j * n + j + 1);
    let sum = aj[j] * row[j];
    for (let k = 0; k < j; k++) {
      sum += aj[k] * row[k];
      p[k] += aj[k] * row[j];
    }
    p[j] += sum;
  }
  let overlap = 0;
  for (let j = 0; j < i; j++) {
    p[j] /= h;
    overlap += p[j] * row[j];
  }
  const half = overlap / (2 * h);
  for (let j = 0; j < i; j++) {
    p[j] -= half * row[j];
    const aj = a.subarray(j * n, j * n + j + 1);
    for (let k = 0; k <= j; k++) aj[k] -= row[j] * p[k] + p[j] * row[k];
  }
}

/** Eigenvalues of the symmetric matrix with these three diagonals, in place of the diagonal; `beside` from 1 on. */
function implicitQl(d: Float64Array, beside: Float64Array): void {
  const n = d.length;
  const e = new Float64Array(n);
  e.set(beside.subarray(1));
  for (let l = 0; l < n; l++) {
    for (let round = 0; round < 60; round++) {
      let m = l;
      while (m < n - 1) {
        const size = Math.abs(d[m]) + Math.abs(d[m + 1]);
        if (Math.abs(e[m]) <= Number.EPSILON * size) break;
        m++;
      }
      if (m === l) break;
      let g = (d[l + 1] - d[l]) / (2 * e[l]);
      let r = Math.hypot(g, 1);
      g = d[m] - d[l] + e[l] / (g + (g >= 0 ? r : -r));
      let [s, c, p] = [1, 1, 0];
      let i = m - 1;
      for (; i >= l; i--) {
        const [f, b] = [s * e[i], c * e[i]];
        r = Math.hypot(f, g);
        e[i + 1] = r;
        if (r === 0) {
          d[i + 1] -= p;
          e[m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1] - p;
        r = (d[i] - g) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
      }
      if (r === 0 && i >= l) continue;
      d[l] -= p;
      e[l] = g;
      e[m] = 0;
    }
  }
}
