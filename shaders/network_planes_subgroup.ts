import type { ShaderContract } from './contract.js';
import { wgsl } from './linked/network_planes_subgroup.js';
import { planesContract } from './shared/network_planes.js';

export { mirrorPlane } from './shared/network_planes.js';

/** The fused plane kernel of any network, a plane (or several) in one subgroup; it takes widths W that 4 divides. */
export const contract: ShaderContract = { ...planesContract, name: 'network_planes_subgroup', wgsl };

const image = {
  ...{ HEIGHT: 32, WIDTH: 32, SHIFTS: 4, LOW: 1, HIGH: 1, CIRCULAR: 0 },
  ...{ KIND: 0, LINEAR: 0, SOURCE_PARTS: 0, SOURCE_ROW_PARTS: 1, SINK: 1 },
};

export const variants = [
  { ...image, ROWS: 8, COLUMN_QUADS: 1, ROW_LANES: 8, STRIPS: 4, PLANES: 1 }, // subgroups of 32
  { ...image, ROWS: 32, COLUMN_QUADS: 2, ROW_LANES: 4, STRIPS: 1, PLANES: 1, KIND: 2 }, // subgroups of 4
  {
    ...image,
    ...{ HEIGHT: 8, WIDTH: 8, ROWS: 4, COLUMN_QUADS: 1, ROW_LANES: 2, STRIPS: 2, PLANES: 4 },
    ...{ LOW: 3, HIGH: 3, CIRCULAR: 1, KIND: 3, SOURCE_PARTS: 1, SOURCE_ROW_PARTS: 1, SINK: 2 },
  },
  {
    ...image,
    ...{ HEIGHT: 8, WIDTH: 12, ROWS: 4, COLUMN_QUADS: 1, ROW_LANES: 4, STRIPS: 2, PLANES: 2 },
    ...{ LOW: 1, HIGH: 2, KIND: 1, LINEAR: 1, SOURCE_PARTS: 3, SOURCE_ROW_PARTS: 2, SINK: 0 },
  },
];
