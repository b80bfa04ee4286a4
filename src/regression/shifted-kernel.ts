import { NotPositiveDefiniteError } from './errors.js';
import { diagonalOf, type MatrixSource } from './matrix-source.js';
import { streamedProduct, type SymmetricProduct } from './products.js';
import { TOLERANCES } from './tolerances.js';

/** A pivot of the factorisation, in units of the matrix. */
export interface Pivot {
  readonly index: number;
  readonly value: number;
}

/** A = K + ridge·mean(diag K)·I, with what its errors and reports need to know. */
export class ShiftedKernel {
  /** Mean of the diagonal of K. */
  readonly mean: number;
  readonly shift: number;

  readonly n: number;

  private constructor(
    readonly kernel: MatrixSource,
    private readonly diagonal: Float64Array,
    readonly ridge: number,
    private readonly product: SymmetricProduct,
  ) {
    this.n = kernel.n;
    this.mean = diagonal.reduce((sum, value) => sum + value, 0) / this.n;
    this.shift = ridge * this.mean;
  }

  /** @param product K x by other means than reading rows one after the other. */
  static async of(
    kernel: MatrixSource,
    ridge: number,
    product: SymmetricProduct = (x) => streamedProduct(kernel, x),
  ): Promise<ShiftedKernel> {
    return new ShiftedKernel(kernel, await diagonalOf(kernel), ridge, product);
  }

  /** A x in float64. x [n][width] → [n][width]. */
  readonly multiply = async (x: Float64Array): Promise<Float64Array> => {
    const y = await this.product(x);
    for (let e = 0; e < y.length; e++) y[e] += this.shift * x[e];
    return y;
  };

  /** @throws NotPositiveDefiniteError at the first diagonal element that is not positive. */
  assertPositiveDiagonal(): void {
    for (let i = 0; i < this.n; i++) {
      const value = this.diagonal[i] + this.shift;
      if (!(value > 0)) throw this.notPositiveDefinite({ index: i, value }, value, this.n * this.mean);
    }
  }

  notPositiveDefinite(pivot: Pivot, smallest: number, largest: number): NotPositiveDefiniteError {
    const { n, ridge, mean } = this;
    return new NotPositiveDefiniteError({
      pivot: pivot.index,
      pivotValue: pivot.value,
      n,
      conditionEstimate: conditionOf(smallest, largest),
      ridge,
      smallestEigenvalue: smallest / Math.abs(mean || 1),
      suggestedRidge: this.suggestedRidge(smallest, largest),
    });
  }

  /** A ridge that lifts the smallest eigenvalue well above zero; undefined where none can. */
  suggestedRidge(smallest: number, largest: number): number | undefined {
    const { mean, ridge } = this;
    if (!(mean > 0)) return undefined;
    const lift = Math.max(
      10 * ridge,
      ridge - (2 * smallest) / mean,
      (TOLERANCES.suggestedRidge * largest) / mean,
    );
    return roundUp(lift);
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
