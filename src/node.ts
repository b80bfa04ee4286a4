/**
 * The Node entry of the package: opens devices on Dawn's adapters, reads images and networks, writes matrices, and
 * exports all that `index.ts` does.
 */
export * from './index.js';
export { AdapterError } from './gpu/dawn/adapter-error.js';
export { listAdapters, type AdapterDescription, type AdapterOptions } from './gpu/dawn/adapters.js';
export { openGpu, OpenGpu } from './gpu/dawn/open-gpu.js';
export { OutputError } from './files/atomic-file.js';
export { inspectImages, loadImages, loadLabels, writeNpy } from './library/data.js';
export type { LoadedLabels } from './data/labels.js';
export { ImageFiles, type ImageRange, type LabelledImages, type LoadOptions } from './data/load.js';
export { describeData, type ClassCount, type DataDescription, type Duplicates } from './data/describe.js';
export type { PictureSize } from './data/pictures/resize.js';
export type { DecodedArray } from './data/dtype.js';
export { readNpy, type NpyArray, type WritableArray } from './data/npy.js';
export { readNetwork, writeNetwork } from './data/network-file.js';
export { networkText, parseNetwork } from './data/network-text.js';
export type { PixelFacts, PixelScale } from './data/scale.js';
export type { PixelOrder } from './data/shape.js';
export type { ImageSource, ImageSources, LabelSource } from './data/sources.js';
export { MemoryError } from './checks/memory-error.js';

// Whole jobs, as the commands do them: each tells a Reporter how it goes, and ends with a signal.
export { SILENT, type Reporter } from './progress/reporter.js';
export { classify, prepareClassification, solveFiles } from './library/classification.js';
export type { Classification, ClassificationOptions } from './classification/classification.js';
export type {
  ClassificationImages,
  ClassificationRequest,
  ClassificationTask,
} from './classification/prepare-classification.js';
export type { AccuracyReport } from './classification/accuracy-report.js';
export type { SolvedFiles, SolveFilesOptions } from './classification/solve-files.js';
export { SolveProblem, type ProblemFiles } from './regression/node/solve-problem.js';
export type { KernelFile, TrainingKernel } from './regression/node/kernel-file.js';
export { FactorInUseError, PanelFiles, type PanelFilesOptions } from './regression/node/panel-files.js';
export { estimateJob, prepareRun, tuneDevice } from './library/planning.js';
export type { Estimate, EstimateOptions, JobEstimate } from './planning/estimate-job.js';
export type { Job, JobPlan, JobTime, PassSize, WalkSize } from './planning/job-plan.js';
export type { KernelRequest } from './planning/kernel-request.js';
export type { ArchitectureKernel, ArchNetwork } from './network/network-kernel.js';
export {
  MeasurementCache,
  type MeasuredDevice,
  type MeasuredWork,
  type RateEntry,
  type TuningEntry,
} from './planning/measurement-cache.js';
export type { MeasuredRun, MeasureMode } from './planning/measured-variants.js';
export type { DecidedVariants, PrepareOptions, VariantLabels } from './planning/prepare-run.js';
export type { TunedDevice, TuneDeviceOptions } from './planning/tune-device.js';

// Models that are kept: fitted to training images, then used on any number of new ones.
export { fitModel, predictImages, prepareFit } from './library/models.js';
export type { FitModelOptions, FitModelRequest, FitTask, FittedKeptModel } from './models/fit-model.js';
export { KeptModel, type TrainingKernels } from './models/kept-model.js';
export type { KernelReport, ModelManifest } from './models/model-manifest.js';
export type { ModelTargets, TargetKind } from './models/model-targets.js';
export type { RidgeCriterion } from './models/model-variance.js';
export {
  gatherPredictions,
  type GatheredPredictions,
  type KeptScores,
  type PredictImagesOptions,
  type ScoredChunk,
} from './models/predict-images.js';
export { predictionsOf, type Predictions } from './models/predictions.js';

// Kernels that are kept tile by tile in a folder, by one process or many.
export {
  storeImages,
  type ImageSets,
  type PreparedStoreImages,
  type StoreImages,
  type StoreImagesOptions,
} from './store/store-images.js';
export {
  computeInStore,
  type ComputeInStoreOptions,
  type StoredFacts,
  type StoredResult,
  type StoreTask,
} from './store/compute-in-store.js';
export type { BlockImages, StoredGramReport } from './store/stored-gram.js';
export { TileStore } from './store/tile-store.js';
export type { Computation, InputFiles, StoreAdapter, StoredKernel } from './store/computation.js';
export type { Block, BlockName, Shard, StoreTile } from './store/grid.js';
export { inspectStore, type InspectOptions, type StoreInspection } from './store/inspect-store.js';
export type { TileState } from './store/coverage.js';
export { mergeIntoMatrices, type MergeMatricesOptions } from './store/merge-matrices.js';
export {
  assembleMatrices,
  matricesOf,
  resultReport,
  type AssemblyOptions,
  type StoredMatrix,
} from './store/assembly.js';
export { exportArchive, exportMatrices, type ExportedMatrix, type ExportOptions } from './store/export.js';
export { DamagedTileError, StoreError, UnusableStoreError } from './store/store-error.js';
export {
  AdaptersError,
  computeOnAllAdapters,
  type AdaptersJob,
  type AdaptersOptions,
  type AdaptersResult,
} from './cluster/adapters.js';
export { computeTable1, type Table1Outcome, type Table1Request } from './paper/table1/compute-table.js';
export type { GroupChoice } from './paper/table1/choose-groups.js';
export type { Measurement, SimilarityMap, Spectrum, Table1Result, Table1Task } from './paper/table1/run.js';
export type { StoredWork, StoreUse } from './paper/table1/stores.js';
export {
  drawImages,
  type Draw,
  type DrawOptions,
  type KernelGroup,
  type Table1Column,
} from './paper/table1/task.js';
export { SlurmError, submitSlurmScripts, writeSlurmScripts, type SubmittedJobs } from './cluster/slurm.js';
export type { SlurmScripts } from './cluster/slurm.js';
export type { SlurmJob } from './cluster/slurm-scripts.js';
