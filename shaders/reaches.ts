import type { ShaderContract } from './contract.js';
import { wgsl } from './linked/reaches.js';
import { windowOverlap } from './shared/plane.js';

/** By which `near_pairs` tells which pairs are nearly proportional: from ΣK of images with themselves on plane 0. */
export const contract: ShaderContract = {
  name: 'reaches',
  wgsl,
  equation:
    'reaches[i][slot · readouts + readout] = √((1 − nearness(h)) G Σ_p weight(p) variance[i][h](p)), h the layer of the slot',
  bindings: [
    { name: 'variance', access: 'read', shape: '[N][L][H][W] f32' },
    { name: 'radii', access: 'read', shape: '[readouts] u32' },
    { name: 'layer_slots', access: 'read', shape: '[L] i32, -1: layer not asked for' },
    { name: 'reaches', access: 'read_write', shape: '[N][taps] f32' },
  ],
  params: { images: 'u32', layers: 'u32', readouts: 'u32', taps: 'u32' },
  constants: ['HEIGHT', 'WIDTH', 'GAIN'],
  workgroups: '(⌈N/64⌉, L)',
  errorBound: 'half of that of a sum of positive numbers, rows first: (H + W + 8) · 2⁻²⁵ relative',
};

export const variants = [{ HEIGHT: 5, WIDTH: 7, GAIN: 0.125 }];

export interface ReachesInput {
  readonly variance: ArrayLike<number>; // [N][L][H][W]
  readonly radii: readonly number[];
  readonly layerSlots: readonly number[]; // [L]
  readonly images: number;
  readonly height: number;
  readonly width: number;
  readonly gain: number;
}

/** Float64 mirror. Returns reaches [N][taps]. */
export function mirror({
  variance,
  radii,
  layerSlots,
  images,
  height,
  width,
  gain,
}: ReachesInput): Float64Array {
  const layers = layerSlots.length;
  const taps = (Math.max(...layerSlots) + 1) * radii.length;
  const reaches = new Float64Array(images * taps);
  for (let image = 0; image < images; image++) {
    for (const [h, slot] of layerSlots.entries()) {
      if (slot < 0) continue;
      for (const [readout, radius] of radii.entries()) {
        let sum = 0;
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            const weight = windowOverlap(x, x, radius, width) * windowOverlap(y, y, radius, height);
            sum += weight * variance[((image * layers + h) * height + y) * width + x];
          }
        }
        reaches[image * taps + slot * radii.length + readout] = Math.sqrt((1 - nearness(h)) * gain * sum);
      }
    }
  }
  return reaches;
}

/** The 1 − c below which a pair of images counts as near after layer h (0: the first). */
export function nearness(h: number): number {
  return Math.min(0.01, 16 / (h + 1) ** 2);
}
