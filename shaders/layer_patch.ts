import type { ShaderContract } from './contract.js';
import { wgsl } from './linked/layer_patch.js';
import { patch } from './planes.js';

/**
 * Layer-by-layer baseline of the benchmark: the convolution step of one layer (paper, section 4). As in the published
 * code an invocation sums the nine neighbours of one element; that code takes them from a tile in workgroup memory, one
 * tensor per launch, where this one reads both tensors from global memory through the caches.
 */
export const contract: ShaderContract = {
  name: 'layer_patch',
  wgsl,
  equation: 'σ_out = patch(σ_in);  θ_out = patch(θ_in)',
  bindings: [
    { name: 'planes', access: 'read', shape: '[planes] vec2u (dx, dy)' },
    { name: 'sigma_in', access: 'read', shape: '[planes][H][W] f32' },
    { name: 'theta_in', access: 'read', shape: '[planes][H][W] f32' },
    { name: 'sigma_out', access: 'read_write', shape: '[planes][H][W] f32' },
    { name: 'theta_out', access: 'read_write', shape: '[planes][H][W] f32' },
  ],
  params: { planes: 'u32' },
  constants: ['HEIGHT', 'WIDTH'],
  workgroups: '(⌈H·W/64⌉, planes)',
  errorBound: '9·2⁻²⁴·Σ |neighbours|: a sum of nine',
};

export const variants = [{ HEIGHT: 32, WIDTH: 32 }];

/** Float64 mirror, one tensor. tensor, return: [planes][H][W]. */
export function mirror(
  tensor: Float64Array,
  planes: readonly (readonly [number, number])[], // (dx, dy)
  height: number,
  width: number,
): Float64Array {
  const pixels = height * width;
  const result = new Float64Array(tensor.length);
  for (const [plane, [dx, dy]] of planes.entries()) {
    const source = tensor.slice(plane * pixels, (plane + 1) * pixels);
    result.set(patch(source, dx, dy, height, width), plane * pixels);
  }
  return result;
}
