import type { LabelledImages } from '../data/load.js';
import { normalize } from '../images/normalize.js';
import { sourcesReport, type SourcesReport } from '../data/sources.js';
import { balancedOrder, selectImages } from '../images/subset.js';
import type { OpenGpu } from '../gpu/dawn/open-gpu.js';
import type { KernelSpec } from '../kernel/kernel-spec.js';
import { computeGram } from '../kernel/gram.js';
import { regressionGrams } from '../kernel/gram-shape.js';
import type { ImageStack } from '../images/images.js';
import { kernelName, defaultTrained } from '../kernel/validate-kernels.js';
import { prepareRun } from '../planning/prepare-run.js';
import { workUpdates } from '../progress/details.js';
import { SILENT, type Reporter } from '../progress/reporter.js';
import { evaluate } from '../regression/classify.js';
import { fit } from '../regression/regression.js';
import { classesOf } from '../regression/targets.js';
import { chooseSize, type DemoReadout, type DemoSize, type DemoSizeOptions } from './demo-size.js';
import { kernelHeatmap, type Heatmap } from '../figures/kernel-heatmap.js';
import { kernelTitle } from '../figures/kernel-title.js';

/** The paper uses none; so little changes no prediction, and repeated images cannot make a kernel singular. */
const RIDGE = 1e-6;
const SEED = 1;

export interface DemoHooks {
  readonly signal?: AbortSignal;
  readonly reporter?: Reporter;
}

export interface DemoReport {
  readonly train: SourcesReport;
  readonly test: SourcesReport;
  /** channels, height, width */
  readonly imageShape: readonly [number, number, number];
  readonly classes: number;
  readonly normalization: 'standardize';
  readonly ridge: number;
  readonly depths: readonly number[];
  /** CNTK-V, CNTK-GAP, CNN-GP-V, CNN-GP-GAP; without GAP where there is no time for it. */
  readonly columns: readonly string[];
  /** Share of the test images classified rightly, [depths][columns]. */
  readonly accuracy: readonly (readonly number[])[];
  readonly pairs: number;
  readonly elementLayers: number;
  readonly elementLayersPerSecond: number;
  readonly elapsedMs: Readonly<Record<'prepare' | 'kernels' | 'solve' | 'total', number>>;
  readonly warnings: readonly string[];
}

export interface DemoResult {
  readonly report: DemoReport;
  /** Name of the channel of the kernels below: the CNTK at the largest depth, with GAP if that was computed. */
  readonly kernelName: string;
  /** Between training images, [n][n]. */
  readonly kernel: Float32Array;
  /** Between test images and training images, [m][n]. */
  readonly testKernel: Float32Array;
  readonly labels: Int32Array; // [n]
  readonly testLabels: Int32Array; // [m]
  readonly heatmap: Heatmap;
}

/**
 * Does the main job in small: the kernels of every column and depth, a kernel regression on each, accuracies as a table,
 * and a picture of a kernel matrix.
 *
 * @throws InputError if the data has no labels or too few images; what `computeGram` and `fit` throw; the signal's
 * reason if aborted.
 */
export async function runDemo(
  opened: OpenGpu,
  options: Omit<DemoSizeOptions, 'signal'>,
  { signal, reporter = SILENT }: DemoHooks = {},
): Promise<DemoResult> {
  const gpu = opened;
  const started = performance.now();
  reporter.phase('compile and measure');
  const size = await chooseSize(gpu, { ...options, signal }, kernelsOf);
  const { train, test, classes } = chooseImages(options, size);
  const { train: images, test: testImages, warnings } = normalize('standardize', train.images, test.images);
  const kernels = kernelsOf(size.depths, size.readouts);
  const columns = kernels.slice(0, kernels.length / size.depths.length).map(kernelTitle);
  const grams = regressionGrams(images.count, testImages.count);
  const { variant } = await prepareRun(opened, images, { kernels, grams }, { signal });
  const onProgress = workUpdates(reporter);
  const gramOf = (rows: ImageStack, against?: ImageStack) =>
    computeGram(gpu, { images: rows, against, kernels, signal, variant, onProgress });
  const prepareMs = performance.now() - started;

  reporter.phase('kernel train × train');
  const gram = await gramOf(images);
  reporter.phase('kernel test × train');
  const testGram = await gramOf(testImages, images);

  reporter.phase('solve');
  const solveStarted = performance.now();
  const accuracies: number[] = [];
  for (const [c, matrix] of gram.matrices.entries()) {
    const model = await fit(gpu, matrix, train.labels!, { ridge: RIDGE, signal });
    const { labels } = model.predict(testGram.matrices[c]);
    accuracies.push(evaluate(test.labels!, labels).accuracy);
  }

  const ended = performance.now();
  reporter.end();
  for (const warning of warnings) reporter.warn(warning);
  const shown = kernels.findLastIndex(({ kernel }) => kernel === 'ntk');
  const kernelMs = gram.elapsedMs + testGram.elapsedMs;
  const elementLayers = gram.elementLayers + testGram.elementLayers;
  return {
    kernelName: kernelName(kernels[shown]),
    kernel: gram.matrices[shown],
    testKernel: testGram.matrices[shown],
    labels: train.labels!,
    testLabels: test.labels!,
    heatmap: kernelHeatmap(gram.matrices[shown], train.labels!),
    report: {
      train: sourcesReport(train),
      test: sourcesReport(test),
      imageShape: [images.channels, images.height, images.width],
      classes,
      normalization: 'standardize',
      ridge: RIDGE,
      depths: size.depths,
      columns,
      accuracy: size.depths.map((_, d) => accuracies.slice(d * columns.length, (d + 1) * columns.length)),
      pairs: gram.pairs + testGram.pairs,
      elementLayers,
      elementLayersPerSecond: elementLayers / (kernelMs / 1e3),
      elapsedMs: {
        prepare: prepareMs,
        kernels: kernelMs,
        solve: ended - solveStarted,
        total: ended - started,
      },
      warnings,
    },
  };
}

/** Depth by depth: the NTKs of every read-out, then the NNGPs. */
function kernelsOf(depths: readonly number[], readouts: readonly DemoReadout[]): KernelSpec[] {
  return depths.flatMap((depth) => [
    ...readouts.map((readout): KernelSpec => ({
      kernel: 'ntk',
      depth,
      readout,
      trained: defaultTrained(readout),
    })),
    ...readouts.map((readout): KernelSpec => ({ kernel: 'nngp', depth, readout })),
  ]);
}

interface DemoImages {
  readonly train: LabelledImages;
  readonly test: LabelledImages;
  readonly classes: number;
}

/** Balanced over the classes; no test image is a training image. */
function chooseImages(
  { train, test }: Pick<DemoSizeOptions, 'train' | 'test'>,
  { trainCount, testCount }: DemoSize,
): DemoImages {
  const order = balancedOrder(train.labels!, SEED);
  const testOrder = test ? balancedOrder(test.labels!, SEED) : order.slice(trainCount);
  const chosen = selectImages(train, order.slice(0, trainCount));
  return {
    train: chosen,
    classes: classesOf(chosen.labels!).length,
    test: selectImages(test ?? train, testOrder.slice(0, testCount)),
  };
}
