import type { ShaderContract } from '../../shaders/contract.js';
import { contract as portableContract } from '../../shaders/planes.js';
import { contract as subgroupContract, sampledContract } from '../../shaders/planes_subgroup.js';
import { contract as zeroPlaneContract, ZERO_PLANE_LANES } from '../../shaders/zero_plane.js';
import { ArgumentError, assertKeys, shown } from '../checks/arguments.js';
import type { ImageShape } from '../images/images.js';
import { PlanError, type PlanDevice } from '../gpu/plan-device.js';
import type { Pass } from './passes.js';

interface Variant<Kind extends string, Constants extends string> {
  readonly kind: Kind;
  readonly contract: ShaderContract;
  /** The variant's own constants; the others follow from the pass. */
  readonly constants: Readonly<Record<Constants, number>>;
}

/** A plane in one workgroup, its edges in workgroup memory: on every device. */
export type PortableVariant = Variant<'portable', 'ROWS' | 'PLANES' | 'SHARED_EDGES'>;
/** A plane in one subgroup, its edges exchanged by shuffles. */
export type SubgroupVariant = Variant<
  'subgroup',
  'ROWS' | 'COLUMN_QUADS' | 'ROW_LANES' | 'STRIPS' | 'PLANES'
>;

/** Plane 0 of a small pair in one lane, all layers written out. ROWS, ROW_LANES and SUMS keep the order in which the subgroup kernel adds. */
export type LaneVariant = Variant<'lane', 'SUBGROUP' | 'ROWS' | 'ROW_LANES' | 'SUMS' | 'PLANES'>;

/** One of the plane kernels, specialised to an image shape and a device. */
export type PlaneVariant = PortableVariant | SubgroupVariant | LaneVariant;

/** Passes have one plane per pair (a read-out without pooling), or many. */
export type PlaneCount = 'one' | 'many';

/** Variants that were chosen for the passes of a run; where one is missing, the rule of `planeVariant` applies. */
export type PlaneVariants = Readonly<Partial<Record<PlaneCount, PlaneVariant>>>;

/** Lanes of a workgroup, where a plane needs fewer. */
export const WORKGROUP_LANES = 32;
/** More registers than this and a lane spills on any device: vec4s of Σ and Θ each. */
const MAX_CELLS = 64;

export type VariantName = 'auto' | 'portable' | 'subgroup';

const VARIANT_NAMES: readonly VariantName[] = ['auto', 'portable', 'subgroup'];

/** @throws ArgumentError for what is neither a name nor variants by the number of planes */
export function assertVariantChoice(choice: unknown): void {
  if (choice === undefined || (VARIANT_NAMES as readonly unknown[]).includes(choice)) return;
  if (typeof choice === 'object' && choice !== null) {
    assertKeys('variant', choice, ['one', 'many']);
    return;
  }
  throw new ArgumentError(
    `variant is ${shown(choice)}; ${VARIANT_NAMES.join(', ')} or { one, many } as tune() finds them is wanted`,
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
  if (variant) return forDevice(variant, planes, device);
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

/**
 * Software adapters read fields from textures: a load from a buffer at an index that differs from lane to lane lavapipe takes
 * apart, with a check and a branch for each of 32 numbers. One plane of a pair reads too little of an image to pay for the
 * copy.
 */
export function forDevice<V extends PlaneVariant | undefined>(
  variant: V,
  planes: number,
  { software }: Pick<PlanDevice, 'software'>,
): V {
  if (variant?.kind !== 'subgroup' || planes === 1 || software !== true) return variant;
  return { ...variant, contract: sampledContract };
}

/** What the rule of the subgroup variant decides and the tuner may decide otherwise. */
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
): SubgroupVariant | undefined {
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
    kind: 'subgroup',
    contract: subgroupContract,
    constants: {
      ROWS: rows,
      COLUMN_QUADS: columnQuads,
      ROW_LANES: rowLanes,
      STRIPS: strips,
      PLANES: Math.max(1, Math.min(Math.floor(lanes / planeLanes), nextPowerOfTwo(planes))),
    },
  };
}

/** Longer code takes seconds to compile: vec4s of a plane times layers. */
const MAX_WRITTEN_OUT = 16;

/**
 * The kernel of small pairs, where plane 0 alone counts and its layers are few: undefined for everything else, and where
 * there are no subgroups.
 */
