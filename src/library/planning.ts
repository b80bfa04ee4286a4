import { assertArray, assertCount, assertFlag, assertImageShape, assertKeys } from '../checks/arguments.js';
import { assertOpenGpu, type OpenGpu } from '../gpu/dawn/open-gpu.js';
import type { ImageStack } from '../images/images.js';
import { assertStack } from '../images/taken-images.js';
import { assertGramShape } from '../kernel/gram-shape.js';
import { validateKernels } from '../kernel/validate-kernels.js';
import { assertPrepareOptions } from '../planning/assert-prepare.js';
import {
  estimateJob as estimateOf,
  type EstimateOptions,
  type JobEstimate,
} from '../planning/estimate-job.js';
import type { Job } from '../planning/job-plan.js';
import type { MeasuredRun } from '../planning/measured-variants.js';
import {
  prepareRun as preparedRun,
  type DecidedVariants,
  type PrepareOptions,
} from '../planning/prepare-run.js';
import {
  tuneDevice as tunedDevice,
  type TunedDevice,
  type TuneDeviceOptions,
} from '../planning/tune-device.js';

/**
 * What a job takes, and how long on this device and on others whose speed is known; warns of what would stop it here.
 *
 * @throws PlanError if the images do not fit the device; KernelSpecError; ArgumentError; the signal's reason
 */
export async function estimateJob(
  opened: OpenGpu,
  job: Job,
  options: EstimateOptions = {},
): Promise<JobEstimate> {
  assertOpenGpu('estimateJob', opened);
  assertJob(job);
  assertPrepareOptions('estimateJob', options, ['measures', 'memoryBytes', 'cache', 'reporter', 'signal']);
  if (options.measures !== undefined) assertFlag('estimateJob: measures', options.measures);
  return estimateOf(opened, job, options);
}

function assertJob(job: Job): void {
  const where = 'estimateJob: job';
  assertKeys(where, job, ['train', 'test', 'classes', 'shape', 'kernels']);
  assertCount(`${where}.train`, job.train);
  assertCount(`${where}.test`, job.test, 0);
  assertCount(`${where}.classes`, job.classes);
  assertImageShape(`${where}.shape`, job.shape);
  validateKernels(job.kernels, job.shape);
}

/**
 * Decides which variants a run takes, and compiles everything that it needs by computing the kernel of one image:
 * drivers compile at the first dispatch, which can take half a minute and belongs into no speed figure.
 *
 * @param images Of the run; the first of them is computed.
 * @returns the variants, and the time that compiling took.
 * @throws what `computeGram` throws; ArgumentError
 */
export async function prepareRun(
  opened: OpenGpu,
  images: ImageStack,
  run: Omit<MeasuredRun, 'shape'>,
  options: PrepareOptions = {},
): Promise<DecidedVariants & { readonly compileMs: number }> {
  assertOpenGpu('prepareRun', opened);
  assertStack('images', images);
  assertKeys('prepareRun: run', run, ['kernels', 'grams', 'memoryBytes']);
  assertArray('prepareRun: run.grams', run.grams, '{ rows, columns, symmetric }');
  for (const gram of run.grams) assertGramShape(gram);
  assertPrepareOptions('prepareRun', options, ['tune', 'cache', 'reporter', 'signal']);
  validateKernels(run.kernels, images);
  return preparedRun(opened, images, run, options);
}

const OPTIONS = [
  'shape',
  'depth',
  'readout',
  'cache',
  'reporter',
  'signal',
] as const satisfies readonly (keyof TuneDeviceOptions)[];

/**
 * Finds the fastest variant of the kernel for a shape of images on this device, and remembers it: jobs take it from the
 * cache where their `tune` is not `off`.
 *
 * @throws as `tune`; ArgumentError
 */
export async function tuneDevice(opened: OpenGpu, options: TuneDeviceOptions): Promise<TunedDevice> {
  assertOpenGpu('tuneDevice', opened);
  assertPrepareOptions('tuneDevice', options, OPTIONS);
  assertImageShape('tuneDevice: shape', options.shape);
  if (options.depth !== undefined) assertCount('tuneDevice: depth', options.depth, 2);
  return tunedDevice(opened, options);
}
