import type { Layer } from '../../network/layers.js';
import type { NormalNumbers } from '../../statistics/random.js';
import type { FiniteImages } from './convolution-network.js';
import { productTransposed, transposed } from './dense-products.js';
import { finiteActivation } from './finite-activations.js';
import type { Grid } from './patches.js';
import { gatherWindows, scatterWindows, windowTable } from './windows.js';

/**
 * A network of any layers with finitely many channels: what every conv and dense layer gives has `width` channels. All
 * weights and biases are ~ N(0, 1), multiplied by √(w / (q² N)) and √b; N is the number of channels that a layer reads, but 1
 * for the images, whose channels are summed (not averaged) in this project's scale.
 */
export interface LayeredNetwork {
  readonly layers: readonly Layer[];
  readonly width: number;
}

/** What a layer gives for all images, and how a gradient goes back through it. */
interface Flow extends Grid {
  readonly channels: number;
  /** ⟨x, z⟩ / unit is what a kernel of features means: the channels that the layers made, 1 for those of the images. */
  readonly unit: number;
  /** [images][pixels][channels] */
  readonly values: Float64Array;
}

interface Step {
  readonly flow: Flow;
  /** ∂f/∂output → ∂f/∂input, both for all images. */
  readonly back: (gradient: Float64Array) => Float64Array;
}

/** A conv or dense layer, with what its share of the NTK is made of. */
export interface WeightedPass {
  /** What stands before each weight: [images][pixels][inner]. */
  readonly inputs: Float64Array;
  readonly inner: number;
  readonly pixels: number;
  /** The squares of the factors of weights and biases. */
  readonly weightVariance: number;
  readonly biasVariance: number;
  readonly trained: boolean;
  /** ∂f/∂g, [images][pixels][channels]; empty until a gradient went back. */
  gradient: Float64Array;
}

export interface LayeredPass {
  /** All but the last layer, in the order in which the weights were drawn. */
  readonly weighted: readonly WeightedPass[];
  /** What the last layer, one number per image, reads: [images][inner]. */
  readonly last: WeightedPass;
  /** f of every image for these weights of the last layer, [inner]. */
  readonly outputs: (weights: Float64Array) => Float64Array;
  /** Goes back from the last layer with these weights. */
  readonly back: (weights: Float64Array) => void;
}

