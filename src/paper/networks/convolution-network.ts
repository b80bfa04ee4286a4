import { FILTER_PIXELS, gatherPatches, type Border, type Grid } from './patches.js';
import { productTransposed } from './dense-products.js';
import type { NormalNumbers } from '../../statistics/normal-numbers.js';

/** Images as the networks take them. */
export interface FiniteImages extends Grid {
  readonly count: number;
  readonly channels: number;
  /** [count][pixels][channels] */
  readonly values: Float64Array;
}

/**
 * A convolutional network of the paper with finitely many channels (sections 3.1 and 4):
 * g^h(p)_j = Σ_{c,δ} W^h_{j,c,δ} x^{h−1}_c(p + δ) and x^h = √(c_σ / (9 N)) relu(g^h), all W ~ N(0, 1).
 */
export interface ConvolutionNetwork {
  /** Convolution layers + 1. */
  readonly depth: number;
  /** N, channels of every hidden layer. */
  readonly width: number;
  /** c_σ: 2 in the paper, so that ReLU keeps the second moment. */
  readonly sigmaScale: number;
  /** Zeros in the paper. */
  readonly border: Border;
}

/** What the paper's networks have in common. */
export const PAPER_NETWORK = { sigmaScale: 2, border: 'zero' } as const;

/** One convolution and its ReLU, with what went in. */
export interface ConvolutionLayer {
  /** [images × pixels][9 × channelsIn] */
  readonly patches: Float64Array;
  /** [N][9 × channelsIn] */
  readonly weights: Float64Array;
  readonly channelsIn: number;
  /** g, before the ReLU, [images × pixels][N]. */
  readonly before: Float64Array;
}

export interface ForwardPass {
  readonly layers: readonly ConvolutionLayer[];
  /** x^L, [images × pixels][N]. */
  readonly features: Float64Array;
}

/** Draws the convolution layers and passes all images through them. */
export function forward(
  network: ConvolutionNetwork,
  images: FiniteImages,
  random: NormalNumbers,
): ForwardPass {
  const scale = layerScale(network);
  const layers: ConvolutionLayer[] = [];
  let features = images.values;
  let channelsIn = images.channels;
  for (let layer = 1; layer < network.depth; layer++) {
    const patches = gatherPatches(features, channelsIn, images, network.border, 1);
    const inner = FILTER_PIXELS * channelsIn;
    const weights = random.array(network.width * inner);
    const before = productTransposed(patches, weights, inner);
    layers.push({ patches, weights, channelsIn, before });
    features = before.map((value) => scale * Math.max(value, 0));
    channelsIn = network.width;
  }
  return { layers, features };
}

/**
 * Backpropagation of a linear read-out of the last features.
 *
 * @param gradient ∂f/∂x^L, the same for every image, [pixels][N].
 * @returns ∂f/∂g^h of every layer h, first to last, each [images × pixels][N]
 */
export function backward(
  network: ConvolutionNetwork,
  grid: Grid,
  layers: readonly ConvolutionLayer[],
  gradient: Float64Array,
): Float64Array[] {
  const scale = layerScale(network);
  const results: Float64Array[] = [];
  let outer: Float64Array = layers[0].before.map((_, i) => gradient[i % gradient.length]);
  for (const [h, { before, weights, channelsIn }] of [...layers.entries()].reverse()) {
    const inner = before.map((value, i) => (value > 0 ? scale * outer[i] : 0));
    results.unshift(inner);
    if (h === 0) break;
    const patches = gatherPatches(inner, network.width, grid, network.border, -1);
    outer = productTransposed(
      patches,
      filtersByInput(weights, network.width, channelsIn),
      FILTER_PIXELS * network.width,
    );
  }
  return results;
}

function layerScale({ sigmaScale, width }: ConvolutionNetwork): number {
  return Math.sqrt(sigmaScale / (FILTER_PIXELS * width));
}

/** [channels out][9][channels in] → [channels in][9][channels out] */
export function filtersByInput(weights: Float64Array, channelsOut: number, channelsIn: number): Float64Array {
  const result = new Float64Array(weights.length);
  const slab = FILTER_PIXELS * channelsOut;
  for (let j = 0; j < channelsOut; j++) {
    for (let delta = 0; delta < FILTER_PIXELS; delta++) {
      const source = (j * FILTER_PIXELS + delta) * channelsIn;
      const target = delta * channelsOut + j;
      for (let c = 0; c < channelsIn; c++) result[c * slab + target] = weights[source + c];
    }
  }
  return result;
}
