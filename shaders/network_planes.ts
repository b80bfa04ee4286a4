import type { ShaderContract } from './contract.js';
import { wgsl } from './linked/network_planes.js';
import { planesContract } from './shared/network_planes.js';

export { mirrorPlane } from './shared/network_planes.js';

/** The fused plane kernel of any network, a plane (or several) in one workgroup; COLUMN_QUADS is 1, ROW_LANES is Q. */
export const contract: ShaderContract = { ...planesContract, name: 'network_planes', wgsl };

const image = {
  ...{ HEIGHT: 32, WIDTH: 32, SHIFTS: 4, LOW: 1, HIGH: 1, CIRCULAR: 0 },
  ...{ ROWS: 4, COLUMN_QUADS: 1, ROW_LANES: 8, STRIPS: 8, PLANES: 1 },
  ...{ KIND: 0, LINEAR: 0, SOURCE_PARTS: 0, SOURCE_ROW_PARTS: 1, SINK: 1 },
};

export const variants = [
  image,
  {
    ...image,
    ...{ HEIGHT: 8, WIDTH: 8, ROWS: 4, ROW_LANES: 2, STRIPS: 2, PLANES: 4 },
    ...{ LOW: 3, HIGH: 3, CIRCULAR: 1, KIND: 3, SOURCE_PARTS: 1, SOURCE_ROW_PARTS: 1, SINK: 2 },
  },
  {
    ...image,
    ...{ HEIGHT: 7, WIDTH: 6, ROWS: 4, ROW_LANES: 2, STRIPS: 2, PLANES: 8 },
    ...{ LOW: 1, HIGH: 2, KIND: 1, LINEAR: 1, SOURCE_PARTS: 3, SOURCE_ROW_PARTS: 2, SINK: 0 },
  },
];
