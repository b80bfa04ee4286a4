import type { LabelledImages } from '../../data/load.js';
import { normalize } from '../../data/normalize.js';
import { balancedOrder, selectImages } from '../../data/subset.js';
import type { Gpu } from '../../gpu/gpu.js';
import { computeGram, type GramProgress } from '../../kernel/gram.js';
import type { Channel } from '../../kernel/channels.js';
import { defaultTrained } from '../../kernel/validate-channels.js';
import { evaluate } from '../../regression/classify.js';
import { fit, predict } from '../../regression/regression.js';
import { runInThreads } from '../finite/worker-pool.js';
import type { CnnShape } from '../training/cnn.js';
import type { TrainingSet, TrainOutcome, TrainTask } from '../training/train.js';

/** Learning rates among which a validation split of the training images chooses. */
export const RATES: readonly number[] = [0.01, 0.03, 0.1, 0.3];
/** Share of the training images that judges the learning rates. */
const VALIDATION = 0.2;
/** The paper uses none; so little changes no prediction. */
export const CNN_RIDGE = 1e-6;
export const READOUTS = ['vanilla', 'gap'] as const;
export type CnnReadout = (typeof READOUTS)[number];

export interface CnnOptions {
  /** Convolution layers + 1. */
  readonly depth: number;
  /** Of every hidden layer of the networks. */
  readonly channels: number;
  /** Networks trained on all training images, each from its own start. */
  readonly networks: number;
  readonly epochs: number;
  readonly seed: number;
}

export interface CnnHooks {
  readonly signal?: AbortSignal;
  readonly onKernelProgress?: (progress: GramProgress) => void;
  readonly onTraining?: () => void;
  readonly onTrainingProgress?: (fraction: number, elapsedMs: number) => void;
}

export interface CnnResult {
  readonly byReadout: Readonly<Record<CnnReadout, ReadoutResult>>;
  readonly timingsMs: Readonly<Record<'kernels' | 'training', number>>;
}

export interface ReadoutResult {
  /** Of the kernels: test images recognised. */
  readonly correct: Readonly<Record<'ntk' | 'nngp', number>>;
  readonly rate: number;
  /** On the validation images, by learning rate. */
  readonly validation: readonly TrainOutcome[];
  readonly networks: readonly TrainOutcome[];
}

/**
 * Trained networks beside the kernels of their infinitely wide limits, on the same images (paper, section 5, table 1).
 *
 * @param train With labels. @param test With labels, of the same shape.
 * @throws what `computeGram` and `fit` throw; the signal's reason if aborted.
 */
export async function runCnn(
  gpu: Gpu,
  train: Labelled,
  test: Labelled,
  classes: number,
  options: CnnOptions,
  hooks: CnnHooks = {},
): Promise<CnnResult> {
  const { signal } = hooks;
  const images = normalize('standardize', train.images, test.images);
  let started = performance.now();
  const channels = READOUTS.flatMap((readout): Channel[] => [
    { kernel: 'ntk', depth: options.depth, readout, trained: defaultTrained(readout) },
    { kernel: 'nngp', depth: options.depth, readout },
  ]);
  const common = { channels, signal, onProgress: hooks.onKernelProgress };
  const gram = await computeGram(gpu, { images: images.train, ...common });
  const testGram = await computeGram(gpu, { images: images.test, against: images.train, ...common });
  const correct: number[] = [];
  for (const [c, matrix] of gram.matrices.entries()) {
    const model = await fit(gpu, matrix, train.labels, { ridge: CNN_RIDGE, classes, signal });
    correct.push(evaluate(test.labels, predict(model, testGram.matrices[c]).labels, classes).correct);
  }
  const kernelsMs = performance.now() - started;

  hooks.onTraining?.();
  started = performance.now();
  const sets = { train: { ...train, images: images.train }, test: { ...test, images: images.test } };
  const shape = {
    grid: { height: images.train.height, width: images.train.width },
    channelsIn: images.train.channels,
    classes,
    depth: options.depth,
    channels: options.channels,
  };
  const trained = await trainNetworks(shape, sets, options, started, hooks);
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

type Trained = Pick<ReadoutResult, 'rate' | 'validation' | 'networks'>;

/** First the learning rates on the validation split, then the networks on all training images. */
async function trainNetworks(
  shape: Omit<CnnShape, 'readout'>,
  { train, test }: Readonly<Record<'train' | 'test', Labelled>>,
  { networks, epochs, seed }: CnnOptions,
  started: number,
  { signal, onTrainingProgress }: CnnHooks,
): Promise<Trained[]> {
  const url = new URL('../training/train-worker.js', import.meta.url);
  const order = balancedOrder(train.labels, seed);
  const held = Math.max(1, Math.round(VALIDATION * order.length));
  const [validation, rest] = [order.slice(0, held), order.slice(held)].map((part) =>
    trainingSet(selectImages(train, part)),
  );
  const [all, unseen] = [trainingSet(train), trainingSet(test)];
  const total = READOUTS.length * (RATES.length + networks);
  let done = 0;
  const onResult = () => onTrainingProgress?.(++done / total, performance.now() - started);
  const trials = await runInThreads<TrainOutcome>(
    url,
    READOUTS.flatMap((readout) =>
      RATES.map((rate): TrainTask => ({
        shape: { ...shape, readout },
        train: rest,
        test: validation,
        rate,
        seed,
        epochs,
      })),
    ),
    { signal, onResult },
  );
  const chosen = READOUTS.map((_, r) => {
    const validations = trials.slice(r * RATES.length, (r + 1) * RATES.length);
    const most = Math.max(...validations.map(({ correct }) => correct));
    return { validation: validations, rate: RATES[validations.findIndex(({ correct }) => correct === most)] };
  });
  const outcomes = await runInThreads<TrainOutcome>(
    url,
    READOUTS.flatMap((readout, r) =>
      Array.from({ length: networks }, (_, i): TrainTask => ({
        shape: { ...shape, readout },
        train: all,
        test: unseen,
        rate: chosen[r].rate,
        seed: seed + 1 + i,
        epochs,
      })),
    ),
    { signal, onResult },
  );
  return chosen.map((one, r) => ({ ...one, networks: outcomes.slice(r * networks, (r + 1) * networks) }));
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
