import { ArgumentError, assertImageShape } from '../checks/arguments.js';
import { className } from '../checks/class-name.js';
import type { ImageShape } from '../images/images.js';
import type { KernelSpec } from './kernel-spec.js';
import { pairCount, type GramShape } from './gram-shape.js';
import { elementLayersPerPair, planPasses, type Pass } from './passes.js';
import type { PlanDevice } from '../gpu/plan-device.js';
import { planeConstants } from './plane-constants.js';
import {
  assertVariantChoice,
  assertVariantFits,
  laneVariant,
  planeVariant,
  quickVariant,
  type PlaneCount,
  type PlaneVariant,
  type PlaneVariants,
  type VariantName,
} from './plane-variant.js';

// The one place that decides which variant of the plane kernel computes a pass.

/** Whether a pass has one plane per pair or many: either has a variant of its own. @throws ArgumentError */
export function planeCount(pass: Pick<Pass, 'planes'>): PlaneCount {
  const planes: unknown = (pass as Pick<Pass, 'planes'> | undefined | null)?.planes;
  if (!Array.isArray(planes)) {
    throw new ArgumentError(`the pass is ${className(pass)}; one of those that planPasses() gives is wanted`);
  }
  return planes.length === 1 ? 'one' : 'many';
}

/** Work of a pass over all matrices of a run, element-layers. */
export function passWork(pass: Pass, shape: ImageShape, grams: readonly GramShape[]): number {
  return grams.reduce((sum, gram) => sum + pairCount(gram), 0) * elementLayersPerPair([pass], shape);
}

/**
 * The variant for a pass of a run: as chosen, that of small pairs, a quick one for short runs, or by rule.
 *
 * @param grams All matrices of the run.
 * @param choice What the caller gave as `GramOptions.variant`.
 * @throws PlanError if it does not fit this device; ArgumentError
 */
export function variantOfPass(
  pass: Pass,
  shape: ImageShape,
  grams: readonly GramShape[],
  device: PlanDevice,
  choice?: VariantName | PlaneVariants,
): PlaneVariant {
  const planes = pass.planes.length;
  assertImageShape('shape', shape);
  assertVariantChoice(choice);
  const lane = laneVariant(pass, shape, device);
  if (typeof choice === 'string')
    return (choice === 'auto' ? lane : undefined) ?? planeVariant(shape, planes, device, choice);
  const given = choice?.[planeCount(pass)];
  // That of one pass does not suit every other.
  if (given === undefined || given.kind === 'lane') {
    if (lane !== undefined) return lane;
    const rule = planeVariant(shape, planes, device);
    const quick = quickVariant(shape, planes, device, passWork(pass, shape, grams));
    if (quick === undefined || device.isCompiled?.(rule.contract, planeConstants(pass, shape, device, rule)))
      return rule;
    return quick;
  }
  assertVariantFits(given, shape, device);
  return given;
}

/**
 * The variants for all matrices of one run: decided once, by the run's work, so that whatever part of it is computed
 * alone (to compile, a tile, a shard) has the same bits.
 *
 * @param choice What the caller gave as `GramOptions.variant`.
 * @throws PlanError if no variant fits this device
 */
export function runVariants(
  kernels: readonly KernelSpec[],
  shape: ImageShape,
  grams: readonly GramShape[],
  device: PlanDevice,
  choice?: VariantName | PlaneVariants,
): PlaneVariants {
  // What this process has compiled says nothing to the others that compute parts of it.
  const { limits, subgroupSize, software } = device;
  return Object.fromEntries(
    planPasses(kernels, shape).map((pass) => [
      planeCount(pass),
      variantOfPass(pass, shape, grams, { limits, subgroupSize, software }, choice),
    ]),
  );
}
