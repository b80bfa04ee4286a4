import { assertKeys } from '../checks/arguments.js';
import { copyOfFloat64, type NumberArray } from '../checks/typed-arrays.js';
import { NotPositiveDefiniteError } from './errors.js';
import { HostFactor } from './host-factor.js';
import { memorySource } from './matrix-source.js';
import { assertFinite, columnsOf } from './validate.js';

export interface PosteriorRequest {
  /** K [n][n] of the training images. */
  readonly kernel: NumberArray;
  /** Y [n][k]. */
  readonly targets: NumberArray;
  /** Variance of the noise of targets, added to the diagonal of K as it is, like the `alpha` of scikit-learn. */
  readonly noise: number;
  /**
   * For an ensemble of trained networks: the NNGP kernel [n][n], the covariance of the networks before training, beside
   * the NTK as `kernel`. Without it the posterior is that of a Gaussian process with `kernel` as prior.
   */
  readonly prior?: NumberArray;
  readonly signal?: AbortSignal;
}

/** Kernels between m test images and the training images. */
export interface TestKernels {
  readonly kernel: NumberArray; // [m][n]
  /** Prior variance of each test image, [m]: the diagonal of the kernel, of an ensemble of the NNGP kernel. */
  readonly diagonal: NumberArray;
  /** The NNGP kernel where the posterior is that of an ensemble, [m][n]. */
  readonly prior?: NumberArray;
}

/** Test images at a time. */
const COLUMNS = 64;

/**
 * Posterior of a Gaussian process with fixed kernel, in float64 on the host.
 *
 * With A = K + noise·I (Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, equations 2.25, 2.26
 * and 2.30):
 *
 *     mean      k* A⁻¹ Y
 *     variance  k** − k* A⁻¹ k*ᵀ                                       of the function, without noise
 *     log p(y)  −½ yᵀ A⁻¹ y − ½ log |A| − n/2 log 2π
 *
 * With a prior K₀ (NNGP) beside the NTK Θ, A = Θ + noise·I, the mean and variance of infinitely wide networks trained
 * to convergence from random parameters (Lee et al., Wide Neural Networks of Any Depth Evolve as Linear Models Under
 * Gradient Descent, NeurIPS 2019, corollary 1 at t → ∞):
 *
 *     mean      θ* A⁻¹ Y
 *     variance  k₀** + θ* A⁻¹ K₀ A⁻¹ θ*ᵀ − 2 θ* A⁻¹ k₀*ᵀ
 */
export class Posterior {
  private constructor(
    readonly n: number,
    readonly k: number,
    private readonly factor: HostFactor,
    private readonly targets: Float64Array,
    /** A⁻¹ Y [n][k]. */
    readonly coefficients: Float64Array,
    private readonly priorKernel: Float64Array | undefined,
  ) {}

  /**
   * @throws NotPositiveDefiniteError; ArrayError, RangeError, NotFiniteError, ArgumentError for what is no kernel, no
   * targets or no noise
   */
  static async of(request: PosteriorRequest): Promise<Posterior> {
    assertKeys('Posterior.of', request, ['kernel', 'targets', 'noise', 'prior', 'signal']);
    const { noise, signal } = request;
    if (!(typeof noise === 'number' && noise >= 0 && noise < Infinity)) {
      throw new RangeError(`noise is ${String(noise)}; it must be a finite number ≥ 0`);
    }
    const kernel = copyOfFloat64('kernel', request.kernel);
    const n = Math.sqrt(kernel.length);
    const targets = copyOfFloat64('targets', request.targets);
    const k = columnsOf('targets', targets, n);
    assertFinite('targets', targets, k);
    assertFinite('kernel matrix', kernel, n);
    const priorKernel = request.prior && copyOfFloat64('prior', request.prior);
    if (priorKernel !== undefined) {
      assertFinite('kernel matrix', priorKernel, n);
      if (priorKernel.length !== kernel.length) {
        throw new RangeError(`a prior of ${priorKernel.length} elements beside a kernel of ${kernel.length}`);
      }
    }
    const factor = await HostFactor.of(memorySource(kernel, n), { shift: noise, scale: 1, signal });
    if (!(factor instanceof HostFactor)) {
      const { pivot, pivotValue } = factor;
      let trace = 0;
      for (let i = 0; i < n; i++) trace += kernel[i * (n + 1)];
      const mean = trace / n;
      throw new NotPositiveDefiniteError({
        ...{ pivot, pivotValue, n },
        conditionEstimate: Infinity,
        ridge: noise / mean,
        smallestEigenvalue: pivotValue / mean,
        suggestedRidge: mean > 0 ? Math.max(1e-6, (10 * noise) / mean) : undefined,
      });
    }
    return new Posterior(n, k, factor, targets, await factor.solve(targets), priorKernel);
  }

