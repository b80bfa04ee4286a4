import type { ShaderContract } from '../../shaders/contract.js';
import { contract as portableContract } from '../../shaders/planes.js';
import { contract as subgroupContract } from '../../shaders/planes_subgroup.js';
import type { ImageShape } from './passes.js';
import { PlanError, type PlanDevice } from './plan-device.js';

/** One of the plane kernels, specialised to an image shape and a device. */
export interface PlaneVariant {
  readonly contract: ShaderContract;
  /** The variant's own constants; HEIGHT, WIDTH, SHIFTS, GAIN and MAX_TAPS are every variant's. */
  readonly constants: Readonly<Record<string, number>> & { readonly PLANES: number };
  /** How many planes one group of partial sums holds. */
  readonly planesPerGroup: number;
}

/** Lanes of a workgroup, where a plane needs fewer. */
const WORKGROUP_LANES = 32;
/** More registers than this and a lane spills on any device: vec4s of Σ and Θ each. */
const MAX_CELLS = 64;

export type VariantName = 'auto' | 'portable' | 'subgroup';

/**
 * The plane kernel for a shape on a device. `auto`: in subgroups where a plane fits the smallest one, else portable.
 *
 * @throws PlanError if a plane does not fit a workgroup of this device, or not a subgroup where that is asked for
 */
export function planeVariant(
  shape: ImageShape,
  planes: number,
  device: PlanDevice,
  name: VariantName = 'auto',
): PlaneVariant {
  if (name === 'portable') return portableVariant(shape, planes, device);
  const variant = subgroupVariant(shape, planes, device.subgroupSize);
  if (variant) return variant;
  if (name === 'auto') return portableVariant(shape, planes, device);
  throw new PlanError(
    `a ${shape.height}×${shape.width} plane does not fit subgroups of ${device.subgroupSize} lanes; use the portable variant`,
  );
}

/** The plane kernel in subgroups of at least `subgroupSize` lanes (a power of two); undefined if a plane does not fit. */
export function subgroupVariant(
  shape: ImageShape,
  planes: number,
  subgroupSize: number,
): PlaneVariant | undefined {
  if (subgroupSize < 4) return undefined;
  const quads = Math.ceil(shape.width / 4);
  const columnQuads = Math.ceil(quads / subgroupSize);
  const rowLanes = nextPowerOfTwo(Math.ceil(quads / columnQuads));
  // As many strips as fit: fewest rows per lane.
  const strips = Math.min(subgroupSize / rowLanes, nextPowerOfTwo(shape.height));
  const rows = Math.ceil(shape.height / strips);
  if (rows * columnQuads > MAX_CELLS) return undefined;
  const planeLanes = rowLanes * strips;
  // Subgroups stay full: planes of a workgroup fill at least one.
  const lanes = Math.max(WORKGROUP_LANES, subgroupSize);
  return {
    contract: subgroupContract,
    constants: {
      ROWS: rows,
      COLUMN_QUADS: columnQuads,
      ROW_LANES: rowLanes,
      STRIPS: strips,
      PLANES: Math.max(1, Math.min(Math.floor(lanes / planeLanes), nextPowerOfTwo(planes))),
    },
    planesPerGroup: 1,
  };
}

/** Rows per invocation of the portable kernel: the fewest of 4, 8, 16, 32 with which a plane fits one workgroup. */
export function portableVariant(
  { height, width }: ImageShape,
  planes: number,
  { limits }: PlanDevice,
): PlaneVariant {
  const quads = Math.ceil(width / 4);
  const fits = (count: number, slots: number) => 16 * count * slots <= limits.maxComputeWorkgroupStorageSize;
  for (const most of [4, 8, 16, 32]) {
    const rows = Math.min(most, height);
    const count = quads * Math.ceil(height / rows);
    if (count > limits.maxComputeInvocationsPerWorkgroup) continue;
    const sharedEdges = !fits(count, rows + 4);
    if (sharedEdges && !fits(count, Math.max(rows, 4))) continue;
    const planesPerGroup = Math.max(1, Math.min(Math.floor(WORKGROUP_LANES / count), planes));
    return {
      contract: portableContract,
      constants: { ROWS: rows, PLANES: planesPerGroup, SHARED_EDGES: sharedEdges ? 1 : 0 },
      planesPerGroup,
    };
  }
  throw new PlanError(
    `a ${height}×${width} image does not fit a workgroup of this device ` +
      `(${limits.maxComputeInvocationsPerWorkgroup} invocations, ${limits.maxComputeWorkgroupStorageSize} bytes). ` +
      'Resize the images, or use an adapter with larger limits.',
  );
}

function nextPowerOfTwo(value: number): number {
  return 2 ** Math.ceil(Math.log2(value));
}
