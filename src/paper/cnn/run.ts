import type { LabelledImages } from '../../data/load.js';
import { normalize } from '../../images/normalize.js';
import { balancedOrder, selectImages } from '../../images/subset.js';
import type { Gpu } from '../../gpu/gpu.js';
import { computeGram } from '../../kernel/gram.js';
import type { KernelSpec } from '../../kernel/kernel-spec.js';
import { defaultTrained } from '../../kernel/validate-kernels.js';
import { timeUpdates, workUpdates } from '../../progress/details.js';
import { SILENT, type Reporter } from '../../progress/reporter.js';
import { evaluate } from '../../regression/classify.js';
import { fit } from '../../regression/regression.js';
import { classesOf } from '../../regression/targets.js';
import type { CnnShape } from './cnn-network.js';
import { trainInThreads } from './train-in-threads.js';
import type { TrainingSet, TrainOutcome, TrainTask } from './train.js';
import { READOUTS, type FiniteReadout } from '../networks/empirical-kernels.js';

/** Learning rates among which a validation split of the training images chooses. */
export const RATES: readonly number[] = [0.01, 0.03, 0.1];
/** Share of the training images that judges the learning rates. */
const VALIDATION = 0.2;
/** The networks get this many times the epochs of the trials: a rate that fits those just in time must fit more images. */
export const MORE = 2;
/** The ridge of the kernels: the paper uses none, and so little changes no prediction. */
export const CNN_RIDGE = 1e-6;
/** What the paper calls the read-outs. */
export const SUFFIX: Readonly<Record<FiniteReadout, string>> = { vanilla: 'V', gap: 'GAP' };

export interface CnnOptions {
  /** Convolution layers + 1. */
  readonly depth: number;
  /** How many channels every hidden layer of the networks has. */
  readonly channels: number;
  /** Networks trained on all training images, each from its own start. */
  readonly networks: number;
  /** Limit of a trial; networks get `MORE` times as many. */
  readonly epochs: number;
  readonly seed: number;
}

export interface CnnHooks {
  readonly signal?: AbortSignal;
  readonly reporter?: Reporter;
}

export interface CnnResult {
  readonly byReadout: Readonly<Record<FiniteReadout, ReadoutResult>>;
  readonly timingsMs: Readonly<Record<'kernels' | 'training', number>>;
}

export interface ReadoutResult {
  /** How many test images each kernel recognised. */
  readonly correct: Readonly<Record<'ntk' | 'nngp', number>>;
  readonly rate: number;
  /** One network per learning rate, with a part of the training images held out; `correct` of those. */
  readonly trials: readonly TrainOutcome[];
  readonly networks: readonly TrainOutcome[];
}

/**
 * Trained networks beside the kernels of their infinitely wide limits, on the same images (paper, section 5, table 1).
 *
 * Networks and kernels predict classes of training images only; a test image of another class is an error of both.
 *
 * @param train With labels. @param test With labels, of the same shape.
 * @throws what `computeGram` and `fit` throw; the signal's reason if aborted.
 */
export async function runCnn(
  gpu: Gpu,
  train: Labelled,
  test: Labelled,
  options: CnnOptions,
  hooks: CnnHooks = {},
): Promise<CnnResult> {
  const { signal, reporter = SILENT } = hooks;
  reporter.phase('kernels');
  const images = normalize('standardize', train.images, test.images);
  let started = performance.now();
  const kernels = READOUTS.flatMap((readout): KernelSpec[] => [
    { kernel: 'ntk', depth: options.depth, readout, trained: defaultTrained(readout) },
    { kernel: 'nngp', depth: options.depth, readout },
  ]);
  const common = { kernels, signal, onProgress: workUpdates(reporter) };
  const gram = await computeGram(gpu, { images: images.train, ...common });
  const testGram = await computeGram(gpu, { images: images.test, against: images.train, ...common });
  const correct: number[] = [];
  for (const [c, matrix] of gram.matrices.entries()) {
    const model = await fit(gpu, matrix, train.labels, { ridge: CNN_RIDGE, signal });
    correct.push(evaluate(test.labels, model.predict(testGram.matrices[c]).labels).correct);
  }
  const kernelsMs = performance.now() - started;

  reporter.phase('networks');
  started = performance.now();
  const classes = classesOf(train.labels);
  const outputs = (labels: Int32Array) => labels.map((label) => classes.indexOf(label));
  const sets = {
    train: { ...train, images: images.train, labels: outputs(train.labels) },
    test: { ...test, images: images.test, labels: outputs(test.labels) },
  };
  const shape = {
    grid: { height: images.train.height, width: images.train.width },
    channelsIn: images.train.channels,
    classes: classes.length,
    depth: options.depth,
    channels: options.channels,
  };
  const trained = await trainNetworks(shape, sets, options, hooks);
  reporter.end();
  const result = (r: number): ReadoutResult => ({
    correct: { ntk: correct[2 * r], nngp: correct[2 * r + 1] },
    ...trained[r],
  });
  return {
    byReadout: { vanilla: result(0), gap: result(1) },
    timingsMs: { kernels: kernelsMs, training: performance.now() - started },
  };
}

