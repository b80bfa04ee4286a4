import { breather } from '../signals/breather.js';
import type { MatrixSource } from './matrix-source.js';

/** Columns of a block: some rows of blocks stay in the first cache. */
const BLOCK = 48;

/** Unit vectors that are solved for at a time. */
const UNIT_COLUMNS = 64;

export interface HostFactorOptions {
  /** Added to every diagonal element, in units of the matrix. */
  readonly shift: number;
  /** A power of two by which all is multiplied. */
  readonly scale: number;
  readonly signal?: AbortSignal;
  /** The share of the work that is done, 0 … 1. */
  readonly onProgress?: (fraction: number) => void;
}

/** A pivot of a factorisation in float64 that is not positive. */
export interface HostBreakdown {
  readonly pivot: number;
  /** Times the scale. */
  readonly pivotValue: number;
}

/**
 * L with L Lᵀ = scale·(matrix + shift·I) in float64, on the host: for matrices up to a few thousand rows of which float32 is no
 * good preconditioner. About n³/3 multiply-adds on this thread, which lets the event loop turn.
 */
export class HostFactor {
  private constructor(
    readonly n: number,
    private readonly factor: Float64Array, // [n][n], the lower triangle counts
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** @returns the first pivot that is not positive, if there is one. @throws the signal's reason. */
  static async of(
    source: MatrixSource,
    { shift, scale, signal, onProgress }: HostFactorOptions,
  ): Promise<HostFactor | HostBreakdown> {
    const { n } = source;
    const breathe = breather(signal);
    const a = new Float64Array(n * n);
    for (let first = 0; first < n; first += BLOCK) {
      const count = Math.min(BLOCK, n - first);
      a.set(await source.rows(first, count, 0, n), first * n);
      await breathe();
    }
    for (let i = 0; i < n; i++) a[i * n + i] += shift;
    for (let e = 0; e < a.length; e++) a[e] *= scale;
    for (let begin = 0; begin < n; begin += BLOCK) {
      const end = Math.min(begin + BLOCK, n);
      const bad = factorDiagonal(a, n, begin, end);
      if (bad >= 0) return { pivot: bad, pivotValue: a[bad * n + bad] };
      for (let i = end; i < n; i++) solveRow(a, n, i, begin, end);
      for (let left = end; left < n; left += BLOCK) {
        for (let i = left; i < n; i++) updateRow(a, n, i, { begin, end, left });
        await breathe();
      }
      onProgress?.(1 - (1 - end / n) ** 3);
    }
    return new HostFactor(n, a, signal);
  }

  /** Diagonal element i of L. */
  diagonal(i: number): number {
    return this.factor[i * (this.n + 1)];
  }

  /** (scale·(matrix + shift·I))⁻¹ b. b [n][width] → [n][width]. */
  async solve(b: Float64Array): Promise<Float64Array> {
    const { n, factor: l } = this;
    const width = b.length / n;
    const x = Float64Array.from(b);
    await this.forward(x, width, 0);
    const breathe = breather(this.signal);
    for (let i = n - 1; i >= 0; i--) {
      const pivot = l[i * n + i];
      for (let c = 0; c < width; c++) x[i * width + c] /= pivot;
      for (let j = 0; j < i; j++) subtract(x, j * width, l[i * n + j], i * width, width);
      if (i % 64 === 0) await breathe();
    }
    return x;
  }

  /** Diagonal of (scale·(matrix + shift·I))⁻¹, [n]: element i is |L⁻¹ e_i|². */
  async inverseDiagonal(): Promise<Float64Array> {
    const { n } = this;
    const inverse = new Float64Array(n);
    for (let first = 0; first < n; first += UNIT_COLUMNS) {
      const width = Math.min(UNIT_COLUMNS, n - first);
      const units = new Float64Array(n * width);
      for (let c = 0; c < width; c++) units[(first + c) * width + c] = 1;
      await this.forward(units, width, first);
      for (let e = first * width; e < units.length; e++) inverse[first + (e % width)] += units[e] ** 2;
    }
    return inverse;
  }

  /** x := L⁻¹ x; rows of x before `start` are zero. */
  private async forward(x: Float64Array, width: number, start: number): Promise<void> {
    const { n, factor: l } = this;
    const breathe = breather(this.signal);
    for (let i = start; i < n; i++) {
      let j = start;
      for (; j + 4 <= i; j += 4) subtractFour(x, i * width, l, i * n + j, j * width, width);
      for (; j < i; j++) subtract(x, i * width, l[i * n + j], j * width, width);
      const pivot = l[i * n + i];
      for (let c = 0; c < width; c++) x[i * width + c] /= pivot;
      if (i % 64 === 0) await breathe();
    }
  }
}

/** x[to + c] −= weight · x[from + c] */
function subtract(x: Float64Array, to: number, weight: number, from: number, width: number): void {
  for (let c = 0; c < width; c++) x[to + c] -= weight * x[from + c];
}

/** x[to + c] −= Σ_r weights[at + r] · x[from + r·width + c], r = 0 … 3 */
function subtractFour(
  x: Float64Array,
  to: number,
  weights: Float64Array,
  at: number,
  from: number,
  width: number,
): void {
  const [w0, w1, w2, w3] = [weights[at], weights[at + 1], weights[at + 2], weights[at + 3]];
  for (let c = 0; c < width; c++) {
    const e = from + c;
    x[to + c] -= w0 * x[e] + w1 * x[e + width] + w2 * x[e + 2 * width] + w3 * x[e + 3 * width];
  }
}

/** A11 := L11; the first row whose pivot is not positive, or −1. */
function factorDiagonal(a: Float64Array, n: number, begin: number, end: number): number {
  for (let i = begin; i < end; i++) {
    solveRow(a, n, i, begin, i);
    let pivot = a[i * n + i];
    for (let k = begin; k < i; k++) pivot -= a[i * n + k] ** 2;
    a[i * n + i] = pivot;
    if (!(pivot > 0 && pivot < Infinity)) return i;
    a[i * n + i] = Math.sqrt(pivot);
  }
  return -1;
}

/** Elements begin … end − 1 of row i of L. */
function solveRow(a: Float64Array, n: number, i: number, begin: number, end: number): void {
  for (let j = begin; j < end; j++) {
    let value = a[i * n + j];
    for (let k = begin; k < j; k++) value -= a[i * n + k] * a[j * n + k];
    a[i * n + j] = value / a[j * n + j];
  }
}

/** A22 := A22 − L21 L21ᵀ in a block of row i from column `left` on, four columns at a time. */
function updateRow(
  a: Float64Array,
  n: number,
  i: number,
  { begin, end, left }: { begin: number; end: number; left: number },
): void {
  const row = i * n;
  const right = Math.min(i + 1, left + BLOCK);
  let j = left;
  for (; j + 4 <= right; j += 4) {
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    for (let k = begin, at = j * n + begin; k < end; k++, at++) {
      const value = a[row + k];
      s0 += value * a[at];
      s1 += value * a[at + n];
      s2 += value * a[at + 2 * n];
      s3 += value * a[at + 3 * n];
    }
    a[row + j] -= s0;
    a[row + j + 1] -= s1;
    a[row + j + 2] -= s2;
    a[row + j + 3] -= s3;
  }
  for (; j < right; j++) {
    let sum = 0;
    for (let k = begin; k < end; k++) sum += a[row + k] * a[j * n + k];
    a[row + j] -= sum;
  }
}
