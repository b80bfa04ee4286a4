import type { ShaderContract } from './contract.js';
import { wgsl } from './linked/near_pairs.js';
import { arcDistance } from './shared/arc_distance.js';
import { windowOverlap } from './shared/plane.js';
import { patch } from './planes.js';

/** Plane 0 of pairs of nearly proportional images, by their squared distance (paper, section 4, rewritten). */
export const contract: ShaderContract = {
  name: 'near_pairs',
  wgsl,
  equation:
    'd = Σ_c (v x_c − w z_c)²/2, per layer d ← G((a−b)²/2 + m − κ₁), U = G κ₀ θ at m − σ = d − (a−b)²/2; partial_sums[pair][0][tap].y = Σ weight U where K > reach_x reach_z',
  bindings: [
    { name: 'x_fields', access: 'read', shape: '[N][C+L][H+1][4Q] f32' },
    { name: 'z_fields', access: 'read', shape: '[N][C+L][SHIFTS][H][8Q] f32' },
    { name: 'x_reaches', access: 'read', shape: '[N][taps] f32' },
    { name: 'z_reaches', access: 'read', shape: '[N][taps] f32' },
    { name: 'radii', access: 'read', shape: '[readouts] u32' },
    { name: 'layer_slots', access: 'read', shape: '[L] i32, -1: layer not asked for' },
    {
      name: 'partial_sums',
      access: 'read_write',
      shape: '[rows][columns][groups][taps] vec2f; group 0 is plane 0',
    },
    { name: 'scratch', access: 'read_write', shape: '[workgroups][5][H][W] f32' },
  ],
  params: {
    channels: 'u32',
    layers: 'u32',
    readouts: 'u32',
    taps: 'u32',
    theta0: 'f32',
    groups: 'u32',
    first_row: 'u32',
    first_column: 'u32',
    rows: 'u32',
    columns: 'u32',
    triangle: 'u32',
  },
  constants: ['HEIGHT', 'WIDTH', 'SHIFTS', 'GAIN'],
  workgroups: '(any number: each takes blocks of 64 columns by 16 rows)',
  errorBound: 'relative 1e-6 to depth 21, whatever the angle (see test/kernel/similar-images.test.ts)',
};

export const variants = [
  { HEIGHT: 32, WIDTH: 32, SHIFTS: 4, GAIN: 0.125 },
  { HEIGHT: 5, WIDTH: 7, SHIFTS: 1, GAIN: 0.125 },
];

/** Columns and rows that a workgroup looks at. */
export const NEAR_BLOCK = { columns: 64, rows: 16 };

/** Bytes of `scratch` that a workgroup takes. */
export function scratchBytes({ height, width }: { readonly height: number; readonly width: number }): number {
  return 4 * 5 * height * width;
}

export interface NearPairInput {
  readonly x: ArrayLike<number>; // [C+L][H][W]: pixels, then lambdas
  readonly z: ArrayLike<number>; // [C+L][H][W]
  /** What brings both images to one length. */
  readonly factors: readonly [x: number, z: number];
  readonly radii: readonly number[];
  readonly layerSlots: readonly number[]; // [L]
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly gain: number;
  readonly theta0: number;
  readonly snap?: number;
}

/** Float64 mirror for one near pair. Returns Σ weight U [taps]. */
export function mirror(input: NearPairInput): Float64Array {
  const { x, z, factors, radii, layerSlots, channels, height, width, gain, theta0, snap = 0 } = input;
  const pixels = height * width;
  const taps = (Math.max(...layerSlots) + 1) * radii.length;
  const result = new Float64Array(taps);
  const [v, w] = factors;
  let distance: Float64Array = new Float64Array(pixels);
  let theta: Float64Array = new Float64Array(pixels);
  for (let c = 0; c < channels; c++) {
    for (let p = 0; p < pixels; p++) {
      const [ofX, ofZ] = [x[c * pixels + p], z[c * pixels + p]];
      distance[p] += (v * ofX - w * ofZ) ** 2 / 2;
      theta[p] += theta0 * ofX * ofZ;
    }
  }
  for (const [h, slot] of layerSlots.entries()) {
    distance = patch(distance, 0, 0, height, width);
    theta = patch(theta, 0, 0, height, width);
    for (let p = 0; p < pixels; p++) {
      const [a, b] = [v * x[(channels + h) * pixels + p], w * z[(channels + h) * pixels + p]];
      const kappa = arcDistance(distance[p], a, b, snap);
      const u = gain * kappa.kappa0 * theta[p];
      distance[p] = gain * kappa.distance;
      theta[p] = u + (gain * kappa.kappa1) / (v * w);
      if (slot < 0) continue;
      for (const [readout, radius] of radii.entries()) {
        const [row, column] = [Math.floor(p / width), p % width];
        const weight = windowOverlap(row, row, radius, height) * windowOverlap(column, column, radius, width);
        result[slot * radii.length + readout] += weight * u;
      }
    }
  }
  return result;
}
