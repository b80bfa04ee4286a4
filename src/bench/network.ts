import { mirror as normsMirror } from '../../shaders/norms.js';
import { mirror as planesMirror } from '../../shaders/planes.js';
import { SNAP } from '../../shaders/shared/arc_cosine.js';
import type { KernelSpec, Readout } from '../kernel/kernel-spec.js';
import type { ImageShape, ImageStack } from '../images/images.js';
import { layerGain, planPasses, type Pass } from '../kernel/passes.js';
import { defaultTrained } from '../kernel/validate-kernels.js';
import { breather } from '../signals/breather.js';
import { randomImages } from '../images/random-images.js';

/** One kernel: an NTK in the paper's setting for its read-out. */
export interface BenchNetwork {
  readonly shape: ImageShape;
  readonly depth: number;
  readonly readout: Readout;
}

/** `gap, depth 11, 3×32×32` */
export function describeNetwork({ shape, depth, readout }: BenchNetwork): string {
  return `${readout}, depth ${depth}, ${shape.channels}×${shape.height}×${shape.width}`;
}

export function kernelOf({ depth, readout }: BenchNetwork): KernelSpec {
  return { kernel: 'ntk', depth, readout, trained: defaultTrained(readout) };
}

export function passOf(network: BenchNetwork): Pass {
  return planPasses([kernelOf(network)], network.shape)[0];
}

/** What every case starts from. More images begin with the same ones. */
export function networkImages({ shape }: BenchNetwork, count: number): ImageStack {
  return randomImages(count, shape, 11);
}

/** Float64 mirror of an image's norms. Returns pixels, then lambdas: [C+L][H][W]. */
export function mirrorFields(images: ImageStack, { layers }: Pass, image: number): Float64Array {
  const { channels, height, width, data } = images;
  const elements = channels * height * width;
  const pixels = data.slice(image * elements, (image + 1) * elements);
  const gain = layerGain(images);
  const variance = normsMirror({ images: pixels, count: 1, channels, layers, height, width, gain });
  return Float64Array.of(...pixels, ...variance.map(Math.sqrt));
}

/**
 * Float64 mirrors of some planes of the pair of images 0 and 1: norms, then planes, one at a time, so that the event
 * loop has its turns.
 *
 * @returns [planes][taps][2], ΣK and ΣU
 */
export async function mirrorSums(
  images: ImageStack,
  pass: Pass,
  planes: Pass['planes'],
  signal?: AbortSignal,
): Promise<Float64Array> {
  const { channels, height, width } = images;
  const common = {
    x: mirrorFields(images, pass, 0),
    z: mirrorFields(images, pass, 1),
    same: false,
    radii: pass.radii,
    layerSlots: pass.layerSlots,
    channels,
    height,
    width,
    gain: layerGain(images),
    theta0: pass.theta0,
    snap: SNAP,
  };
  const floats = 2 * pass.taps;
  const sums = new Float64Array(planes.length * floats);
  const breathe = breather(signal);
  for (const [index, plane] of planes.entries()) {
    sums.set(planesMirror({ ...common, planes: [plane] }), index * floats);
    await breathe();
  }
  return sums;
}

/** About `most` of the indices below `count`, evenly spread. */
export function evenly(count: number, most: number): number[] {
  const step = Math.max(1, Math.floor(count / most));
  return Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step);
}
