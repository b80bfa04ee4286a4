import type { ShaderContract } from './contract.js';

/** Layer-by-layer baseline of the benchmark: the products of the pixels of one pair, on every plane. */
export const contract: ShaderContract = {
  name: 'layer_input',
  equation: 'σ[plane](p) = Σ_c x_c(p) z_c(p+d);  θ = theta0 σ',
  bindings: [
    { name: 'x_fields', access: 'read', shape: '[N][C+L][H+1][Q] vec4f' },
    { name: 'z_fields', access: 'read', shape: '[N][C+L][SHIFTS][H][2Q] vec4f' },
    { name: 'planes', access: 'read', shape: '[planes] vec2u (dx, dy)' },
    { name: 'sigma', access: 'read_write', shape: '[planes][H][Q] vec4f' },
    { name: 'theta', access: 'read_write', shape: '[planes][H][Q] vec4f' },
  ],
  params: { x: 'u32', z: 'u32', planes: 'u32', channels: 'u32', layers: 'u32', theta0: 'f32' },
  constants: ['HEIGHT', 'WIDTH', 'SHIFTS'],
  workgroups: '(⌈H·Q/64⌉, planes)',
  errorBound: 'C·2⁻²⁴·Σ_c |x_c z_c|: a sum of C products',
};

export const variants = [{ HEIGHT: 32, WIDTH: 32, SHIFTS: 4 }];

export interface LayerInput {
  readonly x: ArrayLike<number>; // [C][H][W]
  readonly z: ArrayLike<number>; // [C][H][W]
  readonly planes: readonly (readonly [number, number])[]; // (dx, dy)
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly theta0: number;
}

/** Float64 mirror for one pair. Returns sigma and theta, [planes][H][W]. */
export function mirror(input: LayerInput): { sigma: Float64Array; theta: Float64Array } {
  const { x, z, planes, channels, height, width, theta0 } = input;
  const pixels = height * width;
  const sigma = new Float64Array(planes.length * pixels);
  for (const [plane, [dx, dy]] of planes.entries()) {
    for (let p = 0; p < pixels; p++) {
      const q = ((Math.floor(p / width) + dy) % height) * width + (((p % width) + dx) % width);
      for (let c = 0; c < channels; c++) sigma[plane * pixels + p] += x[c * pixels + p] * z[c * pixels + q];
    }
  }
  return { sigma, theta: sigma.map((value) => theta0 * value) };
}
