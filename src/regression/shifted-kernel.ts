import { NotPositiveDefiniteError } from './errors.js';
import type { InspectedKernel } from './inspect-kernel.js';
import { streamedProduct, type SymmetricProduct } from './products.js';
import { inversePowerOfTwo } from './scaling.js';
import { TOLERANCES } from './tolerances.js';

/** A pivot of the factorisation, in units of the matrix. */
export interface Pivot {
  readonly index: number;
  readonly value: number;
}

/**
 * A = K + ridge·mean(diag K)·I, and what its errors and reports need to know. The solver works with scale·A, whose
 * diagonal has a mean near 1, so that no square leaves float64 whatever the magnitude of the kernel.
 */
export class ShiftedKernel {
  readonly n: number;
  /** Mean of the diagonal of K. */
  readonly mean: number;
  readonly shift: number;
  /** A power of two. */
  readonly scale: number;
  private readonly product: SymmetricProduct;

  /** @param product K x by other means than reading rows one after the other. */
  constructor(
    readonly kernel: InspectedKernel,
    readonly ridge: number,
    private readonly signal?: AbortSignal,
    product?: SymmetricProduct,
  ) {
    const { n, source } = kernel;
    this.n = n;
    this.mean = kernel.mean;
    this.shift = ridge * this.mean;
    const mean = this.mean + this.shift;
    this.scale = mean > 0 && mean < Infinity ? inversePowerOfTwo(mean) : 1;
    this.product = product ?? ((x) => streamedProduct(source, x, [0, n], signal));
  }

  /** scale·A x in float64. x [n][width] → [n][width]. */
  readonly multiply = async (x: Float64Array): Promise<Float64Array> => {
    const { scale, shift } = this;
    // Before the product, which could leave float64: a power of two changes no digit.
    const scaled = x.map((value) => value * scale);
    const y = await this.product(scaled, this.signal);
    for (let e = 0; e < y.length; e++) y[e] += shift * scaled[e];
    return y;
  };

  /** @throws NotPositiveDefiniteError at the first diagonal element that is not positive. */
  assertPositiveDiagonal(): void {
    for (let i = 0; i < this.n; i++) {
      const value = this.kernel.diagonal[i] + this.shift;
      if (!(value > 0)) {
        throw this.notPositiveDefinite(
          { index: i, value },
          value * this.scale,
          this.n * this.mean * this.scale,
        );
      }
    }
  }

  /** @param smallest, largest Eigenvalues of scale·A. */
  notPositiveDefinite(pivot: Pivot, smallest: number, largest: number): NotPositiveDefiniteError {
    const { n, ridge } = this;
    return new NotPositiveDefiniteError({
      pivot: pivot.index,
      pivotValue: pivot.value,
      n,
      conditionEstimate: conditionOf(smallest, largest),
      ridge,
      smallestEigenvalue: smallest / (Math.abs(this.scaledMean) || 1),
      suggestedRidge: this.suggestedRidge(smallest, largest),
    });
  }

  /**
   * A ridge that lifts the smallest eigenvalue well above zero; undefined where only one would do that leaves nothing of
   * the kernel.
   */
  suggestedRidge(smallest: number, largest: number): number | undefined {
    const { scaledMean: mean, ridge } = this;
    if (!(mean > 0)) return undefined;
    const lift = Math.max(
      10 * ridge,
      ridge - (2 * smallest) / mean,
      (TOLERANCES.suggestedRidge * largest) / mean,
    );
    return lift > 0 && lift <= TOLERANCES.largestSuggestedRidge ? roundUp(lift) : undefined;
  }

  private get scaledMean(): number {
    return this.mean * this.scale;
  }
}

/** λmax / λmin; infinite for a matrix that is not positive definite. */
export function conditionOf(smallest: number, largest: number): number {
  return smallest > 0 ? largest / smallest : Infinity;
}

/** The next of … 1, 2, 5, 10, 20, 50 … */
function roundUp(value: number): number {
  const exponent = Math.floor(Math.log10(value));
  const digit = [1, 2, 5].find((d) => d * 10 ** exponent >= value) ?? 10;
  return Number(`${digit}e${exponent}`);
}
