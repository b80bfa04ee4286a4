import { assertCount, assertImageShape } from '../checks/arguments.js';
import type { Pass } from './passes.js';
import type { ImageShape } from '../images/images.js';
import { assertPlanDevice, type PlanDevice } from './plan-device.js';
import {
  planeVariant,
  portableWithRows,
  subgroupVariant,
  WORKGROUP_LANES,
  type PlaneVariant,
} from './plane-variant.js';

/** A run's passes are of two kinds: those of one plane per pair (`vanilla`), and those of all, or many. */
export type PlaneListKind = 'vanilla' | 'all';

/** Variants that were chosen by measurement; where one is missing, the rule of `planeVariant` applies. */
export type PlaneVariants = Readonly<Partial<Record<PlaneListKind, PlaneVariant>>>;

export function planeListKind({ planes }: Pick<Pass, 'planes'>): PlaneListKind {
  return planes.length === 1 ? 'vanilla' : 'all';
}

/**
 * Variants that may be fastest for planes of a shape on a device, none twice, each of them right: what a tuner
 * measures. The first is that of the rule, then those that most often beat it. Pure: no device is asked.
 *
 * @param planes Planes of a pass.
 * @throws PlanError if no variant fits this device
 */
export function planeCandidates(shape: ImageShape, planes: number, device: PlanDevice): PlaneVariant[] {
  assertImageShape('shape', shape);
  assertCount('planes', planes);
  assertPlanDevice(device);
  const size = device.subgroupSize;
  const lanes = Math.max(WORKGROUP_LANES, size);
  const rule = planeVariant(shape, planes, device);
  const { COLUMN_QUADS: quads = 1, STRIPS: strips = 1 } = rule.constants;
  const found = [
    rule,
    // More neighbours in the lane's own registers, fewer shuffles along a row.
    subgroupVariant(shape, planes, size, { columnQuads: 2 * quads }),
    portableWithRows(4, shape, planes, device),
    // Several planes per workgroup hide each other's waiting.
    subgroupVariant(shape, planes, size, { lanes: 2 * lanes }),
    // One subgroup per workgroup.
    subgroupVariant(shape, planes, size, { lanes: size }),
    // Several planes per subgroup: fewer shuffles between strips, more registers.
    strips > 1 ? subgroupVariant(shape, planes, size, { strips: strips / 2 }) : undefined,
    portableWithRows(4, shape, planes, device, 4 * WORKGROUP_LANES),
    subgroupVariant(shape, planes, size, { lanes: 4 * lanes }),
    // The longest to compile.
    portableWithRows(8, shape, planes, device),
  ];
  const distinct = new Map<string, PlaneVariant>();
  for (const variant of found) {
    if (variant && !distinct.has(variantLabel(variant))) distinct.set(variantLabel(variant), variant);
  }
  return [...distinct.values()];
}

/** `planes_subgroup ROWS=8 COLUMN_QUADS=1 ROW_LANES=8 STRIPS=4 PLANES=1`: names a variant in tables and in caches. */
export function variantLabel({ contract, constants }: PlaneVariant): string {
  return [contract.name, ...Object.entries(constants).map(([name, value]) => `${name}=${value}`)].join(' ');
}
