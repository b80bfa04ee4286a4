import type { ImageSize } from '../../network/shapes.js';
import type { Layer } from '../../network/layers.js';
import { paperChain } from '../../network/paper-chain.js';
import type { Architecture } from './architectures.js';

/**
 * Networks in groups of those that one pass over the pairs computes at little more than the cost of one: the paper's
 * chains with the same layers trained, and networks that are equal up to the end of their first stage, where nearly all
 * of the work is. Networks that part within a stage would break the fused run of its layers, which costs more than it
 * saves.
 */
export function sharedPasses(architectures: readonly Architecture[], image: ImageSize): Architecture[][] {
  const passes = new Map<string, Architecture[]>();
  for (const architecture of architectures) {
    const chain = paperChain(architecture.network, image);
    const key = chain ? `chain ${chain.trained}` : JSON.stringify(firstStage(architecture.network.layers));
    passes.set(key, [...(passes.get(key) ?? []), architecture]);
  }
  return [...passes.values()];
}

/** The layers up to the first that changes which planes there are, with it. */
function firstStage(layers: readonly Layer[]): readonly Layer[] {
  const end = layers.findIndex((layer) => !isPlaneByPlane(layer));
  return layers.slice(0, end + 1);
}

function isPlaneByPlane(layer: Layer): boolean {
  if (layer.layer === 'conv') return (layer.stride ?? 1) === 1;
  return ['relu', 'gaussian', 'erf', 'identity'].includes(layer.layer);
}
