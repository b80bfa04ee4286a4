/**
 * Exact convolutional neural tangent kernels (Arora et al., NeurIPS 2019) on a GPUDevice that the caller provides.
 * Nothing here touches a file system or opens a device: `cntk-webgpu/node` does both.
 */
export type {} from './gpu/global-types.js';
export { DeviceLostError, Gpu, GpuError, type DeviceDescription } from './gpu/gpu.js';
export { ShaderError } from './gpu/program.js';
export type { KernelSpec, Readout, Trained } from './kernel/kernel-spec.js';
export { averagePool } from './images/average-pool.js';
export { flipHorizontally } from './images/flip.js';
export type { ImageShape, ImageStack } from './images/images.js';
export {
  normalize,
  type ChannelStatistics,
  type Normalization,
  type Normalized,
} from './images/normalize.js';
export { drawSubset, selectImages, type ImageSet, type SubsetKind } from './images/subset.js';
export { InputError } from './checks/input-error.js';
export { ArgumentError } from './checks/arguments.js';
export type { Matrix } from './checks/matrix.js';
export { ArrayError, type NumberArray } from './checks/typed-arrays.js';
export { ImageError } from './images/image-checks.js';
export { KernelValueError } from './kernel/kernel-values.js';
export { cntk, kernel, kernels, nngp, type KernelMatrix, type KernelOptions } from './kernel/kernels.js';
export type { GramProgress } from './kernel/gram-run.js';
export { computeTiles, type ComputedTile, type TilesOptions } from './kernel/gram-tiles.js';
export type { Tile } from './kernel/tiles.js';
export { PlanError } from './gpu/plan-device.js';
export type { PlaneVariants, VariantName } from './kernel/plane-variant.js';
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
export { type ChainShapes, type ImageSize, type Shape } from './network/shapes.js';
export { PRESETS, presetNetwork, type Preset } from './network/presets.js';
export type { Resolution, RoughPairs } from './network/exact-pairs.js';
export {
  computeNetworks,
  type NetworkGramOptions,
  type NetworkGramResult,
  type ResolvedGramResult,
  type NetworkMatrices,
} from './network/network-gram.js';
export { referenceNetwork, type NetworkKernels } from './network/reference.js';
export {
  KernelSpecError,
  kernelName,
  defaultTrained,
  parseReadout,
  validateKernels,
} from './kernel/validate-kernels.js';
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
  type Operand,
} from './regression/errors.js';
export type { FactorPlan } from './regression/factor-plan.js';
export type { SymmetricProduct } from './regression/products.js';
export type { KernelPrecision } from './regression/inspect-kernel.js';
export { memorySource, type Elements, type MatrixSource } from './regression/matrix-source.js';
export {
  DamagedPanelError,
  openMemoryStore,
  type FactorIdentity,
  type OpenPanelStore,
  type PanelStore,
} from './regression/panel-store.js';
export { Posterior, type PosteriorRequest, type TestKernels } from './regression/posterior.js';
export { fit, type FitOptions, type Model, type Prediction } from './regression/regression.js';
export type { RidgeAmount, RidgeChoice } from './regression/ridge-amount.js';
export { solveRidge, type RidgeSolution, type SolveOptions, type SolveProgress } from './regression/ridge.js';
export { classesOf, encodeTargets, type TargetCoding } from './regression/targets.js';
export { TOLERANCES } from './regression/tolerances.js';