export function laneVariant(
  pass: Pick<Pass, 'planes' | 'radii' | 'layers'>,
  shape: ImageShape,
  { subgroupSize, limits }: PlanDevice,
): LaneVariant | undefined {
  const { planes, radii, layers } = pass;
  const cells = shape.height * Math.ceil(shape.width / 4);
  if (planes.length !== 1 || radii.length !== 1 || radii[0] !== 0) return undefined;
  if (cells * layers > MAX_WRITTEN_OUT || cells * (shape.channels + layers) > ZERO_PLANE_LANES)
    return undefined;
  if (ZERO_PLANE_LANES > limits.maxComputeInvocationsPerWorkgroup) return undefined;
  const rule = subgroupVariant(shape, 1, subgroupSize);
  if (rule?.constants.COLUMN_QUADS !== 1) return undefined;
  const { ROWS, ROW_LANES, STRIPS } = rule.constants;
  return {
    kind: 'lane',
    contract: zeroPlaneContract,
    constants: { SUBGROUP: subgroupSize, ROWS, ROW_LANES, SUMS: ROW_LANES * STRIPS, PLANES: 1 },
  };
}

/** The portable kernel with the fewest rows per invocation, of 4, 8, 16, 32, with which a plane fits one workgroup. */
export function portableVariant(shape: ImageShape, planes: number, device: PlanDevice): PortableVariant {
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
): PortableVariant | undefined {
  const rows = Math.min(most, height);
  const planeLanes = Math.ceil(width / 4) * Math.ceil(height / rows);
  const together = Math.max(1, Math.min(Math.floor(lanes / planeLanes), planes));
  const count = planeLanes * together;
  if (count > limits.maxComputeInvocationsPerWorkgroup) return undefined;
  const fits = (slots: number) => 16 * count * slots <= limits.maxComputeWorkgroupStorageSize;
  const sharedEdges = !fits(rows + 4);
  if (sharedEdges && !fits(Math.max(rows, 4))) return undefined;
  return {
    kind: 'portable',
    contract: portableContract,
    constants: { ROWS: rows, PLANES: together, SHARED_EDGES: sharedEdges ? 1 : 0 },
  };
}

/**
 * Refuses a variant from elsewhere that does not cover the whole plane or fit the device: one of another shape would
 * compute wrong sums without a complaint.
 *
 * @throws PlanError
 */
export function assertVariantFits(
  variant: PlaneVariant,
  { height, width }: ImageShape,
  { limits, subgroupSize }: PlanDevice,
): void {
  // Whether that one fits is a question of the pass: see laneVariant.
  if (variant.kind === 'lane') return;
  const quads = Math.ceil(width / 4);
  const { rowLanes, strips, columnQuads } = lanesOf(variant, quads, height);
  const planeLanes = rowLanes * strips;
  const lanes = planeLanes * variant.constants.PLANES;
  const covers = rowLanes * columnQuads >= quads && strips * variant.constants.ROWS >= height;
  const whole =
    variant.kind === 'portable' || (planeLanes <= subgroupSize && Number.isInteger(Math.log2(planeLanes)));
  if (covers && whole && lanes <= limits.maxComputeInvocationsPerWorkgroup) return;
  throw new PlanError(
    `the variant ${variant.contract.name} ${JSON.stringify(variant.constants)} does not fit a ${height}×${width} plane on this device ` +
      `(subgroups of ${subgroupSize} lanes, ${limits.maxComputeInvocationsPerWorkgroup} invocations). Tune for this shape and device.`,
  );
}

/** Pairs that a workgroup holds side by side where it holds all planes of each: as many as fill it with WORKGROUP_LANES. */
export function pairsPerWorkgroup(
  variant: PortableVariant | SubgroupVariant,
  { height, width }: ImageShape,
  { limits, subgroupSize }: PlanDevice,
): number {
  const { rowLanes, strips } = lanesOf(variant, Math.ceil(width / 4), height);
  const pairLanes = rowLanes * strips * variant.constants.PLANES;
  const wanted = Math.floor(Math.max(WORKGROUP_LANES, subgroupSize) / pairLanes);
  if (variant.kind === 'subgroup') return Math.max(1, wanted);
  const { ROWS, PLANES, SHARED_EDGES } = variant.constants;
  const edgeBytes = 16 * pairLanes * (SHARED_EDGES === 1 ? Math.max(ROWS, 4) : ROWS + 4);
  const fitting = Math.floor(limits.maxComputeWorkgroupStorageSize / edgeBytes);
  // Planes and pairs are the third dimension of a workgroup, which every device allows 64.
  return Math.max(1, Math.min(wanted, fitting, Math.floor(64 / PLANES)));
}

/** How the lanes of one plane lie: along a row, one strip of rows above the other. */
function lanesOf(variant: PortableVariant | SubgroupVariant, quads: number, height: number) {
  if (variant.kind === 'portable')
    return { rowLanes: quads, strips: Math.ceil(height / variant.constants.ROWS), columnQuads: 1 };
  const { ROW_LANES, STRIPS, COLUMN_QUADS } = variant.constants;
  return { rowLanes: ROW_LANES, strips: STRIPS, columnQuads: COLUMN_QUADS };
}

function nextPowerOfTwo(value: number): number {
  return 2 ** Math.ceil(Math.log2(value));
}
