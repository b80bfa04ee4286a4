import type { ImageShape } from '../images/images.js';
import type { KernelSpec } from './kernel-spec.js';
import { readoutRadius } from './validate-kernels.js';

/** How a kernel comes out of the sums that a pass taps. */
export interface PassResult {
  /** Index in the run's list of kernels. */
  readonly index: number;
  /** Which tap of the pass: slot of the layer · read-outs + index of the read-out. */
  readonly tap: number;
  /** NNGP: ΣK. NTK of hidden layers: ΣU, U = K̇Θ. NTK of all layers: Σ(U + K). */
  readonly use: 'k' | 'u' | 'u+k';
  /** The factor that leads from the device's scale to the paper's. */
  readonly scale: number;
}

/**
 * One walk through the layers that serves every kernel with the same Θ⁰: all depths, both kernels, every read-out.
 * Θ⁰ is Σ⁰ if all layers are trained, 0 if only the hidden ones are; the NNGP goes with either.
 */
export interface Pass {
  readonly theta0: 0 | 1;
  readonly layers: number;
  /** Radius of the pooling window per read-out; see `window_overlap` in shaders/shared/plane.wgsl. */
  readonly radii: readonly number[];
  /** [layers]: index among the tapped layers, −1 if no kernel ends there. */
  readonly layerSlots: readonly number[];
  readonly taps: number;
  /** Displacements (dx, dy) that carry weight in some read-out. */
  readonly planes: readonly (readonly [number, number])[];
  readonly outputs: readonly PassResult[];
}

/**
 * Factor by which one layer scales sums on the device, in place of the definition's 1/9: the power of two that keeps
 * deep recursions near 1 (a 1×1 image would lose a factor of 9 per layer) and rounds nothing.
 */
export function layerGain({ height, width }: ImageShape): number {
  // Largest eigenvalue of the 3-point sum on a line of n points.
  const growth = (n: number) => 1 + 2 * Math.cos(Math.PI / (n + 1));
  return 2 ** -Math.round(Math.log2(growth(height) * growth(width)));
}

/** The passes of `library/grams`, whose arguments are right. */
export function planPasses(kernels: readonly KernelSpec[], shape: ImageShape): Pass[] {
  const groups = new Map<0 | 1, number[]>();
  for (const [index, spec] of kernels.entries()) {
    if (spec.kernel === 'nngp') continue;
    const theta0 = spec.trained === 'all' ? 1 : 0;
    groups.set(theta0, [...(groups.get(theta0) ?? []), index]);
  }
  if (groups.size === 0) groups.set(0, []);
  const radiusOf = (index: number) => readoutRadius(kernels[index].readout, shape.height, shape.width);
  const reach = (indices: readonly number[]) => Math.max(-1, ...indices.map(radiusOf));
  for (const [index, spec] of kernels.entries()) {
    if (spec.kernel !== 'nngp') continue;
    // The pass with the narrowest reach that covers this read-out, else the widest: fewest planes in all.
    const ordered = [...groups.values()].sort((a, b) => reach(a) - reach(b));
    const host = ordered.find((indices) => reach(indices) >= radiusOf(index)) ?? ordered.at(-1)!;
    host.push(index);
  }
  return [...groups].map(([theta0, indices]) => buildPass(theta0, indices, kernels, shape));
}

/** Element-layers of one pair of images in all passes. */
export function elementLayersPerPair(passes: readonly Pass[], { height, width }: ImageShape): number {
  return passes.reduce((sum, { planes, layers }) => sum + planes.length * height * width * layers, 0);
}

function buildPass(
  theta0: 0 | 1,
  indices: readonly number[],
  kernels: readonly KernelSpec[],
  shape: ImageShape,
): Pass {
  const { height, width } = shape;
  // Beyond the image's size every window is whole.
  const cap = Math.max(height, width);
  const radiusOf = ({ readout }: KernelSpec) => Math.min(cap, readoutRadius(readout, height, width));
  const chosen = indices.map((index) => kernels[index]);
  const radii = [...new Set(chosen.map(radiusOf))].sort((a, b) => a - b);
  const depths = [...new Set(chosen.map(({ depth }) => depth))].sort((a, b) => a - b);
  const layers = depths.at(-1)! - 1;
  const layerSlots = Array.from({ length: layers }, (_, layer) => depths.indexOf(layer + 2));
  const gain = layerGain(shape);
  const outputs = indices.map((index): PassResult => {
    const { kernel, depth, readout } = kernels[index];
    return {
      index,
      tap: layerSlots[depth - 2] * radii.length + radii.indexOf(radiusOf(kernels[index])),
      use: kernel === 'nngp' ? 'k' : theta0 === 1 ? 'u+k' : 'u',
      scale: readoutScale(readout, shape) * (9 * gain) ** -(depth - 1),
    };
  });
  return {
    theta0,
    layers,
    radii,
    layerSlots,
    taps: depths.length * radii.length,
    planes: displacements(radii.at(-1)!, height, width),
    outputs,
  };
}

/** The factor from Σ weight·R to the read-out (paper, sections 4 and H; LAP: Li et al. 2019, arXiv 1911.00809). */
function readoutScale(readout: KernelSpec['readout'], { height, width }: ImageShape): number {
  if (readout === 'vanilla') return 1;
  // Under a whole window every element has weight H·W; the mean is over (H·W)² of them.
  if (readout === 'gap') return (height * width) ** -3;
  return (2 * readoutRadius(readout, height, width) + 1) ** -4;
}

/** Circular displacement classes that hold an element with |q − p| ≤ 2·radius in both directions. */
function displacements(radius: number, height: number, width: number): [number, number][] {
  const within = (size: number) =>
    Array.from({ length: size }, (_, d) => d).filter((d) => d <= 2 * radius || size - d <= 2 * radius);
  return within(height).flatMap((dy) => within(width).map((dx): [number, number] => [dx, dy]));
}
