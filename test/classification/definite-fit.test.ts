// A kernel that is positive definite is solved as asked; one of repeated images gets the ridge it needs, and says so.
import { fitDefinite } from '../../src/classification/definite-fit.js';
import { fit } from '../../src/regression/regression.js';
import { testGpu } from '../support/gpu.js';

/** exp(−|i − j|/3) on a line of n points. */
const n = 24;
const sound = Float32Array.from({ length: n * n }, (_, e) =>
  Math.exp(-Math.abs(Math.floor(e / n) - (e % n)) / 3),
);
/** Points 2 i and 2 i + 1 are the same one. */
const repeated = Float32Array.from({ length: n * n }, (_, e) =>
  Math.exp(-Math.abs(Math.floor(Math.floor(e / n) / 2) - Math.floor((e % n) / 2)) / 3),
);
const labels = Array.from({ length: n }, (_, i) => Math.floor(i / 2) % 2);

test('control: nothing is added, and nothing said', async () => {
  const gpu = await testGpu();
  const { model, problem } = await fitDefinite(gpu, sound, labels, { ridge: 0 });
  expect(problem).toBeUndefined();
  expect(model.solution.ridge).toBe(0);
  const own = await fit(gpu, sound, labels, { ridge: 0 });
  expect(model.solution.coefficients).toEqual(own.solution.coefficients);
});

test('a singular kernel: fit refuses it, fitDefinite solves it with a small ridge and gives the reason', async () => {
  const gpu = await testGpu();
  // Two equal points with different labels.
  const contradicting = [...labels];
  contradicting[0] = 1 - contradicting[1];
  await expect(fit(gpu, repeated, contradicting, { ridge: 0 })).rejects.toThrow(/use a larger ridge: \d/);
  const { model, problem } = await fitDefinite(gpu, repeated, contradicting, { ridge: 0 });
  expect(problem).toMatch(/ridge/);
  expect(model.solution.ridge).toBeGreaterThan(0);
  expect(model.solution.ridge).toBeLessThanOrEqual(1e-4);
  const wrong = model.predict(repeated).labels.filter((label, i) => label !== contradicting[i]).length;
  expect(wrong).toBeLessThanOrEqual(2);
});

test('what is wrong with the input stays an error', async () => {
  await expect(fitDefinite(await testGpu(), sound, labels.slice(1), {})).rejects.toThrow(/23 labels/);
});