type Labelled = LabelledImages & { readonly labels: Int32Array };

type Trained = Pick<ReadoutResult, 'rate' | 'trials' | 'networks'>;

/** First the learning rates on images held out of the training images, then the networks on all training images. */
async function trainNetworks(
  shape: Omit<CnnShape, 'readout'>,
  { train, test }: Readonly<Record<'train' | 'test', Labelled>>,
  { networks, epochs, seed }: CnnOptions,
  { signal, reporter = SILENT }: CnnHooks,
): Promise<Trained[]> {
  const order = balancedOrder(train.labels, seed);
  const held = Math.max(1, Math.round(VALIDATION * order.length));
  const [validation, rest] = [order.slice(0, held), order.slice(held)].map((part) =>
    trainingSet(selectImages(train, part)),
  );
  const [all, unseen] = [trainingSet(train), trainingSet(test)];
  const task = (
    readout: FiniteReadout,
    rate: number,
    seed: number,
    sets: Pick<TrainTask, 'train' | 'test' | 'epochs'>,
  ): TrainTask => ({ shape: { ...shape, readout }, rate, seed, ...sets });
  const share = RATES.length / (RATES.length + MORE * networks);
  const progress = timeUpdates(reporter, ' at the most');
  const trials = await trainInThreads(
    READOUTS.flatMap((readout) =>
      RATES.map((rate) => task(readout, rate, seed, { train: rest, test: validation, epochs })),
    ),
    { signal, onProgress: (fraction) => progress(share * fraction) },
  );
  const chosen = READOUTS.map((_, r) => {
    const own = trials.slice(r * RATES.length, (r + 1) * RATES.length);
    return { trials: own, rate: RATES[bestTrial(own)] };
  });
  const outcomes = await trainInThreads(
    READOUTS.flatMap((readout, r) =>
      Array.from({ length: networks }, (_, i) =>
        task(readout, chosen[r].rate, seed + 1 + i, { train: all, test: unseen, epochs: MORE * epochs }),
      ),
    ),
    { signal, onProgress: (fraction) => progress(share + (1 - share) * fraction) },
  );
  return chosen.map((one, r) => ({ ...one, networks: outcomes.slice(r * networks, (r + 1) * networks) }));
}

/**
 * Index of the learning rate to take: of those that came to recognise every training image the one that recognises most
 * held-out images, the smaller of equals; if none did, the one that came nearest.
 */
export function bestTrial(
  trials: readonly Pick<TrainOutcome, 'fittedAt' | 'trainAccuracy' | 'correct'>[],
): number {
  const fitted = trials.filter(({ fittedAt }) => fittedAt !== undefined);
  const best =
    fitted.length > 0
      ? fitted.reduce((one, other) => (other.correct > one.correct ? other : one))
      : trials.reduce((one, other) => (other.trainAccuracy > one.trainAccuracy ? other : one));
  return trials.indexOf(best);
}

/** [count][channels][pixels] → [count][pixels][channels] */
function trainingSet({ images: { data, count, channels }, labels }: LabelledImages): TrainingSet {
  const pixels = data.length / (count * channels);
  const values = new Float64Array(data.length);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < channels; c++) {
      for (let p = 0; p < pixels; p++)
        values[(i * pixels + p) * channels + c] = data[(i * channels + c) * pixels + p];
    }
  }
  return { values, labels: labels! };
}
