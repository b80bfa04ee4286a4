import type { Gpu } from '../../gpu/gpu.js';
import type { ImageStack } from '../../images/images.js';
import { computeNetworks } from '../../network/network-gram.js';
import { orAborted } from '../../signals/or-aborted.js';
import type { Architecture } from './architectures.js';

/** Two tiles differ enough when one takes so much longer than the other. */
const ENOUGH_MS = 300;
const FIRST_IMAGES = 8;

/**
 * What a pair of images takes in a pass of these networks: the difference between two tiles, of which one has twice the
 * images, without what every call and every image takes to begin. Compiling comes before and does not count.
 *
 * @param images At least 2.
 * @throws what `computeNetworks` throws; the signal's reason, also while a driver compiles
 */
export async function msPerPair(
  gpu: Gpu,
  pass: readonly Architecture[],
  images: ImageStack,
  signal: AbortSignal | undefined,
): Promise<number> {
  const networks = pass.map(({ network }) => network);
  const tile = async (count: number) => {
    const started = performance.now();
    const computed = computeNetworks(gpu, { networks, images: firstOf(images, count), signal });
    const { pairs } = await orAborted(computed, signal);
    return { count, pairs, elapsedMs: performance.now() - started };
  };
  await tile(1);
  let smaller = await tile(Math.min(FIRST_IMAGES, images.count >> 1));
  for (;;) {
    const larger = await tile(Math.min(2 * smaller.count, images.count));
    const difference = larger.elapsedMs - smaller.elapsedMs;
    // Noise must not make a time of nothing, or less.
    if (difference >= ENOUGH_MS || larger.count === images.count)
      return Math.max(difference, larger.elapsedMs / 10) / (larger.pairs - smaller.pairs);
    smaller = larger;
  }
}

function firstOf(images: ImageStack, count: number): ImageStack {
  return { ...images, count, data: images.data.slice(0, (images.data.length / images.count) * count) };
}
