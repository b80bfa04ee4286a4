import { backward, forward, type ConvolutionNetwork, type FiniteImages } from './convolution-network.js';
import { FILTER_PIXELS } from './patches.js';
import { productTransposed } from './dense-products.js';
import type { NormalNumbers } from '../../statistics/normal-numbers.js';

export const READOUTS = ['vanilla', 'gap'] as const;
export type FiniteReadout = (typeof READOUTS)[number];

/** NNGP; NTK with all layers trained; NTK with the first and the last layer frozen. */
export const KERNELS = ['nngp', 'all', 'hidden'] as const;

/** How many pairs (i, j) with i ≥ j there are. */
export function pairsOf(images: number): number {
  return (images * (images + 1)) / 2;
}

/**
 * Draws one network and returns its kernels between all images. The two read-outs share the convolutions; each has a
 * last layer of its own: f = Σ_{c,p} a_{c,p} x_c(p) (vanilla) and f = Σ_c a_c mean_p x_c(p) (gap), all a ~ N(0, 1).
 *
 * - NNGP, E[f(x) f(z)]: the mean over the last layer is taken exactly, which leaves the inner product of the features
 *   that it reads. It has the expectation of f(x) f(z) and far less variance.
 * - NTK, ⟨∂f(x)/∂θ, ∂f(z)/∂θ⟩: the gradient in W^h is Σ_p b(p) patch(p)ᵀ with b = ∂f/∂g^h, so that the product of
 *   two of them is Σ_{p,q} ⟨b_x(p), b_z(q)⟩ ⟨patch_x(p), patch_z(q)⟩, and no gradient is stored. The share of the last
 *   layer is the NNGP. Source: paper, sections 3 and 4, there for the limit.
 *
 * @returns [READOUTS][KERNELS][pairs], pairs (i, j) with i ≥ j, row by row
 */
export function drawKernels(
  network: ConvolutionNetwork,
  images: FiniteImages,
  random: NormalNumbers,
): Float64Array {
  const pixels = images.height * images.width;
  const { layers, features } = forward(network, images, random);
  const featureGram = productTransposed(features, features, network.width);
  const patchGrams = layers.map(({ patches, channelsIn }) =>
    productTransposed(patches, patches, FILTER_PIXELS * channelsIn),
  );
  const pairs = pairsOf(images.count);
  const kernels = new Float64Array(READOUTS.length * KERNELS.length * pairs);
  READOUTS.forEach((readout, r) => {
    const [nngp, all, hidden] = KERNELS.map((_, k) =>
      kernels.subarray((r * KERNELS.length + k) * pairs, (r * KERNELS.length + k + 1) * pairs),
    );
    nngp.set(readoutOf(readout, featureGram, images.count, pixels));
    all.set(nngp);
    const gradients = readoutGradient(readout, network, pixels, random);
    backward(network, images, layers, gradients).forEach((before, h) => {
      const share = weightShare(before, patchGrams[h], network.width, images.count, pixels);
      share.forEach((value, pair) => {
        all[pair] += value;
        if (h > 0) hidden[pair] += value;
      });
    });
  });
  return kernels;
}

/** ∂f/∂x, a draw of the last layer, [pixels][width]. */
function readoutGradient(
  readout: FiniteReadout,
  { width }: ConvolutionNetwork,
  pixels: number,
  random: NormalNumbers,
): Float64Array {
  if (readout === 'vanilla') return random.array(pixels * width);
  const weights = random.array(width);
  return Float64Array.from({ length: pixels * width }, (_, i) => weights[i % width] / pixels);
}

/** ⟨∂f(x)/∂W, ∂f(z)/∂W⟩ of one layer's weights. @param before ∂f/∂g, [images × pixels][width]. */
function weightShare(
  before: Float64Array,
  patchGram: Float64Array,
  width: number,
  count: number,
  pixels: number,
): number[] {
  const gradientGram = productTransposed(before, before, width);
  return overPairs(count, (i, j) => {
    let sum = 0;
    for (let p = 0; p < pixels; p++) {
      const row = (i * pixels + p) * count * pixels + j * pixels;
      for (let q = 0; q < pixels; q++) sum += gradientGram[row + q] * patchGram[row + q];
    }
    return sum;
  });
}

/** Σ_p R(p, p) or mean_{p,q} R(p, q). @param gram R, [images × pixels][images × pixels]. */
function readoutOf(readout: FiniteReadout, gram: Float64Array, count: number, pixels: number): number[] {
  return overPairs(count, (i, j) => {
    let sum = 0;
    for (let p = 0; p < pixels; p++) {
      const row = (i * pixels + p) * count * pixels + j * pixels;
      if (readout === 'vanilla') sum += gram[row + p];
      else for (let q = 0; q < pixels; q++) sum += gram[row + q] / pixels ** 2;
    }
    return sum;
  });
}

function overPairs(count: number, value: (i: number, j: number) => number): number[] {
  const values: number[] = [];
  for (let i = 0; i < count; i++) for (let j = 0; j <= i; j++) values.push(value(i, j));
  return values;
}
