import type { Gpu } from '../gpu/gpu.js';
import type { Channel } from '../kernel/channels.js';
import { computeGram, type GramOptions } from '../kernel/gram.js';
import type { ImageStack } from '../kernel/images.js';

/**
 * Compiles everything that kernels between images of this shape need, by computing that of one image: drivers compile
 * at the first dispatch, which can take half a minute and belongs into no speed figure.
 *
 * @returns the time it took, milliseconds.
 */
export async function compileKernels(
  gpu: Gpu,
  images: ImageStack,
  channels: readonly Channel[],
  options: Pick<GramOptions, 'signal' | 'variant'> = {},
): Promise<number> {
  const started = performance.now();
  const { channels: planes, height, width } = images;
  const first = { ...images, count: 1, data: images.data.subarray(0, planes * height * width) };
  await computeGram(gpu, { images: first, channels, ...options });
  return performance.now() - started;
}
