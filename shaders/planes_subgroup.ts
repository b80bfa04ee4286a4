import type { ShaderContract } from './contract.js';
import { wgsl as sampledWgsl } from './linked/planes_sampled.js';
import { wgsl } from './linked/planes_subgroup.js';
import { contract as portable } from './planes.js';
import { sampledFields } from './shared/sampled_fields.js';

export { mirror } from './planes.js';

/** The plane kernel with a plane in one subgroup; bindings, parameters and mirror are those of `planes`. */
export const contract: ShaderContract = {
  ...portable,
  name: 'planes_subgroup',
  wgsl,
  constants: [
    'HEIGHT',
    'WIDTH',
    'SHIFTS',
    'GAIN',
    'ROWS',
    'COLUMN_QUADS',
    'ROW_LANES',
    'STRIPS',
    'PLANES',
    'PAIRS',
  ],
  workgroups: '(⌈planes/PLANES⌉, ⌈columns/(PAIRS · walk)⌉, rows); a group of partial_sums is one plane',
};

/** The same with its fields in textures: the module `sampled_fields` in place of `stored_fields`. */
export const sampledContract: ShaderContract = {
  ...contract,
  name: 'planes_sampled',
  wgsl: sampledWgsl,
  bindings: [...sampledFields, ...contract.bindings.slice(sampledFields.length)],
};

const image = { HEIGHT: 32, WIDTH: 32, SHIFTS: 4, GAIN: 0.125 };

export const variants = [
  { ...image, ROWS: 8, COLUMN_QUADS: 1, ROW_LANES: 8, STRIPS: 4, PLANES: 1, PAIRS: 1 }, // subgroups of 32
  { ...image, ROWS: 32, COLUMN_QUADS: 2, ROW_LANES: 4, STRIPS: 1, PLANES: 1, PAIRS: 8 }, // subgroups of 4
  { ...image, HEIGHT: 8, WIDTH: 8, ROWS: 2, COLUMN_QUADS: 1, ROW_LANES: 2, STRIPS: 4, PLANES: 4, PAIRS: 1 },
];
