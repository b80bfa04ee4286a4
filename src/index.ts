/**
 * Exact convolutional neural tangent kernels (Arora et al., NeurIPS 2019) on a GPUDevice that the caller provides.
 * Nothing here touches a file system or opens a device: `cntk-webgpu/node` does both.
 */
export type {} from './gpu/global-types.js';
export { DeviceLostError, Gpu, GpuError, type DeviceDescription } from './gpu/gpu.js';
export { ShaderError } from './gpu/program.js';
export type { Channel, Readout, Trained } from './kernel/channels.js';
export type { ImageStack } from './images/images.js';
export { ArgumentError } from './checks/arguments.js';
export { ArrayError, type NumberArray } from './checks/typed-arrays.js';
export { ImageError } from './images/image-checks.js';
export { KernelValueError } from './kernel/channel-values.js';
export { computeGram, type GramResult } from './kernel/gram.js';
export { type GramOptions, type GramProgress } from './kernel/gram-run.js';
export type { DeviceUse } from './kernel/device-use.js';
export { computeTiles, type ComputedTile, type TilesOptions } from './kernel/gram-tiles.js';
export { planPasses, type Pass } from './kernel/passes.js';
export { planPass, type PassPlan, type PlanOptions } from './kernel/plan.js';
export { pairCount, type GramShape } from './kernel/gram-shape.js';
export { PlanError, type PlanDevice } from './gpu/plan-device.js';
export { planeCandidates, variantLabel } from './kernel/plane-candidates.js';
export { planeCount } from './kernel/run-variants.js';
export { type PlaneCount, type PlaneVariants } from './kernel/plane-variant.js';
export type { PlaneVariant, VariantName } from './kernel/plane-variant.js';
export {
  tune,
  TUNE_BUDGET_MS,
  type TuneMeasurement,
  type TuneOptions,
  type TuneResult,
} from './kernel/tune.js';
export { referenceKernel } from './kernel/reference.js';
export {
  ChannelError,
  channelName,
  defaultTrained,
  parseReadout,
  validateChannels,
} from './kernel/validate-channels.js';
export type { CholeskyFactor } from './regression/cholesky-factor.js';
export { AUTO_RIDGES, chooseRidge, NoRidgeError, type RidgeCandidate } from './regression/choose-ridge.js';
export { factorize, type FactorizeOptions } from './regression/cholesky.js';
export {
  argmax,
  evaluate,
  type ClassAccuracy,
  type ConfusionEntry,
  type Evaluation,
} from './regression/classify.js';
export {
  KernelMagnitudeError,
  MatrixTooLargeError,
  NotFiniteError,
  NotPositiveDefiniteError,
  NotSymmetricError,
  RefinementStagnatedError,
} from './regression/errors.js';
export { planFactorization, type FactorPlan } from './regression/factor-plan.js';
export type { KernelPrecision } from './regression/inspect-kernel.js';
export { memorySource, type Elements, type MatrixSource } from './regression/matrix-source.js';
export {
  DamagedPanelError,
  openMemoryStore,
  type OpenPanelStore,
  type PanelStore,
} from './regression/panel-store.js';
export { fit, predict, type FitOptions, type Model, type Prediction } from './regression/regression.js';
export { solveRidge, type RidgeSolution, type SolveOptions, type SolveProgress } from './regression/ridge.js';
export { classesOf, encodeTargets, type TargetCoding } from './regression/targets.js';
export { TOLERANCES } from './regression/tolerances.js';
