import type { ConvolutionNetwork, FiniteImages } from '../networks/convolution-network.js';
import { drawKernels } from '../networks/empirical-kernels.js';
import { NormalNumbers } from '../../statistics/normal-numbers.js';

/** Some draws of one network. */
export interface DrawTask {
  readonly network: ConvolutionNetwork;
  readonly images: FiniteImages;
  readonly seed: number;
  readonly firstDraw: number;
  readonly draws: number;
}

/** Every draw has random numbers of its own, whatever thread makes it. @returns `drawKernels` of each, [draws]. */
export function runDraws({ network, images, seed, firstDraw, draws }: DrawTask): Float64Array[] {
  return Array.from({ length: draws }, (_, i) =>
    drawKernels(network, images, new NormalNumbers(seed, network.depth, network.width, firstDraw + i)),
  );
}
