import type { ShaderContract } from './contract.js';
import { wgsl } from './linked/layer_input.js';

/**
 * Layer-by-layer baseline of the benchmark, in the formulation of the published GPU code (github.com/ruosongwang/CNTK):
 * Σ and Θ of a pair are whole tensors in global memory, a dispatch does one step of one layer, an invocation one element.
 * It is not the best possible layer-by-layer code, which would hold several elements per invocation. The first step: the
 * products of the pixels of one pair, on every plane.
 */
export const contract: ShaderContract = {
  name: 'layer_input',
  wgsl,
  equation: 'σ[plane](p) = Σ_c x_c(p) z_c(p+d);  θ = theta0 σ',
  bindings: [
    { name: 'x_fields', access: 'read', shape: '[C+L][H][W] f32 of one image: pixels, then λ' },
    { name: 'z_fields', access: 'read', shape: '[C+L][H][W] f32 of the other' },
    { name: 'planes', access: 'read', shape: '[planes] vec2u (dx, dy)' },
    { name: 'sigma', access: 'read_write', shape: '[planes][H][W] f32' },
    { name: 'theta', access: 'read_write', shape: '[planes][H][W] f32' },
  ],
  params: { planes: 'u32', channels: 'u32', theta0: 'f32' },
  constants: ['HEIGHT', 'WIDTH'],
  workgroups: '(⌈H·W/64⌉, planes)',
  errorBound: 'C·2⁻²⁴·Σ_c |x_c z_c|: a sum of C products',
};

export const variants = [{ HEIGHT: 32, WIDTH: 32 }];

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
