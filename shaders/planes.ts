import type { ShaderContract } from './contract.js';
import { wgsl } from './linked/planes.js';
import { arcCosine } from './shared/arc_cosine.js';
import { link, windowOverlap } from './shared/plane.js';
import { storedFields } from './shared/stored_fields.js';

const { floor, max } = Math;

/** The fused plane kernel: all layers of displacement planes in one dispatch (paper, sections 4, H, I). */
export const contract: ShaderContract = {
  name: 'planes',
  wgsl,
  equation:
    'σ = patch(Σ_c x_c(p) z_c(p+d)); per layer K = G κ₁(σ, λx λz), U = G κ₀ θ, σ ← patch(K), θ ← patch(U + K); Σ w K, Σ w U per tap',
  bindings: [
    ...storedFields,
    { name: 'planes', access: 'read', shape: '[planes] vec2u (dx, dy)' },
    { name: 'radii', access: 'read', shape: '[readouts] u32' },
    { name: 'layer_slots', access: 'read', shape: '[L] i32, -1: layer not asked for' },
    {
      name: 'partial_sums',
      access: 'read_write',
      shape: '[rows][columns][planes][taps] vec2f; tap = slot · readouts + readout',
    },
  ],
  params: {
    channels: 'u32',
    layers: 'u32',
    planes: 'u32',
    readouts: 'u32',
    taps: 'u32',
    theta0: 'f32',
    first_group: 'u32',
    first_row: 'u32',
    first_column: 'u32',
    columns: 'u32',
    walk: 'u32',
    triangle: 'u32',
  },
  constants: ['HEIGHT', 'WIDTH', 'SHIFTS', 'GAIN', 'ROWS', 'PLANES', 'PAIRS', 'MAX_TAPS', 'SHARED_EDGES'],
  workgroups: '(⌈planes/PLANES⌉, ⌈columns/(PAIRS · walk)⌉, rows)',
  errorBound:
    'sums over a plane: relative 1e-6 at depth 21 against the exact recursion (see test/kernel/golden.test.ts)',
};

export const variants = [
  {
    HEIGHT: 32,
    WIDTH: 32,
    SHIFTS: 4,
    GAIN: 0.125,
    ROWS: 4,
    PLANES: 1,
    PAIRS: 1,
    MAX_TAPS: 4,
    SHARED_EDGES: 0,
  },
  {
    HEIGHT: 64,
    WIDTH: 64,
    SHIFTS: 4,
    GAIN: 0.125,
    ROWS: 4,
    PLANES: 1,
    PAIRS: 1,
    MAX_TAPS: 16,
    SHARED_EDGES: 1,
  },
  { HEIGHT: 5, WIDTH: 7, SHIFTS: 1, GAIN: 0.125, ROWS: 4, PLANES: 4, PAIRS: 2, MAX_TAPS: 4, SHARED_EDGES: 0 },
];

export interface PlanesInput {
  readonly x: ArrayLike<number>; // [C+L][H][W]: pixels, then lambdas
  readonly z: ArrayLike<number>; // [C+L][H][W]
  readonly same: boolean;
  readonly planes: readonly (readonly [number, number])[]; // (dx, dy)
  readonly radii: readonly number[];
  readonly layerSlots: readonly number[]; // [L]
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly gain: number;
  readonly theta0: number;
  readonly snap?: number;
}

/** Float64 mirror for one pair. Returns partial sums [planes][slots · readouts][2]. */
export function mirror(input: PlanesInput): Float64Array {
  const { x, z, planes, radii, layerSlots, channels, height, width, gain, theta0 } = input;
  const pixels = height * width;
  const layers = layerSlots.length;
  const taps = (max(...layerSlots) + 1) * radii.length;
  const partial = new Float64Array(planes.length * taps * 2);
  for (const [index, [dx, dy]] of planes.entries()) {
    const snap = input.same && dx === 0 && dy === 0 ? 2 : (input.snap ?? 0);
    const q = Array.from({ length: pixels }, (_, p) => {
      return ((floor(p / width) + dy) % height) * width + (((p % width) + dx) % width);
    });
    let sigma: Float64Array = new Float64Array(pixels);
    for (let c = 0; c < channels; c++) {
      for (let p = 0; p < pixels; p++) sigma[p] += x[c * pixels + p] * z[c * pixels + q[p]];
    }
    let theta: Float64Array = sigma.map((value) => theta0 * value);
    for (let h = 0; h < layers; h++) {
      sigma = patch(sigma, dx, dy, height, width);
      theta = patch(theta, dx, dy, height, width);
      for (let p = 0; p < pixels; p++) {
        const lambdaX = x[(channels + h) * pixels + p];
        const lambdaZ = z[(channels + h) * pixels + q[p]];
        const { kappa1, kappa0 } = arcCosine(sigma[p], lambdaX * lambdaZ, snap);
        sigma[p] = gain * kappa1;
        theta[p] = gain * kappa0 * theta[p];
      }
      if (layerSlots[h] >= 0) {
        for (const [readout, radius] of radii.entries()) {
          const tap = index * taps + layerSlots[h] * radii.length + readout;
          for (let p = 0; p < pixels; p++) {
            const weight =
              windowOverlap(floor(p / width), floor(q[p] / width), radius, height) *
              windowOverlap(p % width, q[p] % width, radius, width);
            partial[2 * tap] += weight * sigma[p];
            partial[2 * tap + 1] += weight * theta[p];
          }
        }
      }
      for (let p = 0; p < pixels; p++) theta[p] += sigma[p];
    }
  }
  return partial;
}

/** patch() on a plane with its cuts. source, return: [height][width]. */
export function patch(
  source: Float64Array,
  dx: number,
  dy: number,
  height: number,
  width: number,
): Float64Array {
  const rows = source.map((value, p) => {
    const c = p % width;
    return (link(c, dx, width) && source[p - 1]) + value + (link(c + 1, dx, width) && source[p + 1]);
  });
  return rows.map((value, p) => {
    const y = floor(p / width);
    return (link(y, dy, height) && rows[p - width]) + value + (link(y + 1, dy, height) && rows[p + width]);
  });
}
