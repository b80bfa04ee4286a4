import type { ShaderContract } from '../../shaders/contract.js';
import { contract as portableContract } from '../../shaders/planes.js';
import { contract as subgroupContract } from '../../shaders/planes_subgroup.js';
import { ArgumentError, assertKeys, shown } from '../checks/arguments.js';
import type { ImageShape } from '../images/images.js';
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
export const WORKGROUP_LANES = 32;
/** More registers than this and a lane spills on any device: vec4s of Σ and Θ each. */
const MAX_CELLS = 64;

export type VariantName = 'auto' | 'portable' | 'subgroup';

const VARIANT_NAMES: readonly VariantName[] = ['auto', 'portable', 'subgroup'];

/** @throws ArgumentError for what is neither a name nor variants by the kind of their planes */
export function assertVariantChoice(choice: unknown): void {
  if (choice === undefined || (VARIANT_NAMES as readonly unknown[]).includes(choice)) return;
  if (typeof choice === 'object' && choice !== null) {
    assertKeys('variant', choice, ['vanilla', 'all']);
    return;
  }
  throw new ArgumentError(
    `variant is ${shown(choice)}; ${VARIANT_NAMES.join(', ')} or { vanilla, all } as tune() finds them is wanted`,
  );
}

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

/** Below this work a run ends before the fastest variant is compiled, element-layers. */
const QUICK_WORK = 4e8;
/** With fewer registers a variant compiles within a second. */
const QUICK_CELLS = 8;

/**
 * The variant that gives the first results soonest where a run is so short that compiling the fastest one would take
 * most of its time: on software adapters whose compiler writes every loop out (lavapipe: 0.7 s in place of 5 s for
 * 32×32 images). Undefined elsewhere.
 *
 * @param work Of the whole run: all parts of one computation decide alike, and agree in every bit.
 */
export function quickVariant(
  shape: ImageShape,
  planes: number,
  device: PlanDevice,
  work: number,
): PlaneVariant | undefined {
  // SwiftShader, whose subgroups are of 4, keeps loops as they are and compiles any variant in a quarter of a second.
  if (!device.software || device.subgroupSize < 8 || !(work <= QUICK_WORK)) return undefined;
  const rule = subgroupVariant(shape, planes, device.subgroupSize);
  if (rule === undefined || rule.constants.ROWS * rule.constants.COLUMN_QUADS <= QUICK_CELLS)
    return undefined;
  return portableWithRows(2, shape, planes, device);
}

/** What the rule of a variant leaves open. */
export interface SubgroupLayout {
  /** Quads of columns per lane; by default the fewest with which a row fits a subgroup. */
  readonly columnQuads?: number;
  /** Strips of rows at the most; by default as many as fit: fewest rows per lane. */
  readonly strips?: number;
  /** Lanes that the planes of a workgroup are to fill. */
  readonly lanes?: number;
}

/** The plane kernel in subgroups of at least `subgroupSize` lanes (a power of two); undefined if a plane does not fit. */
export function subgroupVariant(
  shape: ImageShape,
  planes: number,
  subgroupSize: number,
  layout: SubgroupLayout = {},
): PlaneVariant | undefined {
  if (subgroupSize < 4) return undefined;
  const quads = Math.ceil(shape.width / 4);
  const columnQuads = layout.columnQuads ?? Math.ceil(quads / subgroupSize);
  const rowLanes = nextPowerOfTwo(Math.ceil(quads / columnQuads));
  if (rowLanes > subgroupSize) return undefined;
  const most = Math.min(subgroupSize / rowLanes, layout.strips ?? Infinity);
  const strips = Math.min(most, nextPowerOfTwo(shape.height));
  const rows = Math.ceil(shape.height / strips);
  if (rows * columnQuads > MAX_CELLS) return undefined;
  const planeLanes = rowLanes * strips;
  // Subgroups stay full: planes of a workgroup fill at least one.
  const lanes = Math.max(layout.lanes ?? WORKGROUP_LANES, subgroupSize);
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
export function portableVariant(shape: ImageShape, planes: number, device: PlanDevice): PlaneVariant {
  for (const rows of [4, 8, 16, 32]) {
    const variant = portableWithRows(rows, shape, planes, device);
    if (variant) return variant;
  }
  const { limits } = device;
  throw new PlanError(
    `a ${shape.height}×${shape.width} image does not fit a workgroup of this device ` +
      `(${limits.maxComputeInvocationsPerWorkgroup} invocations, ${limits.maxComputeWorkgroupStorageSize} bytes). ` +
      'Resize the images, or use an adapter with larger limits.',
  );
}

/** The portable kernel with that many rows per invocation, or the image's own if they are fewer; undefined if a plane does not fit. */
export function portableWithRows(
  most: number,
  { height, width }: ImageShape,
  planes: number,
  { limits }: PlanDevice,
  lanes = WORKGROUP_LANES,
): PlaneVariant | undefined {
  const rows = Math.min(most, height);
  const planeLanes = Math.ceil(width / 4) * Math.ceil(height / rows);
  const planesPerGroup = Math.max(1, Math.min(Math.floor(lanes / planeLanes), planes));
  const count = planeLanes * planesPerGroup;
  if (count > limits.maxComputeInvocationsPerWorkgroup) return undefined;
  const fits = (slots: number) => 16 * count * slots <= limits.maxComputeWorkgroupStorageSize;
  const sharedEdges = !fits(rows + 4);
  if (sharedEdges && !fits(Math.max(rows, 4))) return undefined;
  return {
    contract: portableContract,
    constants: { ROWS: rows, PLANES: planesPerGroup, SHARED_EDGES: sharedEdges ? 1 : 0 },
    planesPerGroup,
  };
}

/**
 * That a variant from elsewhere covers the whole plane and fits the device: one of another shape would compute wrong
 * sums without a complaint.
 *
 * @throws PlanError
 */
export function assertVariantFits(
  { contract, constants }: PlaneVariant,
  { height, width }: ImageShape,
  { limits, subgroupSize }: PlanDevice,
): void {
  const { ROWS, PLANES, COLUMN_QUADS = 1 } = constants;
  const inSubgroup = 'STRIPS' in constants;
  const quads = Math.ceil(width / 4);
  const rowLanes = inSubgroup ? constants.ROW_LANES : quads;
  const strips = inSubgroup ? constants.STRIPS : Math.ceil(height / ROWS);
  const planeLanes = rowLanes * strips;
  const lanes = planeLanes * PLANES;
  const covers = rowLanes * COLUMN_QUADS >= quads && strips * ROWS >= height;
  const whole = !inSubgroup || (planeLanes <= subgroupSize && Number.isInteger(Math.log2(planeLanes)));
  if (covers && whole && lanes <= limits.maxComputeInvocationsPerWorkgroup) return;
  throw new PlanError(
    `the variant ${contract.name} ${JSON.stringify(constants)} does not fit a ${height}×${width} plane on this device ` +
      `(subgroups of ${subgroupSize} lanes, ${limits.maxComputeInvocationsPerWorkgroup} invocations). Tune for this shape and device.`,
  );
}

function nextPowerOfTwo(value: number): number {
  return 2 ** Math.ceil(Math.log2(value));
}
