// Fitting and predicting tells separated classes apart and gives the training labels back; labels and arrays that do
// not fit are refused.
import { evaluate } from '../../src/regression/classify.js';
import { fit } from '../../src/regression/regression.js';
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
    expect(model).toMatchObject({ n: 99, classes: [0, 1, 2] });
    const { labels, scores } = model.predict(testKernel);
    expect(scores).toHaveLength(60 * 3);
    expect(evaluate(test_.labels, labels).accuracy).toBe(1);
  });

  test('the paper’s targets unless others are asked for', async () => {
    const gpu = await testGpu();
    const shift = 1e-2; // the diagonal is 1
    const centred = await fit(gpu, kernel, train.labels, { ridge: 1e-2 });
    const expected = oracleSolve(kernel, encodeTargets(train.labels, [0, 1, 2], 'centred'), shift);
    expect(relativeError(centred.solution.coefficients, expected)).toBeLessThan(1e-8);
    const oneHot = await fit(gpu, kernel, train.labels, { ridge: 1e-2, targets: 'one-hot' });
    const other = oracleSolve(kernel, encodeTargets(train.labels, [0, 1, 2], 'one-hot'), shift);
    expect(relativeError(oneHot.solution.coefficients, other)).toBeLessThan(1e-8);
  });

  test.each([
    ['that start at 1', [1, 2, 3]],
    ['with gaps', [3, 7, 9]],
    ['as large as there are', [0, 4000, 2 ** 31 - 1]],
  ])('labels %s: the same scores, and only labels of training images win', async (_, names) => {
    const gpu = await testGpu();
    const plain = await fit(gpu, kernel, train.labels, { ridge: 1e-2 });
    const model = await fit(
      gpu,
      kernel,
      Array.from(train.labels, (label) => names[label]),
      { ridge: 1e-2 },
    );
    expect(model.classes).toEqual(names);
    // So far from all training images that every score is 0, as that of a class without images would be.
    const far = new Float32Array(99);
    const [one, two] = [plain.predict(testKernel), model.predict(testKernel)];
    expect(two.scores).toEqual(one.scores);
    expect([...two.labels]).toEqual(Array.from(one.labels, (label) => names[label]));
    expect(names).toContain(model.predict(far).labels[0]);
  });

  test('kernels in float64 are taken as they are; other arrays are refused', async () => {
    const gpu = await testGpu();
    const wide = Float64Array.from(kernel, (value) => value + 1e-12);
    const { solution } = await fit(gpu, wide, train.labels, { ridge: 1e-3 });
    expect(solution.kernelPrecision).toBe('float64');
    const expected = oracleSolve(wide, encodeTargets(train.labels, [0, 1, 2], 'centred'), 1e-3 * (1 + 1e-12));
    expect(relativeError(solution.coefficients, expected)).toBeLessThan(1e-12);
    const bytes = new DataView(new ArrayBuffer(8 * kernel.length)) as unknown as Float32Array;
    await expect(fit(gpu, bytes, train.labels)).rejects.toThrow(/DataView.*Float32Array.*Float64Array/s);
    const model = await fit(gpu, kernel, train.labels, { ridge: 1e-3 });
    expect(() => model.predict(bytes)).toThrow(TypeError);
    expect(model.predict(Float64Array.from(testKernel))).toEqual(model.predict(testKernel));
  });

  test('without ridge the training labels come back', async () => {
    const distinct = kernel.map((value, e) => value + (e % 100 === 0 ? 0.01 : 0));
    const model = await fit(await testGpu(), distinct, train.labels);
    const { scores } = model.predict(distinct);
    expect(relativeError(scores, encodeTargets(train.labels, [0, 1, 2], 'centred'))).toBeLessThan(1e-9);
  });

  test('labels that do not fit are refused', async () => {
    const gpu = await testGpu();
    await expect(fit(gpu, kernel, train.labels.subarray(1))).rejects.toThrow(
      '98 labels for a kernel of 99 images',
    );
    const fraction = Array.from(train.labels, (label) => label - 0.5);
    await expect(fit(gpu, kernel, fraction)).rejects.toThrow('label -0.5 at index 0');
  });
});
