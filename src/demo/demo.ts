import type { LabelledImages } from '../data/load.js';
import { normalize } from '../images/normalize.js';
import { sourcesReport, type SourcesReport } from '../data/sources.js';
import { balancedOrder, selectImages } from '../images/subset.js';
import type { Gpu } from '../gpu/gpu.js';
import type { Channel } from '../kernel/channels.js';
import { computeGram, type GramProgress } from '../kernel/gram.js';
import type { ImageStack } from '../images/images.js';
import { channelName, defaultTrained } from '../kernel/validate-channels.js';
import { evaluate } from '../regression/classify.js';
import { fit, predict } from '../regression/regression.js';
import { classesOf } from '../regression/targets.js';
import { chooseSize, type DemoReadout, type DemoSize, type DemoSizeOptions } from './demo-size.js';
import { kernelHeatmap, type Heatmap } from '../figures/kernel-heatmap.js';
import { kernelTitle } from '../figures/kernel-title.js';

/** The paper uses none; so little changes no prediction, and repeated images cannot make a kernel singular. */
const RIDGE = 1e-6;
const SEED = 1;

export type DemoPhase = 'compile and measure' | 'kernel train × train' | 'kernel test × train' | 'solve';

export interface DemoHooks {
  readonly signal?: AbortSignal;
  readonly onPhase?: (phase: DemoPhase) => void;
  readonly onKernelProgress?: (progress: GramProgress) => void;
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
 * The main job in small: the kernels of every column and depth, a kernel regression on each, accuracies as a table,
 * and a picture of a kernel matrix.
 *
 * @throws InputError if the data has no labels or too few images; what `computeGram` and `fit` throw; the signal's
 * reason if aborted.
 */
export async function runDemo(
  gpu: Gpu,
  options: Omit<DemoSizeOptions, 'signal'>,
  { signal, onPhase, onKernelProgress }: DemoHooks = {},
): Promise<DemoResult> {
  const started = performance.now();
  onPhase?.('compile and measure');
  const size = await chooseSize(gpu, { ...options, signal }, channelsOf);
  const { train, test, classes } = chooseImages(options, size);
  const { train: images, test: testImages, warnings } = normalize('standardize', train.images, test.images);
  const channels = channelsOf(size.depths, size.readouts);
  const columns = channels.slice(0, channels.length / size.depths.length).map(kernelTitle);
  const gramOf = (rows: ImageStack, against?: ImageStack) =>
    computeGram(gpu, { images: rows, against, channels, signal, onProgress: onKernelProgress });
  const prepareMs = performance.now() - started;

  onPhase?.('kernel train × train');
  const gram = await gramOf(images);
  onPhase?.('kernel test × train');
  const testGram = await gramOf(testImages, images);

  onPhase?.('solve');
  const solveStarted = performance.now();
  const accuracies: number[] = [];
  for (const [c, matrix] of gram.matrices.entries()) {
    const model = await fit(gpu, matrix, train.labels!, { ridge: RIDGE, signal });
    const { labels } = predict(model, testGram.matrices[c]);
    accuracies.push(evaluate(test.labels!, labels).accuracy);
  }

  const ended = performance.now();
  const shown = channels.findLastIndex(({ kernel }) => kernel === 'ntk');
  const kernelMs = gram.elapsedMs + testGram.elapsedMs;
  const elementLayers = gram.elementLayers + testGram.elementLayers;
  return {
    kernelName: channelName(channels[shown]),
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
function channelsOf(depths: readonly number[], readouts: readonly DemoReadout[]): Channel[] {
  return depths.flatMap((depth) => [
    ...readouts.map((readout): Channel => ({
      kernel: 'ntk',
      depth,
      readout,
      trained: defaultTrained(readout),
    })),
    ...readouts.map((readout): Channel => ({ kernel: 'nngp', depth, readout })),
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
