import { ArgumentError } from '../checks/arguments.js';
import { className } from '../checks/class-name.js';
import type { Layer } from './layers.js';
import { NetworkError } from './network-error.js';
import { parseLayers } from './parse-layers.js';
import { layerPlace } from './place.js';
import {
  ANY_IMAGE,
  inferShapes,
  outputShape,
  shapeText,
  type ChainShapes,
  type ImageSize,
} from './shapes.js';

/**
 * A feed-forward network of infinite width: a list of layers, checked and never changed. What can be wrong without
 * knowing the images is refused here, the rest by `shapes`.
 */
export class Network {
  private constructor(readonly layers: readonly Layer[]) {}

  /** @throws NetworkError for a list of layers that is no network. */
  static of(...layers: readonly Layer[]): Network {
    return Network.from(layers);
  }

  /**
   * A network of anything that claims to be a list of layers, such as a parsed file.
   *
   * @throws NetworkError naming the layer by its place.
   */
  static from(value: unknown): Network {
    const layers = parseLayers(value);
    checkEnd(layers, inferShapes(layers, ANY_IMAGE));
    if (!someTrained(layers)) {
      throw new NetworkError(
        hasWeights(layers)
          ? 'no layer is trained: the NTK would be 0 for every pair; leave out "trained": false in at least one layer'
          : 'no layer has weights: a network needs at least one conv or dense layer',
      );
    }
    return new Network(layers);
  }

  /**
   * Shapes after every layer for images of this size.
   *
   * @throws NetworkError naming the first layer that these images do not fit, by its place and both shapes.
   */
  shapes(image: ImageSize): ChainShapes {
    return inferShapes(this.layers, image);
  }

  /** What holds of this network without being an error, one sentence each. */
  get remarks(): readonly string[] {
    return remarksOn(this.layers);
  }

  /** A list of layers as a file holds it, without fields that are as they are by default. */
  toJSON(): readonly Layer[] {
    return this.layers;
  }
}

/** A pair of images is one number only if the network ends in a vector. */
function checkEnd(layers: readonly Layer[], shapes: ChainShapes): void {
  if (layers.length === 0)
    throw new NetworkError('the list of layers is empty: name at least flatten and dense');
  const end = outputShape(shapes);
  if (end.kind === 'image') {
    const place = layerPlace('', layers.length - 1, layers.at(-1)!.layer);
    throw new NetworkError(
      `${place}: the network ends in ${shapeText(end)}, a value per pixel, not in one: add flatten or gap, and dense`,
    );
  }
}

function some(layers: readonly Layer[], holds: (layer: Layer) => boolean): boolean {
  return layers.some((layer) =>
    layer.layer === 'residual' ? layer.branches.some((branch) => some(branch, holds)) : holds(layer),
  );
}

function hasWeights(layers: readonly Layer[]): boolean {
  return some(layers, ({ layer }) => layer === 'conv' || layer === 'dense');
}

function someTrained(layers: readonly Layer[]): boolean {
  return some(layers, (l) => (l.layer === 'conv' || l.layer === 'dense') && l.trained !== false);
}

const NONLINEAR: readonly string[] = ['relu', 'erf', 'gaussian'];

/**
 * The formulas of activations hold for Gaussian inputs: sums over many random weights. After another activation, or on
 * pixels, they are only a recursion that can still be computed. neural-tangents refuses such a network.
 */
function remarksOn(layers: readonly Layer[]): string[] {
  const remarks: string[] = [];
  const walk = (chain: readonly Layer[], gaussianBefore: boolean, within: string): boolean => {
    let isGaussian = gaussianBefore;
    for (const [index, layer] of chain.entries()) {
      const place = layerPlace(within, index, layer.layer);
      if (layer.layer === 'conv' || layer.layer === 'dense') isGaussian = true;
      else if (layer.layer === 'residual') {
        const ends = layer.branches.map((branch, b) => walk(branch, isGaussian, `${place}, branch ${b + 1}`));
        isGaussian = ends.every(Boolean);
      } else if (NONLINEAR.includes(layer.layer)) {
        if (!isGaussian) {
          remarks.push(
            `${place}: its input is not Gaussian (pixels, or an activation's output without weights in between): ` +
              'the kernel is the formal recursion, no limit of finite networks',
          );
        }
        isGaussian = false;
      }
    }
    return isGaussian;
  };
  walk(layers, false, '');
  const last = layers.at(-1)!;
  if (last.layer !== 'dense') {
    remarks.push(
      `${layerPlace('', layers.length - 1, last.layer)}: the last layer is not dense: the kernels are those of its ` +
        'features, as if a frozen dense layer followed',
    );
  }
  return remarks;
}

/** @throws ArgumentError for anything but a `Network` */
export function assertNetwork(network: unknown): asserts network is Network {
  if (network instanceof Network) return;
  throw new ArgumentError(
    `the network is ${className(network)}; a Network is wanted, as Network.of(…) and presetNetwork() give`,
  );
}
