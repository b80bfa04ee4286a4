import type { ShaderContract } from '../../shaders/contract.js';
import * as portable from '../../shaders/cholesky_update.js';
import * as subgroup from '../../shaders/cholesky_update_subgroup.js';
import type { Gpu } from '../gpu/gpu.js';
import type { Constants } from '../gpu/shader-source.js';

/** The shader of the trailing update that a device takes. */
export interface UpdateVariant {
  readonly contract: ShaderContract;
  readonly constants: Constants;
  readonly workgroups: (begin: number, end: number, rows: number) => readonly [number, number];
}

/** Lanes of a workgroup, and a quarter of the rows and columns of its tile: more do not fit the registers. */
const MOST_LANES = 8;

/**
 * In subgroups on software adapters, which pay for every number that a lane reads; on a GPU, where 8 lanes would fill a
 * quarter of a subgroup and neighbours read together, the portable shader.
 */
export function updateVariant({
  description,
  subgroupSize,
}: Pick<Gpu, 'description' | 'subgroupSize'>): UpdateVariant {
  if (!description.software || subgroupSize < 4) {
    return { contract: portable.contract, constants: {}, workgroups: portable.workgroups };
  }
  const lanes = Math.min(MOST_LANES, subgroupSize);
  return {
    contract: subgroup.contract,
    constants: { LANES: lanes },
    workgroups: (begin, end, rows) => subgroup.workgroups(begin, end, rows, lanes),
  };
}
