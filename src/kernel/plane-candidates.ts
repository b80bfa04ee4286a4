import { className } from '../checks/class-name.js';
import { ArgumentError, assertCount, assertImageShape } from '../checks/arguments.js';
import type { ImageShape } from '../images/images.js';
import { assertPlanDevice, type PlanDevice } from '../gpu/plan-device.js';
import {
  forDevice,
  planeVariant,
  portableWithRows,
  subgroupVariant,
  WORKGROUP_LANES,
  type PlaneVariant,
} from './plane-variant.js';

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
  const [quads, strips] =
    rule.kind === 'subgroup' ? [rule.constants.COLUMN_QUADS, rule.constants.STRIPS] : [1, 1];
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
  for (const each of found) {
    const variant = forDevice(each, planes, device);
    if (variant && !distinct.has(variantLabel(variant))) distinct.set(variantLabel(variant), variant);
  }
  return [...distinct.values()];
}

/** `planes_subgroup ROWS=8 COLUMN_QUADS=1 ROW_LANES=8 STRIPS=4 PLANES=1`: names a variant in tables and in caches. @throws ArgumentError */
export function variantLabel(variant: PlaneVariant): string {
  const { contract, constants } = (variant as Partial<PlaneVariant> | undefined | null) ?? {};
  if (typeof contract?.name !== 'string' || typeof constants !== 'object') {
    throw new ArgumentError(
      `the variant is ${className(variant)}; one that planeCandidates() or tune() gives is wanted`,
    );
  }
  return [contract.name, ...Object.entries(constants).map(([name, value]) => `${name}=${value}`)].join(' ');
}
