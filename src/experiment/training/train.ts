import { argmax } from '../../regression/classify.js';
import { NormalNumbers } from '../finite/random.js';
import { Cnn, type CnnShape } from './cnn.js';

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
  readonly epochs: number;
}

export interface TrainOutcome {
  readonly epochs: number;
  /** Of the last epoch, while training went on. */
  readonly loss: number;
  readonly trainAccuracy: number;
  /** All training images recognised and the loss small before the limit of epochs. */
  readonly fitted: boolean;
  readonly correct: number;
  readonly count: number;
}

export const BATCH = 32;
export const MOMENTUM = 0.9;
/** Training ends when all training images are recognised and the mean loss is below it. */
export const SMALL_LOSS = 0.01;

/** Stochastic gradient descent with momentum from a random start. */
export function trainCnn({ shape, train, test, rate, seed, epochs }: TrainTask): TrainOutcome {
  const random = new NormalNumbers(seed, shape.depth, shape.channels);
  const network = new Cnn(shape, random);
  const velocity = network.parameters.map(({ length }) => new Float64Array(length));
  const count = train.labels.length;
  const elements = train.values.length / count;
  let [epoch, loss, correct, fitted] = [0, Infinity, 0, false];
  while (epoch < epochs && !fitted) {
    epoch++;
    [loss, correct] = [0, 0];
    const order = randomOrder(count, random);
    for (let first = 0; first < count; first += BATCH) {
      const members = order.slice(first, first + BATCH);
      const values = new Float64Array(members.length * elements);
      members.forEach((i, at) =>
        values.set(train.values.subarray(i * elements, (i + 1) * elements), at * elements),
      );
      const step = network.step(
        values,
        members.map((i) => train.labels[i]),
      );
      loss += (step.loss * members.length) / count;
      correct += step.correct;
      descend(network.parameters, velocity, step.gradients, rate);
    }
    // Diverged: nothing comes back from NaN.
    if (!Number.isFinite(loss)) break;
    fitted = correct === count && loss < SMALL_LOSS;
  }
  return {
    epochs: epoch,
    loss,
    trainAccuracy: correct / count,
    fitted,
    correct: countCorrect(network, test, elements),
    count: test.labels.length,
  };
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

function countCorrect(network: Cnn, { values, labels }: TrainingSet, elements: number): number {
  let correct = 0;
  for (let first = 0; first < labels.length; first += BATCH) {
    const end = Math.min(first + BATCH, labels.length);
    const scores = network.scores(values.subarray(first * elements, end * elements));
    const found = argmax(scores, network.shape.classes);
    correct += found.filter((label, i) => label === labels[first + i]).length;
  }
  return correct;
}

function randomOrder(count: number, random: NormalNumbers): number[] {
  const keys = random.array(count);
  return Array.from({ length: count }, (_, i) => i).sort((a, b) => keys[a] - keys[b]);
}
