// The closed-form NTK is the mean of the empirical one, for one and two hidden layers, and not for another depth;
// a small step moves the outputs as the empirical NTK says; trained networks reach the loss and approach the regression
// as they widen; slopes and solves on known cases.
import { symmetricEigenvalues } from '../../../src/statistics/eigenvalues.js';
import { compareMeans, summarize } from '../../../src/paper/montecarlo/mean-comparison.js';
import { DenseNetwork, empiricalNtk } from '../../../src/paper/networks/dense-network.js';
import { denseNtk } from '../../../src/paper/networks/dense-ntk.js';
import { runEquivalence } from '../../../src/paper/equivalence/network-run.js';
import { fitPowerLaw } from '../../../src/statistics/power-law.js';
import { NormalNumbers } from '../../../src/statistics/normal-numbers.js';
import { solvePositive } from '../../../src/paper/networks/small-solve.js';
import { spherePoints, targetsOf } from '../../../src/paper/equivalence/run.js';

const random = new NormalNumbers(11);
const train = spherePoints(6, 4, random);
const test4 = spherePoints(8, 4, random);

describe('denseNtk', () => {
  const deviations = (hiddenLayers: number, exactLayers: number) => {
    const draws = Array.from({ length: 300 }, (_, draw) => {
      const pass = new DenseNetwork(4, 48, hiddenLayers, new NormalNumbers(hiddenLayers, draw)).pass(train);
      return empiricalNtk(pass, pass);
    });
    return summarize(compareMeans(draws, denseNtk(train, train, exactLayers)));
  };

  test.each([1, 2])('is the mean of the empirical NTK: %d hidden layers', (hiddenLayers) => {
    const { beyondThree, relativeStandardError } = deviations(hiddenLayers, hiddenLayers);
    expect(beyondThree).toBe(0);
    expect(relativeStandardError).toBeLessThan(0.05);
  });

  test('planted fault: another depth is seen', () => {
    expect(deviations(1, 2).beyondThree).toBeGreaterThan(10);
  });
});

test.each([1, 2])('a small step moves the outputs by the empirical NTK: %d hidden layers', (hiddenLayers) => {
  const network = new DenseNetwork(4, 20, hiddenLayers, new NormalNumbers(1));
  const before = network.pass(train);
  const ntk = empiricalNtk(before, before);
  const step = 1e-6;
  const slopes = Float64Array.from({ length: 6 }, (_, i) => step * (i - 2));
  network.descend(before, slopes);
  const after = network.pass(train);
  for (let i = 0; i < 6; i++) {
    const predicted = -slopes.reduce((sum, slope, j) => sum + ntk[i * 6 + j] * slope, 0);
    const error = Math.abs((after.outputs[i] - before.outputs[i]) / predicted - 1);
    expect(error).toBeLessThan(1e-4);
  }
});

describe('runEquivalence', () => {
  const train = spherePoints(8, 6, random);
  const test6 = spherePoints(20, 6, random);
  const [largest] = symmetricEigenvalues(denseNtk(train, train, 1), train.count);
  const run = (width: number, kappa: number, maxSteps = 20_000) =>
    [1, 2, 3, 4].map((draw) =>
      runEquivalence({
        ...{ train, test: test6, targets: targetsOf(train), width, hiddenLayers: 1, kappa, maxSteps },
        ...{ seeds: [width, draw], loss: 1e-6, step: 0.5 / largest },
      }),
    );
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

  test('the loss is reached, and sixteen times the width brings the network nearer', () => {
    const [narrow, wide] = [run(64, 1), run(1024, 1)];
    for (const { loss } of [...narrow, ...wide]) expect(loss).toBeLessThanOrEqual(1e-6);
    const ratio = mean(narrow.map((each) => each.fromLinear)) / mean(wide.map((each) => each.fromLinear));
    expect(ratio).toBeGreaterThan(2);
    expect(ratio).toBeLessThan(8);
    // Control: without its start, the network at κ = 1 does not come nearer.
    const bare =
      mean(narrow.map((each) => each.fromRegression)) / mean(wide.map((each) => each.fromRegression));
    expect(bare).toBeLessThan(2);
    // The last residual is far below both.
    for (const { fromLinear, fromLinearSameEnd } of wide)
      expect(Math.abs(fromLinearSameEnd / fromLinear - 1)).toBeLessThan(0.05);
  });

  test('steps that run out are reported by their loss', () => {
    for (const { steps, loss } of run(64, 1, 5)) {
      expect(steps).toBe(5);
      expect(loss).toBeGreaterThan(1e-6);
    }
  });
});

describe('fitPowerLaw', () => {
  test('an exact law', () => {
    const x = [1, 2, 4, 8];
    const law = fitPowerLaw(
      x,
      x.map((value) => 3 * value ** -0.5),
    )!;
    expect(law.slope).toBeCloseTo(-0.5, 12);
    expect(law.high - law.low).toBeLessThan(1e-6);
  });

  test('the interval holds the true slope 95 times of 100', () => {
    const noise = new NormalNumbers(4);
    const x = [1, 2, 4, 8, 16, 32];
    const held = Array.from({ length: 2000 }, () => {
      const law = fitPowerLaw(
        x,
        x.map((value) => value ** -0.5 * Math.exp(0.2 * noise.next())),
      )!;
      return law.low <= -0.5 && -0.5 <= law.high;
    }).filter(Boolean).length;
    expect(held / 2000).toBeGreaterThan(0.93);
    expect(held / 2000).toBeLessThan(0.97);
  });

  test('too little for a slope', () => {
    expect(fitPowerLaw([4, 4, 4], [1, 2, 3])).toBeUndefined();
    expect(fitPowerLaw([1, 2], [1, 2])).toBeUndefined();
  });
});

describe('small solves', () => {
  const matrix = denseNtk(test4, test4, 1);

  test('K x = y', () => {
    const y = random.array(8);
    const x = solvePositive(matrix, y);
    for (let i = 0; i < 8; i++) {
      const back = x.reduce((sum, value, j) => sum + matrix[i * 8 + j] * value, 0);
      expect(Math.abs(back - y[i])).toBeLessThan(1e-10);
    }
  });

  test('a repeated point is reported', () => {
    expect(() => solvePositive(Float64Array.of(1, 1, 1, 1), Float64Array.of(1, 2))).toThrow(
      /pivot 0 in row 1/,
    );
  });
});
