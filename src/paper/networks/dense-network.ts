import { productTransposed, transposed } from './dense-products.js';
import type { NormalNumbers } from '../../statistics/normal-numbers.js';

/** Points, [count][dimension]. */
export interface Points {
  readonly count: number;
  readonly dimension: number;
  readonly values: Float64Array;
}

/** What all points leave behind in a network. */
export interface DensePass {
  /** f, [count] */
  readonly outputs: Float64Array;
  /** What goes into each layer, the last included: x^0 … x^L, each [count][inputs of the layer]. */
  readonly inputs: readonly Float64Array[];
  /** ∂f/∂g^h of each hidden layer, each [count][width]. */
  readonly gradients: readonly Float64Array[];
}

/**
 * A fully connected ReLU network in NTK parametrisation (paper, section 3.1): g^h = W^h x^{h−1}, x^h = √(2 / m) relu(g^h),
 * f = a x^L, all weights ~ N(0, 1) at the start and all trained.
 */
export class DenseNetwork {
  /** W^h, [width][inputs], and the last layer [1][width]. */
  private readonly weights: readonly Float64Array[];

  constructor(
    private readonly dimension: number,
    private readonly width: number,
    private readonly hiddenLayers: number,
    random: NormalNumbers,
  ) {
    this.weights = Array.from({ length: hiddenLayers + 1 }, (_, h) =>
      random.array((h < hiddenLayers ? width : 1) * this.inputsOf(h)),
    );
  }

  pass({ values }: Points): DensePass {
    const { hiddenLayers, width, weights } = this;
    const scale = Math.sqrt(2 / width);
    const inputs = [values];
    for (let h = 0; h < hiddenLayers; h++) {
      const features = productTransposed(inputs[h], weights[h], this.inputsOf(h));
      for (let i = 0; i < features.length; i++) features[i] = features[i] > 0 ? scale * features[i] : 0;
      inputs.push(features);
    }
    const outputs = productTransposed(inputs[hiddenLayers], weights[hiddenLayers], width);
    return { outputs, inputs, gradients: this.backward(inputs, outputs.length) };
  }

  /** One step of gradient descent. @param slopes Step size times ∂loss/∂f, [count]. */
  descend({ inputs, gradients }: DensePass, slopes: Float64Array): void {
    const count = slopes.length;
    [...gradients, undefined].forEach((gradient, h) => {
      // The last layer's output is f itself.
      const columns = gradient ? this.width : 1;
      const weighted = new Float64Array(columns * count);
      for (let i = 0; i < count; i++) {
        for (let j = 0; j < columns; j++) {
          weighted[j * count + i] = slopes[i] * (gradient ? gradient[i * columns + j] : 1);
        }
      }
      const change = productTransposed(weighted, transposed(inputs[h], this.inputsOf(h)), count);
      const weights = this.weights[h];
      for (let k = 0; k < weights.length; k++) weights[k] -= change[k];
    });
  }

  private backward(inputs: readonly Float64Array[], count: number): Float64Array[] {
    const { hiddenLayers, width, weights } = this;
    const scale = Math.sqrt(2 / width);
    const gradients: Float64Array[] = [];
    const last = weights[hiddenLayers];
    let outer = new Float64Array(count * width);
    for (let i = 0; i < count; i++) outer.set(last, i * width);
    for (let h = hiddenLayers - 1; h >= 0; h--) {
      const features = inputs[h + 1];
      for (let i = 0; i < outer.length; i++) outer[i] = features[i] > 0 ? scale * outer[i] : 0;
      gradients.unshift(outer);
      if (h > 0)
        outer = productTransposed(outer, transposed(weights[h], width), width) as Float64Array<ArrayBuffer>;
    }
    return gradients;
  }

  private inputsOf(layer: number): number {
    return layer === 0 ? this.dimension : this.width;
  }
}

/** ⟨∂f(x)/∂θ, ∂f(z)/∂θ⟩ of the network as it is. @returns [rows][columns] */
export function empiricalNtk(rows: DensePass, columns: DensePass): Float64Array {
  const ntk = new Float64Array(rows.outputs.length * columns.outputs.length);
  rows.inputs.forEach((input, h) => {
    const inputGram = gram(input, columns.inputs[h], columns.outputs.length);
    const gradientGram =
      h < rows.gradients.length
        ? gram(rows.gradients[h], columns.gradients[h], columns.outputs.length)
        : undefined;
    for (let i = 0; i < ntk.length; i++) ntk[i] += inputGram[i] * (gradientGram?.[i] ?? 1);
  });
  return ntk;
}

function gram(a: Float64Array, b: Float64Array, bCount: number): Float64Array {
  return productTransposed(a, b, b.length / bCount);
}
