import type { ShaderContract } from './contract.js';
import { wgsl } from './linked/sum_planes.js';

/** The sum over planes of what the plane kernel left per group. */
export const contract: ShaderContract = {
  name: 'sum_planes',
  wgsl,
  equation: 'sums[pair][tap] = Σ_group partial_sums[pair][group][tap]',
  bindings: [
    { name: 'partial_sums', access: 'read', shape: '[pairs][groups][taps] vec2f' },
    { name: 'sums', access: 'read_write', shape: '[pairs][taps] vec2f' },
  ],
  params: { groups: 'u32', taps: 'u32', entries: 'u32' },
  constants: [],
  workgroups: '(x, y) with x·y·64 ≥ pairs·taps',
  errorBound:
    'relative to the sum of magnitudes: (32 + ⌈groups/32⌉) · 2⁻²⁴; blocks of 32 keep it below 4e-6 for 1,024 groups, typically 1e-7',
};

export const variants = [{}];

/** Float64 mirror: partial [pairs][groups][taps][2] → [pairs][taps][2]. */
export function mirror(
  partial: ArrayLike<number>,
  pairs: number,
  groups: number,
  taps: number,
): Float64Array {
  const sums = new Float64Array(pairs * taps * 2);
  for (let pair = 0; pair < pairs; pair++) {
    for (let group = 0; group < groups; group++) {
      for (let i = 0; i < 2 * taps; i++) {
        sums[pair * 2 * taps + i] += partial[(pair * groups + group) * 2 * taps + i];
      }
    }
  }
  return sums;
}