/** Draws all weights but the last layer's and passes all images. @throws RangeError for what no finite network has. */
export function layeredForward(
  { layers, width }: LayeredNetwork,
  images: FiniteImages,
  random: NormalNumbers,
): LayeredPass {
  const weighted: WeightedPass[] = [];
  // Features without a last layer are those that a frozen one reads.
  const end = layers.at(-1);
  const isDense = end?.layer === 'dense';
  const last = isDense ? end : { layer: 'dense' as const, trained: false };
  const { height, width: columns, channels, values } = images;
  const input = { height, width: columns, channels, unit: 1, values };
  const { flow, back } = throughChain(isDense ? layers.slice(0, -1) : layers, input);
  const inner = flow.channels;
  const pass = passOf(last, flow.values, inner, 1, flow.unit);
  return {
    weighted,
    last: pass,
    outputs: (weights) =>
      productTransposed(flow.values, weights, inner).map((f) => f * Math.sqrt(pass.weightVariance)),
    back: (weights) => {
      const factor = Math.sqrt(pass.weightVariance);
      back(Float64Array.from(flow.values, (_, i) => factor * weights[i % inner]));
    },
  };

  function throughChain(chain: readonly Layer[], from: Flow): Step {
    const backs: Step['back'][] = [];
    let flow = from;
    for (const layer of chain) {
      const step = throughLayer(layer, flow);
      backs.unshift(step.back);
      flow = step.flow;
    }
    return { flow, back: (gradient) => backs.reduce((outer, back) => back(outer), gradient) };
  }

  function throughLayer(layer: Layer, from: Flow): Step {
    switch (layer.layer) {
      case 'conv':
        return throughConv(layer, from);
      case 'dense':
        return throughWeights(layer, from.values, from.channels, { height: 1, width: 1 }, from.unit);
      case 'avgpool':
      case 'lap':
      case 'gap':
        return throughMean(layer, from);
      case 'flatten': {
        const pixels = from.height * from.width;
        const unit = layer.scale === 'mean' ? from.unit * pixels : from.unit;
        const flow = { ...from, height: 1, width: 1, channels: pixels * from.channels, unit };
        return { flow, back: (gradient) => gradient };
      }
      case 'residual': {
        const steps = layer.branches.map((branch) => throughChain(branch, from));
        const [{ flow }] = steps;
        if (steps.some((step) => step.flow.channels !== flow.channels || step.flow.unit !== flow.unit))
          throw new RangeError('a residual sum of images and features has no finite network');
        return {
          flow: { ...flow, values: sumOf(steps.map((step) => step.flow.values)) },
          back: (gradient) => sumOf(steps.map((step) => step.back(gradient))),
        };
      }
    }
    const activation = finiteActivation(layer);
    if (activation === undefined) throw new RangeError(`${layer.layer} has no finite network here`);
    return {
      flow: { ...from, values: from.values.map(activation.value) },
      back: (gradient) => gradient.map((outer, i) => outer * activation.slope(from.values[i])),
    };
  }

  function throughConv(layer: Extract<Layer, { layer: 'conv' }>, from: Flow): Step {
    const table = windowTable(layer, from);
    const windows = gatherWindows(from.values, from.channels, from, table);
    const inner = table.size * from.channels;
    const { flow, back } = throughWeights(layer, windows, inner, table, table.size * from.unit);
    return { flow, back: (gradient) => scatterWindows(back(gradient), from.channels, from, table) };
  }

  /** @param inputs [images][pixels][inner] */
  function throughWeights(
    layer: Extract<Layer, { layer: 'conv' | 'dense' }>,
    inputs: Float64Array,
    inner: number,
    grid: Grid,
    unit: number,
  ): Step {
    const pass = passOf(layer, inputs, inner, grid.height * grid.width, unit);
    weighted.push(pass);
    const weights = random.array(width * inner);
    const biases = pass.biasVariance > 0 ? random.array(width) : new Float64Array(width);
    const [w, b] = [Math.sqrt(pass.weightVariance), Math.sqrt(pass.biasVariance)];
    const values = productTransposed(inputs, weights, inner).map((g, i) => w * g + b * biases[i % width]);
    return {
      flow: { height: grid.height, width: grid.width, channels: width, unit: width, values },
      back: (gradient) => {
        pass.gradient = gradient;
        return productTransposed(gradient, transposed(weights, inner), width).map((g) => w * g);
      },
    };
  }
}

function throughMean(layer: Extract<Layer, { layer: 'avgpool' | 'lap' | 'gap' }>, from: Flow): Step {
  const table = windowTable(layer, from);
  const { channels } = from;
  const windows = gatherWindows(from.values, channels, from, table);
  const values = new Float64Array(windows.length / table.size);
  for (let i = 0; i < windows.length; i++) {
    const window = Math.floor(i / (table.size * channels));
    values[window * channels + (i % channels)] += windows[i] / table.size;
  }
  return {
    flow: { ...from, height: table.height, width: table.width, values },
    back: (gradient) => {
      const spread = Float64Array.from(windows, (_, i) => {
        const window = Math.floor(i / (table.size * channels));
        return gradient[window * channels + (i % channels)] / table.size;
      });
      return scatterWindows(spread, channels, from, table);
    },
  };
}

function passOf(
  { w = 1, b = 0, trained = true }: { w?: number; b?: number; trained?: boolean },
  inputs: Float64Array,
  inner: number,
  pixels: number,
  unit: number,
): WeightedPass {
  return {
    ...{ inputs, inner, pixels, trained },
    weightVariance: w / unit,
    biasVariance: b,
    gradient: new Float64Array(0),
  };
}

function sumOf(arrays: readonly Float64Array[]): Float64Array {
  return arrays[0].map((_, i) => arrays.reduce((sum, array) => sum + array[i], 0));
}
