import type { ConvolutionNetwork, FiniteImages } from '../networks/convolution-network.js';
import { drawKernels } from '../networks/empirical-kernels.js';
import { NormalNumbers } from '../../statistics/random.js';

/** Some draws of one network. */
export interface NetworkDrawsTask {
  readonly network: ConvolutionNetwork;
  readonly images: FiniteImages;
  readonly seed: number;
  readonly firstDraw: number;
  readonly draws: number;
}

/**
 * Computes the kernels of some draws. Every draw has random numbers of its own, whichever thread makes it.
 *
 * @returns `drawKernels` of each, [draws].
 */
export function runDraws({ network, images, seed, firstDraw, draws }: NetworkDrawsTask): Float64Array[] {
  return Array.from({ length: draws }, (_, i) =>
    drawKernels(network, images, new NormalNumbers(seed, network.depth, network.width, firstDraw + i)),
  );
}
