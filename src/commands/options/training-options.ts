import type { InferredOptionTypes } from 'yargs';
import type { LoadOptions } from '../../data/load.js';
import { defaultTrained, parseReadout } from '../../kernel/validate-kernels.js';
import { areValues, TARGET_KINDS } from '../../models/model-targets.js';
import { RIDGE_CRITERIA } from '../../models/model-variance.js';
import { validateRequests, type KernelRequest } from '../../planning/kernel-request.js';
import { UsageError } from '../process/errors.js';
import {
  DATA,
  KERNEL,
  layoutOption,
  normalizeOption,
  ownScaleOption,
  REGRESSION,
  regressionOptions,
  resizeOption,
  scaleOption,
} from './common-options.js';
import { assertNoChain } from './kernel-list-options.js';
import { choice, flag, integer, optional, parsed, required, text, textList, withDefault } from './options.js';

// Options of the commands that fit one kernel to training images.

export const IMAGE_FILES =
  'CIFAR-10 and CIFAR-100, IDX, .npy, .npz, .mat, Parquet, folders of pictures; one or several';

export const trainingData = {
  train: required(textList(DATA, `Training images: ${IMAGE_FILES}`)),
  'train-labels': optional(text(DATA, 'Labels of the training images, where they are not found beside them')),
  resize: resizeOption,
  layout: layoutOption,
  scale: scaleOption,
  normalize: normalizeOption('standardize'),
  'train-count': optional(integer(DATA, 'Number of training images used [default: all]', 1)),
  first: withDefault(integer(DATA, 'Index of the first training image used', 0), '0'),
};

/** Test images beside them, of the same size and axes. */
export const testData = {
  test: required(textList(DATA, 'Test images')),
  'test-labels': optional(text(DATA, 'Labels of the test images')),
  'test-scale': ownScaleOption('test images'),
  'test-count': optional(integer(DATA, 'Number of test images used [default: all]', 1)),
  'test-first': withDefault(integer(DATA, 'Index of the first test image used', 0), '0'),
};

export const kernelChoice = {
  arch: optional(
    text(
      KERNEL,
      'Network by its name in cntk arch list, as myrtle5, or a file .json, .yaml of layers; in place of --depth, ' +
        '--readout and --trained',
    ),
  ),
  depth: optional(integer(KERNEL, 'Depth of the network: convolution layers + 1 [default: 11]', 2)),
  readout: optional(parsed(KERNEL, 'Read-out: vanilla, gap or lap:c [default: gap]', parseReadout)),
  kernel: withDefault(choice(KERNEL, 'Kernel', ['ntk', 'nngp'] as const), 'ntk'),
  trained: optional(
    choice(KERNEL, 'Trained layers of the NTK (by default all for vanilla, hidden for gap and lap)', [
      'all',
      'hidden',
    ] as const),
  ),
};

export const fitOptions = {
  ...regressionOptions,
  targets: withDefault(
    choice(
      REGRESSION,
      'Targets: classes as 0.9 and -0.1 (centred) or 1 and 0 (one-hot); several labels of each image (multi-label, ' +
        'rows of 0 and 1); numbers to be predicted (real, one or several of each image)',
      TARGET_KINDS,
    ),
    'centred',
  ),
};

export const varianceOptions = {
  variance: flag(
    REGRESSION,
    'With --targets real: keep what variances need; cntk predict then gives the variance of every target (NNGP: of the ' +
      'Gaussian process; NTK: of the ensemble of trained networks)',
  ),
  'choose-by': withDefault(
    choice(
      REGRESSION,
      'What chooses one of several ridges (likelihood: with --targets real)',
      RIDGE_CRITERIA,
    ),
    'leave-one-out',
  ),
};

/** @throws UsageError, InputError, NetworkError, KernelSpecError */
export async function chosenKernel(args: InferredOptionTypes<typeof kernelChoice>): Promise<KernelRequest> {
  const kernel = await namedKernel(args);
  validateRequests([kernel]);
  return kernel;
}

async function namedKernel(args: InferredOptionTypes<typeof kernelChoice>): Promise<KernelRequest> {
  const { kernel, arch, depth = 11, readout = 'gap', trained } = args;
  if (arch !== undefined) {
    assertNoChain(args);
    const { loadNetwork } = await import('../../data/named-network.js');
    return { kernel, arch: await loadNetwork(arch) };
  }
  if (kernel === 'ntk') return { kernel, depth, readout, trained: trained ?? defaultTrained(readout) };
  if (trained !== undefined) throw new UsageError('--trained belongs to --kernel ntk; leave it out for nngp');
  return { kernel, depth, readout };
}

/** How training images are read. */
export function trainingLoad(
  args: InferredOptionTypes<typeof trainingData> & InferredOptionTypes<Pick<typeof fitOptions, 'targets'>>,
): LoadOptions {
  const { layout, scale, resize, first } = args;
  return {
    ...{ layout, scale, resize, first },
    labels: args['train-labels'],
    labelsAs: areValues(args.targets) ? 'values' : 'classes',
    scaleOption: '--scale',
    count: args['train-count'],
  };
}

/** How test images are read: as the training images, but for what has an option of its own. */
export function testingLoad(
  args: InferredOptionTypes<typeof trainingData> &
    InferredOptionTypes<typeof testData> &
    InferredOptionTypes<Pick<typeof fitOptions, 'targets'>>,
): LoadOptions {
  const { layout, resize } = args;
  return {
    ...{ layout, resize },
    labels: args['test-labels'],
    labelsAs: areValues(args.targets) ? 'values' : 'classes',
    scale: args['test-scale'] ?? args.scale,
    scaleOption: '--test-scale',
    first: args['test-first'],
    count: args['test-count'],
  };
}
