import type { ShaderContract } from './contract.js';
import { wgsl } from './linked/zero_plane.js';
import { contract as portable } from './planes.js';

export { mirror } from './planes.js';

/** Columns of pairs that a workgroup holds. */
export const ZERO_PLANE_LANES = 64;

/** Plane 0 of small pairs, one in each lane; bindings and mirror are those of `planes`, with radius 0 alone. */
export const contract: ShaderContract = {
  ...portable,
  name: 'zero_plane',
  wgsl,
  params: { ...portable.params, rows: 'u32' },
  constants: [
    'HEIGHT',
    'WIDTH',
    'QUADS',
    'GAIN',
    'CHANNELS',
    'LAYERS',
    'FIELDS',
    'SUBGROUP',
    'X_LOADS',
    'ROWS',
    'ROW_LANES',
    'SUMS',
    'HALVINGS',
  ],
  workgroups: '(1, ⌈columns/64⌉, ⌈rows/walk⌉)',
};

/** The constants for images of a shape; FIELDS · H · Q is at most the lanes of a workgroup. */
export function constantsOf(size: {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly layers: number;
  readonly gain: number;
  /** Lanes of the smallest subgroup. */
  readonly subgroup: number;
  /** Whose order of addition is kept: rows of a lane of the subgroup kernel, its lanes along a row and in all. */
  readonly rows: number;
  readonly rowLanes: number;
  readonly planeLanes: number;
}): Record<string, number> {
  const quads = Math.ceil(size.width / 4);
  const fields = size.channels + size.layers;
  return {
    HEIGHT: size.height,
    WIDTH: size.width,
    QUADS: quads,
    GAIN: size.gain,
    CHANNELS: size.channels,
    LAYERS: size.layers,
    FIELDS: fields,
    SUBGROUP: size.subgroup,
    X_LOADS: Math.ceil((fields * size.height * quads) / size.subgroup),
    ROWS: size.rows,
    ROW_LANES: size.rowLanes,
    SUMS: size.planeLanes,
    HALVINGS: Math.log2(size.planeLanes),
  };
}

const small = { channels: 1, layers: 2, gain: 0.125 };

export const variants = [
  constantsOf({ ...small, height: 4, width: 4, subgroup: 8, rows: 1, rowLanes: 1, planeLanes: 4 }),
  constantsOf({ ...small, height: 3, width: 6, subgroup: 4, rows: 2, rowLanes: 2, planeLanes: 4 }),
];
