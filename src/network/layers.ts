/**
 * The words of a network. A list of these objects is a network, in TypeScript as in a file; what a layer does to the
 * kernels Σ and Θ of a pair of images stands beside it. Constants are those of design and paper: a convolution divides
 * by q², activations keep variances, pooling is a mean.
 */
export type Layer =
  ConvLayer | DenseLayer | Activation | AvgpoolLayer | LapLayer | GapLayer | FlattenLayer | ResidualLayer;

/**
 * How a convolution meets the borders. `same` and `circular` pad max((⌈n/s⌉ − 1) s + q − n, 0) pixels along an axis of
 * n, the smaller half in front, as JAX and TensorFlow do: with zeros, or with the pixels from the other end. `valid`
 * pads none; a number pads as many zeros on both sides, as PyTorch does.
 */
export type Padding = 'same' | 'valid' | 'circular' | number;

/** What a layer with weights has: S ↦ w S + b, and Θ ↦ w Θ + (w S + b) where it is trained, w Θ where it is frozen. */
interface Weights {
  /** Variance of the weights, > 0; 1 by default. */
  readonly w?: number;
  /** Variance of the biases, ≥ 0; 0 by default: no biases. */
  readonly b?: number;
  /** True by default; a frozen layer keeps its random weights. */
  readonly trained?: boolean;
}

/** S(p, q) ↦ w/q² Σ_δ S(s p + δ, s q + δ) + b over a window of q×q pixels. */
export interface ConvLayer extends Weights {
  readonly layer: 'conv';
  readonly size: number;
  readonly stride?: number;
  readonly padding?: Padding;
}

/** S ↦ w S + b on a vector. */
export interface DenseLayer extends Weights {
  readonly layer: 'dense';
}

/** Elementwise: Σ ↦ K, Θ ↦ K̇ Θ; `activations.ts` has the formulas. */
export type Activation =
  | { readonly layer: 'relu'; readonly slope?: number }
  | { readonly layer: 'erf' }
  | { readonly layer: 'gaussian'; readonly gamma?: number }
  | { readonly layer: 'identity' };

/** S(p, q) ↦ k⁻⁴ Σ_{a,b} S(s p + a, s q + b) over windows that lie wholly inside; s = k by default. */
export interface AvgpoolLayer {
  readonly layer: 'avgpool';
  readonly size: number;
  readonly stride?: number;
}

/** Local average pooling (Li et al. 2019): the mean over (2c+1)² neighbours with stride 1, those outside counting 0. */
export interface LapLayer {
  readonly layer: 'lap';
  readonly radius: number;
}

/** The mean over all pairs of pixels. */
export interface GapLayer {
  readonly layer: 'gap';
}

/** Σ_p S(p, p), as in the paper, or its mean over p. */
export interface FlattenLayer {
  readonly layer: 'flatten';
  readonly scale?: 'sum' | 'mean';
}

/** The sum of the branches' outputs; the empty branch is the identity. */
export interface ResidualLayer {
  readonly layer: 'residual';
  readonly branches: readonly (readonly Layer[])[];
}