  /** @param kernel k* [m][n]. → [m][k]. @throws RangeError, NotFiniteError */
  mean(kernel: NumberArray): Float64Array {
    const { n, k, coefficients } = this;
    const rows = this.rowsOf('kernel', kernel);
    const means = new Float64Array((rows.length / n) * k);
    for (let i = 0; i < rows.length / n; i++) {
      for (let j = 0; j < n; j++) {
        for (let c = 0; c < k; c++) means[i * k + c] += rows[i * n + j] * coefficients[j * k + c];
      }
    }
    return means;
  }

  /** Variance of the function at test images, without noise; the same for every column of the targets. → [m]. */
  async variance(test: TestKernels): Promise<Float64Array> {
    assertKeys('Posterior.variance', test, ['kernel', 'diagonal', 'prior']);
    const { n, priorKernel } = this;
    const rows = this.rowsOf('kernel', test.kernel);
    const diagonal = copyOfFloat64('diagonal', test.diagonal);
    const m = rows.length / n;
    if (diagonal.length !== m)
      throw new RangeError(`${diagonal.length} prior variances for ${m} test images`);
    if ((test.prior === undefined) !== (priorKernel === undefined)) {
      throw new RangeError(
        'a prior kernel of test images belongs to one of training images: both or neither',
      );
    }
    const priorRows = test.prior === undefined ? undefined : this.rowsOf('prior', test.prior);
    if (priorRows !== undefined && priorRows.length !== rows.length) {
      throw new RangeError(`a prior of ${priorRows.length} elements beside a kernel of ${rows.length}`);
    }
    const variances = new Float64Array(m);
    for (let first = 0; first < m; first += COLUMNS) {
      const width = Math.min(COLUMNS, m - first);
      // Columns of A⁻¹ k*ᵀ, [n][width].
      const right = new Float64Array(n * width);
      for (let c = 0; c < width; c++)
        for (let j = 0; j < n; j++) right[j * width + c] = rows[(first + c) * n + j];
      const weights = await this.factor.solve(right);
      const spread = priorKernel === undefined ? undefined : times(priorKernel, weights, n, width);
      for (let c = 0; c < width; c++) {
        let variance = diagonal[first + c];
        for (let j = 0; j < n; j++) {
          const [weight, at] = [weights[j * width + c], (first + c) * n + j];
          variance +=
            spread === undefined ? -weight * rows[at] : weight * (spread[j * width + c] - 2 * priorRows![at]);
        }
        // Rounding may leave less than nothing where a test image is a training image.
        variances[first + c] = Math.max(0, variance);
      }
    }
    return variances;
  }

  /** log p(y) of every column of the targets, [k], for kernel and noise times `scale`. */
  logMarginalLikelihood(scale = 1): Float64Array {
    const { n, factor } = this;
    let logDeterminant = n * Math.log(scale);
    for (let i = 0; i < n; i++) logDeterminant += 2 * Math.log(factor.diagonal(i));
    return this.quadraticForms().map(
      (form) => -0.5 * (form / scale + logDeterminant + n * Math.log(2 * Math.PI)),
    );
  }

  /**
   * What kernel and noise are to be multiplied by for the likelihood to be largest: yᵀ A⁻¹ y / n of every column, [k].
   * Means do not depend on it; variances are times it.
   */
  likeliestScales(): Float64Array {
    return this.quadraticForms().map((form) => form / this.n);
  }

  /** yᵀ A⁻¹ y of every column. */
  private quadraticForms(): Float64Array {
    const { k, targets, coefficients } = this;
    const forms = new Float64Array(k);
    for (let e = 0; e < targets.length; e++) forms[e % k] += targets[e] * coefficients[e];
    return forms;
  }

  private rowsOf(name: string, numbers: NumberArray): Float64Array {
    const rows = copyOfFloat64(name, numbers);
    if (rows.length % this.n !== 0) {
      throw new RangeError(
        `${name} has ${rows.length} elements, which are no rows of ${this.n} training images`,
      );
    }
    assertFinite('test kernel', rows, this.n);
    return rows;
  }
}

/** matrix [n][n] times columns [n][width]. */
function times(matrix: Float64Array, columns: Float64Array, n: number, width: number): Float64Array {
  const result = new Float64Array(n * width);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const value = matrix[i * n + j];
      for (let c = 0; c < width; c++) result[i * width + c] += value * columns[j * width + c];
    }
  }
  return result;
}
