import { NormalNumbers } from '../../statistics/random.js';
import type { FiniteImages } from '../networks/convolution-network.js';
import { drawLayeredKernels } from '../networks/layered-kernels.js';
import type { LayeredNetwork } from '../networks/layered-network.js';

/** Some draws of one network of any layers. */
export interface LayeredDrawsTask {
  readonly network: LayeredNetwork;
  readonly images: FiniteImages;
  /** Integers; each list of them, with the number of the draw, gives random numbers of its own. */
  readonly seeds: readonly number[];
  readonly firstDraw: number;
  readonly draws: number;
}

/** @returns `drawLayeredKernels` of each draw, whichever thread makes it, [draws]. */
export function runLayeredDraws({
  network,
  images,
  seeds,
  firstDraw,
  draws,
}: LayeredDrawsTask): Float64Array[] {
  return Array.from({ length: draws }, (_, i) =>
    drawLayeredKernels(network, images, new NormalNumbers(...seeds, network.width, firstDraw + i)),
  );
}
