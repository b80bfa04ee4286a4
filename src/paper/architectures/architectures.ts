import type { Layer } from '../../network/layers.js';
import { Network } from '../../network/network.js';
import { NetworkError } from '../../network/network-error.js';
import { presetNetwork } from '../../network/presets.js';

/** A network of the table, under the name that the command line takes. */
export interface Architecture {
  readonly name: string;
  readonly network: Network;
}

/** What is compared if nothing else is asked for. */
export const ARCHITECTURES: readonly string[] = [
  'fc:4',
  'cntk-v:6',
  'cntk-gap:6',
  'alexnet',
  'vgg11',
  'vgg19',
  'myrtle5',
  'myrtle7',
  'myrtle10',
  'myrtle5/gaussian',
  'myrtle7/gaussian',
  'myrtle10/gaussian',
  'resnet:8',
];

const GAUSSIAN = '/gaussian';

/**
 * The preset of a name, or, with `/gaussian` after it, that preset with the normalised Gaussian of Shankar et al. 2020
 * in place of every relu.
 *
 * @throws NetworkError for an unknown name, and for a network that has no relu
 */
export function architectureOf(name: string): Architecture {
  if (!name.endsWith(GAUSSIAN)) return { name, network: presetNetwork(name) };
  const plain = presetNetwork(name.slice(0, -GAUSSIAN.length));
  const layers = plain.layers.map(withGaussian);
  if (JSON.stringify(layers) === JSON.stringify(plain.layers)) {
    throw new NetworkError(`${name}: the network has no relu that gaussian could stand in for`);
  }
  return { name, network: Network.from(layers) };
}

function withGaussian(layer: Layer): Layer {
  if (layer.layer === 'relu') return { layer: 'gaussian' };
  if (layer.layer !== 'residual') return layer;
  return { ...layer, branches: layer.branches.map((branch) => branch.map(withGaussian)) };
}
