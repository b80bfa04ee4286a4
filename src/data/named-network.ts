import { basename } from 'node:path';
import { assertOwnNames, isNetworkFile, NETWORK_FILE, type ArchNetwork } from '../network/network-kernel.js';
import { NetworkError } from '../network/network-error.js';
import { presetNetwork } from '../network/presets.js';
import { readNetwork } from './network-file.js';

/**
 * Networks by presets' names or files.
 *
 * @throws NetworkError for an unknown preset, and for two networks of one name; InputError naming the file and the layer
 */
export async function loadNetworks(sources: readonly string[]): Promise<ArchNetwork[]> {
  const archs = await Promise.all(sources.map(loadNetwork));
  assertOwnNames(archs);
  return archs;
}

export async function loadNetwork(source: string): Promise<ArchNetwork> {
  if (isNetworkFile(source)) {
    return { name: basename(source).replace(NETWORK_FILE, ''), source, network: await readNetwork(source) };
  }
  try {
    return { name: source, source, network: presetNetwork(source) };
  } catch (error) {
    if (!(error instanceof NetworkError && error.message.startsWith('unknown'))) throw error;
    throw new NetworkError(`${error.message}; or the name of a file .json, .yaml or .yml`, { cause: error });
  }
}
