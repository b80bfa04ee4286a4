import type { Gpu } from '../gpu/gpu.js';
import type { CholeskyFactor } from './cholesky-factor.js';
import { factorize } from './cholesky.js';
import { columnNorms } from './conjugate-gradients.js';
import { FactorizationBreakdownError } from './errors.js';
import { HostFactor } from './host-factor.js';
import type { SolveOptions } from './ridge.js';
import type { Pivot, ShiftedKernel } from './shifted-kernel.js';

/** A factor of scale·A, or of one with a larger diagonal, that stands for its inverse. */
export interface Preconditioner extends Disposable {
  readonly kind: 'float32' | 'float64';
  /** What the diagonal is enlarged by beyond the ridge, in units of its mean. */
  readonly shift: number;
  readonly weakest: Pivot;
  /** About (scale·A)⁻¹ r. r [n][width] → [n][width]. */
  readonly apply: (r: Float64Array) => Promise<Float64Array>;
  /** Diagonal of (scale·A)⁻¹, [n], if the shift is 0. */
  readonly inverseDiagonal: () => Promise<Float64Array>;
}

/** The pivot at which there was no factor. */
export interface Breakdown {
  readonly pivot: Pivot;
}

type FactorOptions = Pick<SolveOptions, 'memoryBytes' | 'store' | 'signal' | 'onProgress'>;

/** Factors in float32 on the device. @throws what `factorize` throws, but for a breakdown. */
export async function devicePreconditioner(
  gpu: Gpu,
  { kernel, shift: ridgeShift, mean, scale }: ShiftedKernel,
  shift: number,
  { memoryBytes, store, signal, onProgress }: FactorOptions,
): Promise<Preconditioner | Breakdown> {
  let factor: CholeskyFactor;
  try {
    factor = await factorize(gpu, kernel.source, {
      shift: ridgeShift + shift * mean,
      fingerprint: kernel.fingerprint,
      memoryBytes,
      store,
      signal,
      onProgress: (fraction) => onProgress?.({ phase: 'factor', fraction }),
    });
  } catch (error) {
    if (!(error instanceof FactorizationBreakdownError)) throw error;
    return { pivot: { index: error.pivot, value: error.pivotValue } };
  }
  // Of the two powers of two: the shift may have moved the mean.
  const back = factor.scale / scale;
  return {
    kind: 'float32',
    shift,
    weakest: weakestOf(factor.n, (i) => factor.diagonal[i]),
    async apply(r) {
      const width = r.length / factor.n;
      // Float32 has room for the digits of a column, but not for its magnitude.
      const norms = columnNorms(r, width);
      const scaled = Float32Array.from(r, (value, i) => value / (norms[i % width] || 1));
      const solved = await factor.solveScaled(scaled, { signal });
      return Float64Array.from(solved, (value, i) => value * norms[i % width] * back);
    },
    async inverseDiagonal() {
      const diagonal = await factor.inverseDiagonal({ signal });
      return diagonal.map((value) => value / scale);
    },
    [Symbol.dispose]: () => factor.dispose(),
  };
}

/** Factors in float64 on the host. */
export async function hostPreconditioner(
  { kernel, shift, scale }: ShiftedKernel,
  { signal, onProgress }: FactorOptions,
): Promise<Preconditioner | Breakdown> {
  const factor = await HostFactor.of(kernel.source, {
    shift,
    scale,
    signal,
    onProgress: (fraction) => onProgress?.({ phase: 'factor', fraction }),
  });
  if (!(factor instanceof HostFactor)) {
    return { pivot: { index: factor.pivot, value: factor.pivotValue / scale } };
  }
  const weakest = weakestOf(factor.n, (i) => factor.diagonal(i));
  return {
    kind: 'float64',
    shift: 0,
    weakest: { ...weakest, value: weakest.value / scale },
    apply: (r) => factor.solve(r),
    inverseDiagonal: () => factor.inverseDiagonal(),
    [Symbol.dispose]: () => undefined,
  };
}

function weakestOf(n: number, diagonal: (i: number) => number): Pivot {
  let index = 0;
  for (let i = 1; i < n; i++) if (diagonal(i) < diagonal(index)) index = i;
  return { index, value: diagonal(index) ** 2 };
}
