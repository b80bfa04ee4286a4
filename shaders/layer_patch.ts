import type { ShaderContract } from './contract.js';
import { patch } from './planes.js';

/** Layer-by-layer baseline of the benchmark: the convolution step of one layer (paper, section 4). */
export const contract: ShaderContract = {
  name: 'layer_patch',
  equation: 'σ_out = patch(σ_in);  θ_out = patch(θ_in)',
  bindings: [
    { name: 'planes', access: 'read', shape: '[planes] vec2u (dx, dy)' },
    { name: 'sigma_in', access: 'read', shape: '[planes][H][Q] vec4f' },
    { name: 'theta_in', access: 'read', shape: '[planes][H][Q] vec4f' },
    { name: 'sigma_out', access: 'read_write', shape: '[planes][H][Q] vec4f' },
    { name: 'theta_out', access: 'read_write', shape: '[planes][H][Q] vec4f' },
  ],
  params: { planes: 'u32' },
  constants: ['HEIGHT', 'WIDTH', 'ROWS'],
  workgroups: '⌈planes·⌈H/ROWS⌉·Q/64⌉',
  errorBound: '9·2⁻²⁴·Σ |neighbours|: a sum of nine',
};

export const variants = [
  { HEIGHT: 32, WIDTH: 32, ROWS: 16 },
  { HEIGHT: 32, WIDTH: 32, ROWS: 4 },
];

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
