import { largestOfRows } from '../../regression/classify.js';
import { NormalNumbers } from '../../statistics/normal-numbers.js';
import { Cnn, type CnnShape } from './cnn-network.js';

/** Images as [count][pixels][channels] with their classes. */
export interface TrainingSet {
  readonly values: Float64Array;
  readonly labels: Int32Array;
}

/** One network to train. */
export interface TrainTask {
  readonly shape: CnnShape;
  readonly train: TrainingSet;
  readonly test: TrainingSet;
  readonly rate: number;
  readonly seed: number;
  /** Limit for recognising every training image. */
  readonly epochs: number;
}

/** After an epoch. */
export interface Snapshot {
  readonly epoch: number;
  /** Mean cross-entropy of the training images as the epoch met them, each before the step it took part in. */
  readonly loss: number;
  /** Share of the training images recognised, likewise. */
  readonly trainAccuracy: number;
  /** Test images recognised at the end of the epoch. */
  readonly correct: number;
}

export interface TrainOutcome {
  /** The first epoch in which every training image was recognised; undefined if the limit came first. */
  readonly fittedAt: number | undefined;
  /** Of the last epoch. */
  readonly trainAccuracy: number;
  /** Test images recognised: mean over the `SETTLING` epochs after `fittedAt`, else after the last epoch. */
  readonly correct: number;
  readonly count: number;
  /** Those epochs and others, about evenly spaced on a logarithmic scale. */
  readonly history: readonly Snapshot[];
}

export const BATCH = 16;
export const MOMENTUM = 0.9;
/** Epochs after the one that recognised every training image, over which the paper takes the mean (section A). */
export const SETTLING = 10;

/**
 * Stochastic gradient descent with momentum from a random start, until every training image is recognised and `SETTLING`
 * epochs longer.
 *
 * @param onEpoch Called after every epoch.
 */
export function trainCnn(
  { shape, train, test, rate, seed, epochs }: TrainTask,
  onEpoch: (epoch: number) => void = () => undefined,
): TrainOutcome {
  const random = new NormalNumbers(seed, shape.depth, shape.channels);
  const network = new Cnn(shape, random);
  const velocity = network.parameters.map(({ length }) => new Float64Array(length));
  const count = train.labels.length;
  const history: Snapshot[] = [];
  let fittedAt: number | undefined;
  let [epoch, last] = [0, epochs];
  while (epoch < last) {
    epoch++;
    const { loss, correct: passed } = trainEpoch(network, velocity, train, randomOrder(count, random), rate);
    if (fittedAt === undefined && passed === count) [fittedAt, last] = [epoch, epoch + SETTLING];
    // Diverged: nothing comes back from NaN.
    if (!Number.isFinite(loss)) last = epoch;
    if (epoch > (fittedAt ?? Infinity) || epoch === last || isShown(epoch)) {
      const correct = countCorrect(network, test);
      history.push({ epoch, loss, trainAccuracy: passed / count, correct });
    }
    onEpoch(epoch);
  }
  const settled = fittedAt === undefined ? history.slice(-1) : history.filter((one) => one.epoch > fittedAt);
  return {
    fittedAt,
    trainAccuracy: history[history.length - 1].trainAccuracy,
    correct: settled.reduce((sum, { correct }) => sum + correct, 0) / settled.length,
    count: test.labels.length,
    history,
  };
}

/** Epochs 1 to 8, then every one that is an eighth further. */
function isShown(epoch: number): boolean {
  const step = 2 ** Math.max(0, Math.floor(Math.log2(epoch)) - 3);
  return epoch % step === 0;
}

function trainEpoch(
  network: Cnn,
  velocity: readonly Float64Array[],
  { values, labels }: TrainingSet,
  order: readonly number[],
  rate: number,
): { loss: number; correct: number } {
  const elements = values.length / labels.length;
  let [loss, correct] = [0, 0];
  for (let first = 0; first < order.length; first += BATCH) {
    const members = order.slice(first, first + BATCH);
    const batch = new Float64Array(members.length * elements);
    members.forEach((i, at) => batch.set(values.subarray(i * elements, (i + 1) * elements), at * elements));
    const step = network.step(
      batch,
      members.map((i) => labels[i]),
    );
    loss += (step.loss * members.length) / order.length;
    correct += step.correct;
    descend(network.parameters, velocity, step.gradients, rate);
  }
  return { loss, correct };
}

function descend(
  parameters: readonly Float64Array[],
  velocity: readonly Float64Array[],
  gradients: readonly Float64Array[],
  rate: number,
): void {
  parameters.forEach((values, a) => {
    const [speed, gradient] = [velocity[a], gradients[a]];
    for (let i = 0; i < values.length; i++) {
      speed[i] = MOMENTUM * speed[i] - rate * gradient[i];
      values[i] += speed[i];
    }
  });
}

function countCorrect(network: Cnn, { values, labels }: TrainingSet): number {
  const elements = values.length / labels.length;
  let correct = 0;
  for (let first = 0; first < labels.length; first += BATCH) {
    const end = Math.min(first + BATCH, labels.length);
    const scores = network.scores(values.subarray(first * elements, end * elements));
    const { classes } = network.shape;
    // The scores of a network that diverged recognise nothing.
    correct += largestOfRows(scores, classes).filter(
      (label, i) => label === labels[first + i] && Number.isFinite(scores[i * classes + label]),
    ).length;
  }
  return correct;
}

function randomOrder(count: number, random: NormalNumbers): number[] {
  const keys = random.array(count);
  return Array.from({ length: count }, (_, i) => i).sort((a, b) => keys[a] - keys[b]);
}
