import { checkImages } from '../images/image-checks.js';
import type { ImageStack } from '../images/images.js';
import { assertStack } from '../images/taken-images.js';
import { activate } from './activations.js';
import type { Activation, Layer } from './layers.js';
import { assertNetwork, type Network } from './network.js';
import { axisWindow, windowScale, type WindowLayer } from './window.js';

/**
 * The definition of the kernels of any network, in float64 and in four dimensions: loops over all pixels p and q and
 * over the windows, nothing else. It is the oracle of the tests and is meant for small images: a pair costs (HW)²
 * elements per layer.
 */

/** Σ and Θ of one pair over pairs of positions, [HW][HW]: element (p, q) at p·HW + q. A vector is an image of 1×1. */
interface Kernels {
  readonly height: number;
  readonly width: number;
  readonly sigma: Float64Array;
  readonly theta: Float64Array;
}

/** The tensors of all pairs, [Nx·Nz], and of every image with itself, whose diagonals are the variances. */
interface Batch {
  readonly selfX: readonly Kernels[];
  readonly selfZ: readonly Kernels[];
  readonly pairs: readonly Kernels[];
}

/** Both kernel matrices, [Nx][Nz], row-major. */
export interface NetworkKernels {
  readonly ntk: Float64Array;
  readonly nngp: Float64Array;
}

/**
 * NTK and NNGP between two stacks of images of one shape.
 *
 * @throws NetworkError if the network does not fit the images
 */
export function referenceNetwork(network: Network, x: ImageStack, z: ImageStack): NetworkKernels {
  assertNetwork(network);
  assertStack('x', x);
  assertStack('z', z);
  checkImages(x, z);
  network.shapes(x);
  const indices = (stack: ImageStack) => Array.from({ length: stack.count }, (_, i) => i);
  const selfX = indices(x).map((i) => inputKernels(x, i, x, i));
  const selfZ = x === z ? selfX : indices(z).map((j) => inputKernels(z, j, z, j));
  const pairs = indices(x).flatMap((i) => indices(z).map((j) => inputKernels(x, i, z, j)));
  const end = throughChain(network.layers, { selfX, selfZ, pairs }).pairs;
  return {
    ntk: Float64Array.from(end, ({ theta }) => theta[0]),
    nngp: Float64Array.from(end, ({ sigma }) => sigma[0]),
  };
}

/** Σ(p, q) = Σ_c x_c(p) z_c(q), Θ = 0: nothing is trained yet. */
function inputKernels(x: ImageStack, i: number, z: ImageStack, j: number): Kernels {
  const { channels, height, width } = x;
  const pixels = height * width;
  const sigma = new Float64Array(pixels * pixels);
  for (let p = 0; p < pixels; p++) {
    for (let q = 0; q < pixels; q++) {
      for (let c = 0; c < channels; c++) {
        sigma[p * pixels + q] +=
          x.data[(i * channels + c) * pixels + p] * z.data[(j * channels + c) * pixels + q];
      }
    }
  }
  return { height, width, sigma, theta: new Float64Array(pixels * pixels) };
}

function throughChain(layers: readonly Layer[], input: Batch): Batch {
  return layers.reduce((batch, layer) => throughLayer(layer, batch), input);
}

function throughLayer(layer: Layer, input: Batch): Batch {
  switch (layer.layer) {
    case 'relu':
    case 'erf':
    case 'gaussian':
    case 'identity':
      return {
        ...eachSelf(input, (self) => throughActivation(layer, self, self, self)),
        pairs: input.pairs.map((pair, index) => {
          const [i, j] = [Math.floor(index / input.selfZ.length), index % input.selfZ.length];
          return throughActivation(layer, pair, input.selfX[i], input.selfZ[j]);
        }),
      };
    case 'residual': {
      const ends = layer.branches.map((branch) => throughChain(branch, input));
      const sum = (of: (batch: Batch) => readonly Kernels[]) =>
        ends.map(of).reduce((a, b) => a.map((kernels, index) => add(kernels, b[index])));
      return { selfX: sum((e) => e.selfX), selfZ: sum((e) => e.selfZ), pairs: sum((e) => e.pairs) };
    }
    case 'dense':
      return eachOf(input, (kernels) => throughWeights(layer, kernels));
    case 'conv':
      return eachOf(input, (kernels) => throughWeights(layer, throughWindow(layer, kernels)));
    default:
      return eachOf(input, (kernels) => throughWindow(layer, kernels));
  }
}

function eachSelf({ selfX, selfZ }: Batch, map: (kernels: Kernels) => Kernels): Omit<Batch, 'pairs'> {
  const mapped = selfX.map(map);
  return { selfX: mapped, selfZ: selfX === selfZ ? mapped : selfZ.map(map) };
}

function eachOf(input: Batch, map: (kernels: Kernels) => Kernels): Batch {
  return { ...eachSelf(input, map), pairs: input.pairs.map(map) };
}

function throughActivation(layer: Activation, pair: Kernels, x: Kernels, z: Kernels): Kernels {
  const positions = pair.height * pair.width;
  const sigma = new Float64Array(pair.sigma.length);
  const theta = new Float64Array(pair.sigma.length);
  for (let p = 0; p < positions; p++) {
    for (let q = 0; q < positions; q++) {
      const e = p * positions + q;
      const variances = [x.sigma[p * positions + p], z.sigma[q * positions + q]] as const;
      const { k, kDot } = activate(layer, pair.sigma[e], ...variances);
      sigma[e] = k;
      theta[e] = kDot * pair.theta[e];
    }
  }
  return { ...pair, sigma, theta };
}

function throughWeights(
  { w = 1, b = 0, trained = true }: { w?: number; b?: number; trained?: boolean },
  kernels: Kernels,
): Kernels {
  const sigma = kernels.sigma.map((value) => w * value + b);
  const theta = kernels.theta.map((value, e) => w * value + (trained ? sigma[e] : 0));
  return { ...kernels, sigma, theta };
}

/** The sum over the windows of p and of q: offset by offset together (coupled), or each with each. */
function throughWindow(layer: WindowLayer, input: Kernels): Kernels {
  const rows = axisWindow(layer, input.height);
  const columns = axisWindow(layer, input.width);
  const [height, width] = [rows.outputs, columns.outputs];
  const positions = height * width;
  const inputs = input.height * input.width;
  const scale = windowScale(layer, input.height, input.width);
  // [positions][window]: the input positions that an output position reads, −1 outside.
  const windows = Array.from({ length: positions }, (_, p) =>
    rows
      .window(Math.floor(p / width))
      .flatMap((y) => columns.window(p % width).map((x) => (y < 0 || x < 0 ? -1 : y * input.width + x))),
  );
  const summed = (source: Float64Array): Float64Array => {
    const result = new Float64Array(positions * positions);
    for (let p = 0; p < positions; p++) {
      for (let q = 0; q < positions; q++) {
        let sum = 0;
        for (const [k, from] of windows[p].entries()) {
          if (from < 0) continue;
          const partners = rows.coupled ? [windows[q][k]] : windows[q];
          for (const to of partners) if (to >= 0) sum += source[from * inputs + to];
        }
        result[p * positions + q] = scale * sum;
      }
    }
    return result;
  };
  return { height, width, sigma: summed(input.sigma), theta: summed(input.theta) };
}

function add(a: Kernels, b: Kernels): Kernels {
  return {
    ...a,
    sigma: a.sigma.map((value, e) => value + b.sigma[e]),
    theta: a.theta.map((value, e) => value + b.theta[e]),
  };
}
