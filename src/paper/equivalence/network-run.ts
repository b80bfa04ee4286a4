import { DenseNetwork, empiricalNtk, type Points } from '../networks/dense-network.js';
import { denseNtk } from '../networks/dense-ntk.js';
import { NormalNumbers } from '../../statistics/normal-numbers.js';
import { solvePositive } from '../networks/small-solve.js';

export interface EquivalenceTask {
  readonly train: Points;
  readonly test: Points;
  /** y, [train.count] */
  readonly targets: Float64Array;
  readonly width: number;
  readonly hiddenLayers: number;
  /** κ: the trained function is κ f. */
  readonly kappa: number;
  /** Of the draw of the network. */
  readonly seeds: readonly number[];
  /** ½ Σ (κ f(x_i) − y_i)² at which training ends. */
  readonly loss: number;
  readonly maxSteps: number;
  /** κ² times the size of a step. */
  readonly step: number;
}

/** Distances on the test points, each a root mean square relative to that of the NTK regression. */
export interface EquivalenceRun {
  readonly steps: number;
  /** What was reached. */
  readonly loss: number;
  /** From the NTK regression, as theorem 3.2 has it: what the network says before training is part of it. */
  readonly fromRegression: number;
  /** From the linear dynamics under the exact NTK, which begin where the network begins. */
  readonly fromLinear: number;
  /** As `fromLinear`, but with the linear dynamics ended at the network's own outputs instead of the targets. */
  readonly fromLinearSameEnd: number;
  /** From the linear dynamics under the network's own NTK at the start: what changes while training. */
  readonly fromOwnLinear: number;
  /** Between the two linear predictions, exact and own: what the NTK of the start differs from its limit. */
  readonly betweenLinear: number;
}

/**
 * Trains a finite network by full-batch gradient descent, without momentum, and compares it on test points with
 * what the infinite one predicts (paper, theorem 3.2 and appendix F).
 */
export function runEquivalence(task: EquivalenceTask): EquivalenceRun {
  const { train, test, targets, width, hiddenLayers, kappa } = task;
  const network = new DenseNetwork(train.dimension, width, hiddenLayers, new NormalNumbers(...task.seeds));
  const kernel = denseNtk(train, train, hiddenLayers);
  const testKernel = denseNtk(test, train, hiddenLayers);
  const start = { train: network.pass(train), test: network.pass(test) };
  const scaled = (outputs: Float64Array) => outputs.map((value) => kappa * value);
  const [trainStart, testStart] = [scaled(start.train.outputs), scaled(start.test.outputs)];
  const ownKernel = empiricalNtk(start.train, start.train);
  const ownTestKernel = empiricalNtk(start.test, start.train);

  const { steps, loss, outputs } = descend(network, task, task.step / kappa ** 2);
  const trained = scaled(network.pass(test).outputs);

  const regression = predict(kernel, testKernel, targets);
  const moved = (k: Float64Array, kTest: Float64Array, end: Float64Array) =>
    add(testStart, predict(k, kTest, subtract(end, trainStart)));
  const norm = rootMeanSquare(regression);
  const distance = (a: Float64Array, b: Float64Array) => rootMeanSquare(subtract(a, b)) / norm;
  const linear = moved(kernel, testKernel, outputs);
  const ownLinear = moved(ownKernel, ownTestKernel, outputs);
  return {
    steps,
    loss,
    fromRegression: distance(trained, regression),
    fromLinear: distance(trained, moved(kernel, testKernel, targets)),
    fromLinearSameEnd: distance(trained, linear),
    fromOwnLinear: distance(trained, ownLinear),
    betweenLinear: distance(ownLinear, linear),
  };
}

/** @returns the last κ f on the training points. */
function descend(
  network: DenseNetwork,
  { train, targets, kappa, loss: goal, maxSteps }: EquivalenceTask,
  step: number,
): { steps: number; loss: number; outputs: Float64Array } {
  for (let steps = 0; ; steps++) {
    const pass = network.pass(train);
    const outputs = pass.outputs.map((value) => kappa * value);
    const residuals = subtract(outputs, targets);
    const loss = residuals.reduce((sum, residual) => sum + residual ** 2, 0) / 2;
    if (!(loss > goal && steps < maxSteps)) return { steps, loss, outputs };
    network.descend(
      pass,
      residuals.map((residual) => step * kappa * residual),
    );
  }
}

/** K(x, X) K⁻¹ y. */
function predict(kernel: Float64Array, testKernel: Float64Array, y: Float64Array): Float64Array {
  const weights = solvePositive(kernel, y);
  const n = y.length;
  return Float64Array.from({ length: testKernel.length / n }, (_, i) =>
    weights.reduce((sum, weight, j) => sum + weight * testKernel[i * n + j], 0),
  );
}

function add(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value + b[i]);
}

function subtract(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - b[i]);
}

function rootMeanSquare(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
}
