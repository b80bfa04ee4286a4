import { evaluate } from '../../src/regression/classify.js';
import { fit, predict } from '../../src/regression/regression.js';
import { encodeTargets } from '../../src/regression/targets.js';
import { randomNumbers } from '../shaders/cholesky-harness.js';
import { testGpu } from '../support/gpu.js';
import { oracleSolve, relativeError } from './matrices.js';

/** Noisy points around three centres in the plane, the class of each, and a Gaussian kernel. */
function clusters(count: number, seed: number) {
  const random = randomNumbers(seed);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 3);
  const points = Array.from(labels, (label) => [
    2 * Math.cos((label * 2 * Math.PI) / 3) + random(),
    2 * Math.sin((label * 2 * Math.PI) / 3) + random(),
  ]);
  return { labels, points };
}

function kernelBetween(a: number[][], b: number[][]): Float32Array {
  return Float32Array.from({ length: a.length * b.length }, (_, e) => {
    const [x, y] = [a[Math.floor(e / b.length)], b[e % b.length]];
    return Math.exp(-((x[0] - y[0]) ** 2 + (x[1] - y[1]) ** 2));
  });
}

describe('fit and predict', () => {
  const train = clusters(99, 1);
  const test_ = clusters(60, 2);
  const kernel = kernelBetween(train.points, train.points);
  const testKernel = kernelBetween(test_.points, train.points);

  test('separated clusters are told apart', async () => {
    const model = await fit(await testGpu(), kernel, train.labels, { ridge: 1e-3 });
    expect(model).toMatchObject({ n: 99, classes: 3 });
    const { labels, scores } = predict(model, testKernel);
    expect(scores).toHaveLength(60 * 3);
    expect(evaluate(test_.labels, labels, 3).accuracy).toBe(1);
  });

  test('the paper’s targets unless others are asked for; classes that no label uses', async () => {
    const gpu = await testGpu();
    const shift = 1e-2; // the diagonal is 1
    const centred = await fit(gpu, kernel, train.labels, { ridge: 1e-2 });
    const expected = oracleSolve(kernel, encodeTargets(train.labels, 3, 'centred'), shift);
    expect(relativeError(centred.solution.coefficients, expected)).toBeLessThan(1e-8);
    const oneHot = await fit(gpu, kernel, train.labels, { ridge: 1e-2, targets: 'one-hot', classes: 5 });
    const wide = oracleSolve(kernel, encodeTargets(train.labels, 5, 'one-hot'), shift);
    expect(relativeError(oneHot.solution.coefficients, wide)).toBeLessThan(1e-8);
  });

  test('without ridge the training labels come back', async () => {
    const distinct = kernel.map((value, e) => value + (e % 100 === 0 ? 0.01 : 0));
    const model = await fit(await testGpu(), distinct, train.labels);
    const { scores } = predict(model, distinct);
    expect(relativeError(scores, encodeTargets(train.labels, 3, 'centred'))).toBeLessThan(1e-9);
  });

  test('labels that do not fit are refused', async () => {
    const gpu = await testGpu();
    await expect(fit(gpu, kernel, train.labels.subarray(1))).rejects.toThrow(
      '98 labels for a kernel of 99 images',
    );
    await expect(fit(gpu, kernel, train.labels, { classes: 2 })).rejects.toThrow('label 2 at index 2');
  });
});
