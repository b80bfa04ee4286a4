import type { NormalNumbers } from '../../statistics/random.js';
import type { FiniteImages } from './convolution-network.js';
import { productTransposed } from './dense-products.js';
import { layeredForward, type LayeredNetwork, type WeightedPass } from './layered-network.js';

export const LAYERED_KERNELS = ['nngp', 'ntk'] as const;

/**
 * Draws one network of any layers and returns its kernels between all images.
 *
 * - NNGP, E[f(x) f(z)]: the mean over the last layer is taken exactly.
 * - NTK, ⟨∂f(x)/∂θ, ∂f(z)/∂θ⟩ over what is trained: a layer's gradient is Σ_p b(p) v(p)ᵀ, b = ∂f/∂g and v what it reads
 *   at p, so that its share is Σ_{p,q} ⟨b_x(p), b_z(q)⟩ (w ⟨v_x(p), v_z(q)⟩ + b); the last layer's is the NNGP.
 *
 * @returns [LAYERED_KERNELS][pairs], pairs (i, j) with i ≥ j, row by row
 */
export function drawLayeredKernels(
  network: LayeredNetwork,
  images: FiniteImages,
  random: NormalNumbers,
): Float64Array {
  const { weighted, last, back } = layeredForward(network, images, random);
  back(random.array(last.inner));
  const { count } = images;
  const nngp = overPairs(count, last, productTransposed(last.inputs, last.inputs, last.inner));
  const ntk = last.trained ? nngp.slice() : new Float64Array(nngp.length);
  for (const pass of weighted) {
    if (!pass.trained) continue;
    const share = overPairs(count, pass, productTransposed(pass.inputs, pass.inputs, pass.inner));
    for (let pair = 0; pair < ntk.length; pair++) ntk[pair] += share[pair];
  }
  return Float64Array.from([...nngp, ...ntk]);
}

/**
 * Σ_{p,q} G(p, q) (w V(p, q) + b) of every pair of images.
 *
 * @param inputGram V, [images][pixels][images][pixels]; G is the Gram matrix of the gradients, 1 for the last layer.
 */
function overPairs(
  count: number,
  { gradient, pixels, weightVariance, biasVariance }: WeightedPass,
  inputGram: Float64Array,
): Float64Array {
  const rows = count * pixels;
  const gradientGram =
    gradient.length > 0 ? productTransposed(gradient, gradient, gradient.length / rows) : undefined;
  const sums = new Float64Array((count * (count + 1)) / 2);
  let pair = 0;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++, pair++) {
      for (let p = i * pixels; p < (i + 1) * pixels; p++) {
        for (let q = j * pixels; q < (j + 1) * pixels; q++) {
          const e = p * rows + q;
          sums[pair] += (gradientGram?.[e] ?? 1) * (weightVariance * inputGram[e] + biasVariance);
        }
      }
    }
  }
  return sums;
}
