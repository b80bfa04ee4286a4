import type { Gpu } from '../gpu/gpu.js';
import type { Channel } from '../kernel/channels.js';
import { computeGram, type GramOptions } from '../kernel/gram.js';
import type { ImageStack } from '../images/images.js';
import type { GramShape } from '../kernel/plan.js';
import type { PlaneVariants } from '../kernel/plane-candidates.js';
import { runVariants } from '../kernel/run-variants.js';
import { planDevice } from '../kernel/subgroup-order.js';

/**
 * Decides which variants a run takes, and compiles everything that it needs by computing the kernel of one image:
 * drivers compile at the first dispatch, which can take half a minute and belongs into no speed figure.
 *
 * @param grams The matrices of the run.
 * @returns the variants, to be given to `computeGram` for each of the matrices, and the time it took.
 */
export async function compileKernels(
  gpu: Gpu,
  images: ImageStack,
  channels: readonly Channel[],
  grams: readonly GramShape[],
  options: Pick<GramOptions, 'signal' | 'variant'> = {},
): Promise<{ variant: PlaneVariants; compileMs: number }> {
  const started = performance.now();
  const variant = runVariants(channels, images, grams, await planDevice(gpu), options.variant);
  const { channels: planes, height, width } = images;
  const first = { ...images, count: 1, data: images.data.subarray(0, planes * height * width) };
  await computeGram(gpu, { images: first, channels, signal: options.signal, variant });
  return { variant, compileMs: performance.now() - started };
}
