/**
 * What the package itself is made of, for those who write schedulers, tuners or benchmarks of their own: passes and plans,
 * variants of the plane kernel, and runs with all their figures. It may change between minor versions.
 */
export type {} from './gpu/global-types.js';
export { computeGram, planPasses } from './library/grams.js';
export type { GramResult } from './kernel/gram.js';
export type { GramOptions } from './kernel/gram-run.js';
export { pairCount, type GramShape } from './kernel/gram-shape.js';
export type { DeviceUse } from './kernel/device-use.js';
export type { DeviceInterval } from './gpu/timing.js';
export type { Pass, PassResult } from './kernel/passes.js';
export { planPass, type PassPlan, type PlanOptions } from './kernel/pass-plan.js';
export type { PlanDevice } from './gpu/plan-device.js';
export { planeCandidates, variantLabel } from './kernel/plane-candidates.js';
export type {
  PlaneCount,
  PlaneVariant,
  PortableVariant,
  SubgroupVariant,
  LaneVariant,
  PlaneVariants,
  VariantName,
} from './kernel/plane-variant.js';
export { planeCount } from './kernel/run-variants.js';
export {
  tune,
  TUNE_BUDGET_MS,
  type TuneMeasurement,
  type TuneOptions,
  type TuneResult,
} from './kernel/tune.js';
export { planFactorization, type FactorPlan, type FactorPlanOptions } from './regression/factor-plan.js';
