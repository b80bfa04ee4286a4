import { assertInstance, assertKeys, assertMade, assertOneOf } from '../checks/arguments.js';
import {
  classify as classification,
  type Classification,
  type ClassificationOptions,
} from '../classification/classification.js';
import {
  prepareClassification as preparedTask,
  type ClassificationRequest,
  type ClassificationTask,
} from '../classification/prepare-classification.js';
import {
  solveFiles as solvedFiles,
  type SolvedFiles,
  type SolveFilesOptions,
} from '../classification/solve-files.js';
import { assertGpu } from '../gpu/assert-gpu.js';
import { assertOpenGpu, type OpenGpu } from '../gpu/dawn/open-gpu.js';
import type { Gpu } from '../gpu/gpu.js';
import { assertPrepareOptions } from '../planning/assert-prepare.js';
import { assertJobOptions } from '../progress/job-options.js';
import { PanelFiles } from '../regression/node/panel-files.js';
import { SolveProblem } from '../regression/node/solve-problem.js';

const REQUEST = [
  'train',
  'test',
  'kernel',
  'normalization',
  'targets',
  'ridge',
  'scaleNames',
] as const satisfies readonly (keyof ClassificationRequest)[];

/**
 * Normalises the images and checks that everything fits together, before a device is opened.
 *
 * @throws InputError for images without labels, of two shapes or of two scales; KernelSpecError; NetworkError;
 * ImageError; ArgumentError; ArrayError and RangeError for labels that are none, or not one for each image
 */
export function prepareClassification(request: ClassificationRequest): ClassificationTask {
  assertKeys('prepareClassification', request, REQUEST);
  if (request.targets !== undefined)
    assertOneOf('prepareClassification: targets', request.targets, ['centred', 'one-hot']);
  return preparedTask(request);
}

const CLASSIFY_OPTIONS: readonly (keyof ClassificationOptions)[] = [
  'memoryBytes',
  'panels',
  'tune',
  'cache',
  'reporter',
  'signal',
];

/**
 * The main job (Arora et al., NeurIPS 2019, section 5): kernel of the training images, ridge regression, kernel of
 * the test images, predictions.
 *
 * @throws what `prepareKernels` and `fit` throw; ArgumentError; the signal's reason if aborted.
 */
export async function classify(
  opened: OpenGpu,
  task: ClassificationTask,
  options: ClassificationOptions = {},
): Promise<Classification> {
  assertOpenGpu('classify', opened);
  assertPrepareOptions('classify', options, CLASSIFY_OPTIONS);
  assertMade('classify: task', task, 'prepareClassification', ['train', 'test', 'trainLabels', 'kernel']);
  assertPanels('classify', options.panels);
  return classification(opened, task, options);
}

const SOLVE_OPTIONS = [
  'targets',
  'ridge',
  'memoryBytes',
  'panels',
  'reporter',
  'signal',
] as const satisfies readonly (keyof SolveFilesOptions)[];

/**
 * Kernel regression with kernel matrices in files, which are larger than the memory if they have to be.
 *
 * @throws InputError for matrices that are no kernels; what `fit` throws; ArgumentError; the signal's reason if aborted.
 */
export async function solveFiles(
  gpu: Gpu,
  problem: SolveProblem,
  options: SolveFilesOptions = {},
): Promise<SolvedFiles> {
  assertGpu('solveFiles', gpu);
  assertInstance('solveFiles: problem', problem, SolveProblem, 'SolveProblem.open(files)');
  assertJobOptions('solveFiles', options, SOLVE_OPTIONS);
  assertPanels('solveFiles', options.panels);
  return solvedFiles(gpu, problem, options);
}

function assertPanels(where: string, panels: unknown): void {
  if (panels !== undefined) assertInstance(`${where}: panels`, panels, PanelFiles, 'new PanelFiles(folder)');
}
