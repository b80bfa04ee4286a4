import { assertInstance, assertKeys, assertMade, assertOneOf } from '../checks/arguments.js';
import { ImageFiles } from '../data/load.js';
import { assertOpenGpu, type OpenGpu } from '../gpu/dawn/open-gpu.js';
import { assertStack } from '../images/taken-images.js';
import {
  fitModel as fittedModel,
  prepareFit as preparedFit,
  type FitModelOptions,
  type FitModelRequest,
  type FitTask,
  type FittedKeptModel,
} from '../models/fit-model.js';
import { KeptModel } from '../models/kept-model.js';
import { TARGET_KINDS } from '../models/model-targets.js';
import { RIDGE_CRITERIA } from '../models/model-variance.js';
import {
  predictImages as scoresOf,
  type PredictImagesOptions,
  type ScoredChunk,
} from '../models/predict-images.js';
import { assertPrepareOptions } from '../planning/assert-prepare.js';

const REQUEST = ['train', 'kernel', 'normalization', 'targets', 'ridge', 'variance', 'chooseBy'] as const;

/** @throws InputError for images without labels, or labels of another kind; KernelSpecError; ArgumentError; ImageError */
export function prepareFit(request: FitModelRequest): FitTask {
  assertKeys('prepareFit', request, REQUEST);
  const { train, targets, chooseBy } = request;
  assertMade('prepareFit: train', train, 'loadImages', ['images', 'files', 'sources']);
  assertStack('train.images', train.images);
  if (targets !== undefined) assertOneOf('prepareFit: targets', targets, TARGET_KINDS);
  if (chooseBy !== undefined) assertOneOf('prepareFit: chooseBy', chooseBy, RIDGE_CRITERIA);
  return preparedFit(request);
}

const FIT_OPTIONS = ['memoryBytes', 'panels', 'tune', 'cache', 'reporter', 'signal'] as const;

/**
 * Fits a model that can be kept: kernel of the training images, then ridge regression.
 *
 * @throws what `prepareKernels` and `solveRidge` throw; the signal's reason if aborted.
 */
export async function fitModel(
  opened: OpenGpu,
  task: FitTask,
  options: FitModelOptions = {},
): Promise<FittedKeptModel> {
  assertOpenGpu('fitModel', opened);
  assertPrepareOptions('fitModel', options, FIT_OPTIONS);
  assertMade('fitModel: task', task, 'prepareFit', ['images', 'y', 'kernel', 'targets']);
  return fittedModel(opened, task, options);
}

const PREDICT_OPTIONS = [
  'memoryBytes',
  'first',
  'count',
  'chunkImages',
  'kept',
  'tune',
  'cache',
  'reporter',
  'signal',
] as const;

/**
 * Scores of new images by a model, exactly as if they had been test images of the fit: the kernel of a pair depends on
 * that pair alone. They are read and computed some at a time; what `kept` holds of them is not computed again.
 *
 * @throws InputError for images of another shape or scale than the training images; what `computeGram` throws
 */
export async function* predictImages(
  opened: OpenGpu,
  model: KeptModel,
  files: ImageFiles,
  options: PredictImagesOptions = {},
): AsyncGenerator<ScoredChunk> {
  assertOpenGpu('predictImages', opened);
  assertInstance('predictImages: model', model, KeptModel, 'KeptModel.open(folder)');
  assertInstance('predictImages: files', files, ImageFiles, 'ImageFiles.open(paths)');
  assertPrepareOptions('predictImages', options, PREDICT_OPTIONS);
  yield* scoresOf(opened, model, files, options);
}
