import * as portable from './cholesky_update.js';
import type { ShaderContract } from './contract.js';
import { wgsl } from './linked/cholesky_update_subgroup.js';

export { mirror } from './cholesky_update.js';

/** The update of a panel of columns in subgroups of consecutive invocations, none smaller than LANES. */
export const contract: ShaderContract = {
  ...portable.contract,
  name: 'cholesky_update_subgroup',
  wgsl,
  constants: ['LANES'],
  workgroups: '(⌈(end − begin)/(4·LANES)⌉, ⌈(rows − begin)/(4·LANES)⌉); as `cholesky_update`, and depth even',
};

export const variants = [{ LANES: 8 }, { LANES: 4 }];

export function workgroups(
  begin: number,
  end: number,
  rows: number,
  lanes: number,
): readonly [number, number] {
  return [Math.ceil((end - begin) / (4 * lanes)), Math.ceil((rows - begin) / (4 * lanes))];
}
