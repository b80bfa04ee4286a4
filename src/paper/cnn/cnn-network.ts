import { filtersByInput } from '../networks/convolution-network.js';
import { FILTER_PIXELS, gatherPatches } from '../networks/patches.js';
import { productTransposed, transposed } from '../networks/dense-products.js';
import type { NormalNumbers } from '../../statistics/normal-numbers.js';

export interface CnnShape {
  readonly grid: { readonly height: number; readonly width: number };
  readonly channelsIn: number;
  readonly classes: number;
  /** Convolution layers + 1. */
  readonly depth: number;
  /** Of every hidden layer. */
  readonly channels: number;
  readonly readout: 'vanilla' | 'gap';
}

/** Mean cross-entropy of a batch, how many of it were recognised, and the gradient of each parameter array. */
export interface CnnStep {
  readonly loss: number;
  readonly correct: number;
  readonly gradients: readonly Float64Array[];
}

interface Pass {
  readonly patches: readonly Float64Array[];
  /** Before the ReLU, [images × pixels][channels]. */
  readonly before: readonly Float64Array[];
  readonly inputs: Float64Array; // [images][D]
  readonly scores: Float64Array; // [images][classes]
}

/**
 * A plain convolutional network: depth − 1 layers of 3×3 convolution with zero padding, bias and ReLU, then a linear
 * read-out of all pixels (`vanilla`) or of their mean (`gap`). No batch normalisation, no dropout. In float64: scalar
 * code is no faster in float32.
 */
export class Cnn {
  /** Weights [channels][9 × channels in] and biases of each layer in turn; at last those of the read-out, [classes][D]. */
  readonly parameters: readonly Float64Array[];
  private readonly pixels: number;

  /** Normal weights of variance 2 / inputs, 1 / inputs in the read-out (He et al. 2015); biases 0. */
  constructor(
    readonly shape: CnnShape,
    random: NormalNumbers,
  ) {
    const { depth, channels, classes, grid, readout } = shape;
    this.pixels = grid.height * grid.width;
    const layer = (outputs: number, inputs: number, gain: number) => [
      random.array(outputs * inputs).map((value) => value * Math.sqrt(gain / inputs)),
      new Float64Array(outputs),
    ];
    this.parameters = [
      ...Array.from({ length: depth - 1 }, (_, h) =>
        layer(channels, FILTER_PIXELS * (h === 0 ? shape.channelsIn : channels), 2),
      ).flat(),
      ...layer(classes, readout === 'gap' ? channels : channels * this.pixels, 1),
    ];
  }

  /** @param images [count][pixels][channels in] → [count][classes] */
  scores(images: Float64Array): Float64Array {
    return this.forward(images).scores;
  }

  /** Backpropagation of the mean cross-entropy. images [count][pixels][channels in], labels [count]. */
  step(images: Float64Array, labels: ArrayLike<number>): CnnStep {
    const { grid, channels, channelsIn, classes, depth, readout } = this.shape;
    const pass = this.forward(images);
    const { loss, correct, gradient } = crossEntropy(pass.scores, labels, classes);
    const gradients = new Array<Float64Array>(this.parameters.length);
    const [weights, last] = [this.parameters[2 * depth - 2], 2 * depth - 2];
    const inputs = weights.length / classes;
    gradients[last] = weightGradient(gradient, classes, pass.inputs, inputs);
    gradients[last + 1] = columnSums(gradient, classes);
    const byInput = productTransposed(gradient, transposed(weights, inputs), classes);
    let outer = readout === 'gap' ? this.spread(byInput) : byInput;
    for (let h = depth - 2; h >= 0; h--) {
      const before = pass.before[h];
      const inner = outer.map((value, i) => (before[i] > 0 ? value : 0));
      const fan = FILTER_PIXELS * (h === 0 ? channelsIn : channels);
      gradients[2 * h] = weightGradient(inner, channels, pass.patches[h], fan);
      gradients[2 * h + 1] = columnSums(inner, channels);
      if (h === 0) break;
      const filters = filtersByInput(this.parameters[2 * h], channels, channels);
      const readers = gatherPatches(inner, channels, grid, 'zero', -1);
      outer = productTransposed(readers, filters, FILTER_PIXELS * channels);
    }
    return { loss, correct, gradients };
  }

  private forward(images: Float64Array): Pass {
    const { grid, channels, channelsIn, classes, depth, readout } = this.shape;
    const patches: Float64Array[] = [];
    const before: Float64Array[] = [];
    let features = images;
    for (let h = 0; h < depth - 1; h++) {
      const count = h === 0 ? channelsIn : channels;
      patches.push(gatherPatches(features, count, grid, 'zero', 1));
      const sums = productTransposed(patches[h], this.parameters[2 * h], FILTER_PIXELS * count);
      before.push(withBias(sums, this.parameters[2 * h + 1]));
      features = sums.map((value) => Math.max(value, 0));
    }
    const inputs = readout === 'gap' ? this.pixelMeans(features) : features;
    const weights = this.parameters[2 * depth - 2];
    const scores = withBias(
      productTransposed(inputs, weights, weights.length / classes),
      this.parameters[2 * depth - 1],
    );
    return { patches, before, inputs, scores };
  }

  /** [images][pixels][channels] → [images][channels] */
  private pixelMeans(features: Float64Array): Float64Array {
    const { channels } = this.shape;
    const means = new Float64Array(features.length / this.pixels);
    const slab = channels * this.pixels;
    for (let i = 0; i < features.length; i++) {
      means[Math.floor(i / slab) * channels + (i % channels)] += features[i] / this.pixels;
    }
    return means;
  }

  /** The adjoint of `pixelMeans`. */
  private spread(means: Float64Array): Float64Array {
    const { channels } = this.shape;
    const slab = channels * this.pixels;
    return new Float64Array(means.length * this.pixels).map(
      (_, i) => means[Math.floor(i / slab) * channels + (i % channels)] / this.pixels,
    );
  }
}

function crossEntropy(scores: Float64Array, labels: ArrayLike<number>, classes: number) {
  const gradient = new Float64Array(scores.length);
  let [loss, correct] = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    const row = scores.subarray(i * classes, (i + 1) * classes);
    const largest = Math.max(...row);
    const sum = row.reduce((total, score) => total + Math.exp(score - largest), 0);
    loss += (Math.log(sum) + largest - row[labels[i]]) / labels.length;
    if (row.indexOf(largest) === labels[i]) correct++;
    for (let c = 0; c < classes; c++) {
      const share = Math.exp(row[c] - largest) / sum;
      gradient[i * classes + c] = (share - (c === labels[i] ? 1 : 0)) / labels.length;
    }
  }
  return { loss, correct, gradient };
}

/** Gᵀ X. outputs G [rows][m], inputs X [rows][n] → [m][n]. */
function weightGradient(outputs: Float64Array, m: number, inputs: Float64Array, n: number): Float64Array {
  return productTransposed(transposed(outputs, m), transposed(inputs, n), outputs.length / m);
}

function columnSums(values: Float64Array, columns: number): Float64Array {
  const sums = new Float64Array(columns);
  for (let i = 0; i < values.length; i++) sums[i % columns] += values[i];
  return sums;
}

/** In place. */
function withBias(values: Float64Array, bias: Float64Array): Float64Array {
  for (let i = 0; i < values.length; i++) values[i] += bias[i % bias.length];
  return values;
}
