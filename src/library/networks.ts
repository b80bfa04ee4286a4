import { ArgumentError, assertCount, assertKeys, assertRunOptions, shown } from '../checks/arguments.js';
import { assertGpu } from '../gpu/assert-gpu.js';
import type { Gpu } from '../gpu/gpu.js';
import { assertStack } from '../images/taken-images.js';
import { NetworkError } from '../network/network-error.js';
import {
  computeNetworks as kernelsOf,
  type NetworkGramOptions,
  type ResolvedGramResult,
} from '../network/network-gram.js';
import { Network } from '../network/network.js';

const OPTIONS: readonly (keyof NetworkGramOptions)[] = [
  'networks',
  'images',
  'against',
  'ntk',
  'kernel',
  'memoryBytes',
  'tileImages',
  'hostElementLayers',
  'signal',
  'onProgress',
];

/**
 * NTK and NNGP of several networks between images, exact up to float32. Networks share what they have in common from the
 * front: a sweep of depths or read-outs costs what its deepest network does.
 *
 * @throws ArgumentError, NetworkError, ImageError before anything runs; DeviceLostError; the signal's reason if aborted
 */
export async function computeNetworks(gpu: Gpu, options: NetworkGramOptions): Promise<ResolvedGramResult> {
  assertGpu('computeNetworks', gpu);
  assertNetworks('computeNetworks', options);
  return kernelsOf(gpu, options);
}

function assertNetworks(where: string, options: NetworkGramOptions): void {
  assertKeys(where, options, OPTIONS);
  assertRunOptions(where, options);
  const { networks, images, against, ntk, kernel, tileImages, hostElementLayers } =
    options as Partial<NetworkGramOptions>;
  if (!Array.isArray(networks) || !networks.every((network) => network instanceof Network)) {
    throw new ArgumentError(
      `${where}: networks: an array of Network is wanted, such as [presetNetwork('vgg19')]`,
    );
  }
  if (networks.length === 0) throw new NetworkError('no network is given: name at least one');
  assertStack('images', images);
  if (against !== undefined) assertStack('against', against);
  if (ntk !== undefined && typeof ntk !== 'boolean')
    throw new ArgumentError(`${where}: ntk is ${shown(ntk)}; true or false is wanted`);
  if (kernel !== undefined && !['auto', 'runs', 'general'].includes(kernel))
    throw new ArgumentError(`${where}: kernel is ${shown(kernel)}; auto, runs or general is wanted`);
  if (tileImages !== undefined) assertCount(`${where}: tileImages`, tileImages);
  if (hostElementLayers !== undefined && !(hostElementLayers >= 0))
    throw new ArgumentError(
      `${where}: hostElementLayers is ${shown(hostElementLayers)}; a number from 0 on is wanted`,
    );
}
