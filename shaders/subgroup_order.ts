import type { ShaderContract } from './contract.js';
import { wgsl } from './linked/subgroup_order.js';

/** Whether subgroups are made of consecutive invocations on a device; the subgroup plane kernel needs that. */
export const contract: ShaderContract = {
  name: 'subgroup_order',
  wgsl,
  equation: 'misplaced = #{lane : subgroup_invocation_id ≠ lane mod subgroup_size}',
  bindings: [{ name: 'misplaced', access: 'read_write', shape: '[1] atomic u32, 0 before' }],
  params: {},
  constants: ['LANES'],
  workgroups: '1 or more',
  errorBound: 'exact',
};

export const variants = [{ LANES: 128 }];

/** Mirror: places [lanes] of the invocations in subgroups of `size` → how many are misplaced. */
export function mirror(places: readonly number[], size: number): number {
  return places.filter((place, lane) => place !== lane % size).length;
}
