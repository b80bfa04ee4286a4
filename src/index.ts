/**
 * Exact convolutional neural tangent kernels (Arora et al., NeurIPS 2019) on a GPUDevice that the caller provides.
 * Nothing here touches a file system or opens a device: `cntk-webgpu/node` does both.
 */
export type {} from './gpu/global-types.js';
export { DeviceLostError, Gpu, type DeviceDescription } from './gpu/gpu.js';
export { ShaderError } from './gpu/program.js';
export type { Channel, Readout, Trained } from './kernel/channels.js';
export type { ImageStack } from './images/images.js';
export { ImageError } from './images/image-checks.js';
export { KernelValueError } from './kernel/channel-values.js';
export { computeGram, type GramOptions, type GramProgress, type GramResult } from './kernel/gram.js';
export type { DeviceUse } from './kernel/device-use.js';
export { computeTiles, type ComputedTile, type TilesOptions } from './kernel/gram-tiles.js';
export { planPasses, type Pass } from './kernel/passes.js';
export { type ImageShape } from './images/images.js';
export { pairCount, planPass, type GramShape, type PassPlan, type PlanOptions } from './kernel/plan.js';
export { PlanError, type PlanDevice } from './kernel/plan-device.js';
export {
  planeCandidates,
  planeListKind,
  variantLabel,
  type PlaneListKind,
  type PlaneVariants,
} from './kernel/plane-candidates.js';
export type { PlaneVariant, VariantName } from './kernel/plane-variant.js';
export {
  tune,
  TUNE_BUDGET_MS,
  type TuneMeasurement,
  type TuneOptions,
  type TuneResult,
} from './kernel/tune.js';
export { referenceKernel } from './kernel/reference.js';
export { Network } from './network/network.js';
export { NetworkError } from './network/network-error.js';
export {
  avgpool,
  conv,
  dense,
  erf,
  flatten,
  gap,
  gaussian,
  identity,
  lap,
  relu,
  residual,
} from './network/builder.js';
export type {
  Activation,
  AvgpoolLayer,
  ConvLayer,
  DenseLayer,
  FlattenLayer,
  GapLayer,
  LapLayer,
  Layer,
  Padding,
  ResidualLayer,
} from './network/layers.js';
export { shapeText, type ChainShapes, type ImageSize, type Shape } from './network/shapes.js';
export { PRESETS, presetNetwork, type Preset } from './network/presets.js';
export {
  computeNetworks,
  type NetworkGramOptions,
  type NetworkGramResult,
  type NetworkMatrices,
} from './network/network-gram.js';
export { referenceNetwork, type NetworkKernels } from './network/reference.js';
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
