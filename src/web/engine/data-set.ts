import type { ImageStack } from '../../index.js';

/** Images with a class each, as a run takes them. */
export interface DataSet {
  readonly kind: 'digits' | 'files';
  readonly name: string;
  readonly images: ImageStack;
  /** [images], indices into `classNames`. */
  readonly labels: Int32Array;
  /** A set of its own to test on; without one those images are drawn from the others. */
  readonly test?: { readonly images: ImageStack; readonly labels: Int32Array };
  readonly classNames: readonly string[];
  readonly notes: readonly string[];
  /** The share of the side of a picture that a digit takes. */
  readonly inkShare: number;
}
