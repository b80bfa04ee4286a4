// A small network recognises every training image and says when; its accuracy is the mean of the epochs after;
// the limit and a network that diverges are told apart from that; test images teach nothing; threads give the same
// results; the learning rate is one that fits.
import { NormalNumbers } from '../../../src/statistics/normal-numbers.js';
import { bestTrial } from '../../../src/paper/cnn/run.js';
import { SETTLING, trainCnn, type TrainingSet } from '../../../src/paper/cnn/train.js';

type TrainInThreads = typeof import('../../../src/paper/cnn/train-in-threads.js');

const grid = { height: 4, width: 4 };
const classes = 3;

/** Class c is a bright spot at a place of its own, in noise. */
function spots(count: number, seed: number): TrainingSet {
  const values = new NormalNumbers(seed).array(count * 16).map((value) => 0.5 * value);
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
  labels.forEach((label, i) => (values[i * 16 + 5 * label] += 3));
  return { values, labels };
}

const shape = { grid, channelsIn: 1, classes, depth: 3, channels: 6 };
const sets = { train: spots(40, 1), test: spots(90, 2) };
const vanilla = {
  shape: { ...shape, readout: 'vanilla' as const },
  ...sets,
  rate: 0.03,
  seed: 1,
  epochs: 100,
};

test.each(['vanilla', 'gap'] as const)('a small %s network recognises every training image', (readout) => {
  // Pooled, the place of a spot is lost: there the classes differ in brightness.
  const bright = (count: number, seed: number): TrainingSet => {
    const { values, labels } = spots(count, seed);
    return { values: values.map((value, i) => value + 2 * labels[Math.floor(i / 16)]), labels };
  };
  const data = readout === 'gap' ? { train: bright(40, 1), test: bright(90, 2) } : sets;
  const epochs: number[] = [];
  const task = { ...vanilla, ...data, shape: { ...shape, readout }, epochs: 200 };
  const outcome = trainCnn(task, (epoch) => epochs.push(epoch));
  expect(outcome.fittedAt).toBeGreaterThan(1);
  expect(outcome.fittedAt).toBeLessThanOrEqual(200);
  expect(epochs).toHaveLength(outcome.fittedAt! + SETTLING);
  const settled = outcome.history.slice(-SETTLING);
  expect(settled.map(({ epoch }) => epoch)).toEqual(epochs.slice(-SETTLING));
  const mean = settled.reduce((sum, { correct }) => sum + correct, 0) / SETTLING;
  expect(outcome.correct).toBeCloseTo(mean, 10);
  expect(outcome.correct / outcome.count).toBeGreaterThan(0.8);
});

test('at the limit of epochs it is not fitted, and counts what it recognises then', () => {
  const fits = trainCnn(vanilla).fittedAt!;
  const before = trainCnn({ ...vanilla, epochs: fits - 1 });
  expect(before.fittedAt).toBeUndefined();
  expect(before.trainAccuracy).toBeLessThan(1);
  expect(before.history[before.history.length - 1]).toMatchObject({
    epoch: fits - 1,
    correct: before.correct,
  });
  expect(trainCnn({ ...vanilla, epochs: fits }).fittedAt).toBe(fits);
});

test('a network that diverges recognises nothing and ends', () => {
  const outcome = trainCnn({ ...vanilla, rate: 1e200 });
  expect(outcome.fittedAt).toBeUndefined();
  expect(Number.isFinite(outcome.history.at(-1)!.loss)).toBe(false);
  expect(outcome.correct).toBe(0);
});

test('the labels of the test images change what is counted and no step', () => {
  const wrong = { ...sets.test, labels: sets.test.labels.map((label) => (label + 1) % classes) };
  const [one, other] = [trainCnn(vanilla), trainCnn({ ...vanilla, test: wrong })];
  expect(other.fittedAt).toBe(one.fittedAt);
  const losses = ({ history }: typeof one) => history.map(({ loss }) => loss);
  expect(losses(other)).toEqual(losses(one));
  expect(other.correct).toBeLessThan(0.2 * one.correct);
});

test('threads give the results of one after the other, and tell how far they are', async () => {
  // As built: a worker thread loads JavaScript.
  const built = new URL('../../../dist/src/paper/cnn/train-in-threads.js', import.meta.url);
  const { trainInThreads } = (await import(built.href)) as TrainInThreads;
  const tasks = [1, 2, 3].map((seed) => ({ ...vanilla, seed }));
  const fractions: number[] = [];
  const outcomes = await trainInThreads(tasks, { onProgress: (fraction) => fractions.push(fraction) });
  expect(outcomes).toEqual(tasks.map((task) => trainCnn(task)));
  expect(fractions[fractions.length - 1]).toBe(1);
  expect([...fractions].sort((a, b) => a - b)).toEqual(fractions);
});

describe('the learning rate', () => {
  const trial = (fittedAt: number | undefined, correct: number, trainAccuracy = 1) => ({
    fittedAt,
    correct,
    trainAccuracy,
  });

  test.each([
    [
      'one that fits, before one that recognises more',
      [trial(undefined, 9, 0.8), trial(5, 7), trial(9, 6)],
      1,
    ],
    ['the best of those that fit', [trial(50, 7), trial(9, 8), trial(undefined, 2, 0.1)], 1],
    ['the smaller of equals', [trial(50, 7), trial(9, 7)], 0],
    ['the nearest if none fits', [trial(undefined, 9, 0.5), trial(undefined, 3, 0.9)], 1],
  ])('%s', (_, trials, expected) => expect(bestTrial(trials)).toBe(expected));
});
