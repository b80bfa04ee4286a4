// Both variants of the fused kernel and the layer-by-layer baseline give the mirror's sums on shapes with ragged
// edges, and so does the end-to-end run; every other case of the benchmark validates; a wrong result is refused before
// anything is timed; statistics are right.
import { benchNames, runBench } from '../../src/bench/bench.js';
import { RESOURCE_UNITS, type Resource } from '../../src/bench/cost.js';
import { gramCase } from '../../src/bench/gram-case.js';
import { layersCase } from '../../src/bench/layers-case.js';
import {
  BenchValidationError,
  largestError,
  measureTogether,
  spread,
  type BenchCase,
} from '../../src/bench/measure.js';
import { planesCase } from '../../src/bench/plane-cases.js';
import { randomImages } from '../../src/images/random-images.js';
import { testGpu } from '../support/gpu.js';

const OPTIONS = { repetitions: 3, sampleMs: 1, groupMs: 1 };

test.each([
  { channels: 3, height: 8, width: 8 },
  { channels: 2, height: 5, width: 7 },
  { channels: 1, height: 9, width: 4 },
])('every side of the comparison is right: $channels×$height×$width', async (shape) => {
  const gpu = await testGpu();
  const network = { shape, depth: 5 };
  const cases = [
    planesCase({ name: 'fused', ...network, readout: 'gap', rows: 2, columns: 2 }),
    planesCase({ name: 'portable', ...network, readout: 'gap', rows: 2, columns: 2, variant: 'portable' }),
    layersCase({ name: 'layers', ...network }),
    gramCase({ name: 'gram', ...network, seconds: 0.01, minImages: 5 }),
  ];
  const { results, rates } = await measureTogether(gpu, cases, OPTIONS);
  for (const [c, { validation, median, repetitions }] of results.entries()) {
    expect(validation!.error <= 1e-6).toBe(true);
    expect(repetitions).toBe(3);
    expect(rates[c]).toHaveLength(3);
    expect(median).toBeGreaterThan(0);
  }
});

test('every shader outside the comparison validates', async () => {
  const gpu = await testGpu();
  const names = benchNames();
  expect(names.slice(0, 5)).toEqual([
    'planes-gap',
    'planes-gap-portable',
    'layers-gap',
    'gram-gap',
    'gram-gap-kernels',
  ]);
  const only = ['norms', 'fields', 'tile_values', 'cholesky', 'product', 'factorization', 'solve'];
  const { results, ceilings } = await runBench(gpu, { quick: true, only });
  const cases = results.filter(({ unit }) => unit !== '×');
  expect(cases.map(({ name }) => name)).toEqual(
    names.filter((name) => only.some((part) => name.includes(part))),
  );
  // The update and the plain product are timed in turn.
  const at = results.findIndex(({ name }) => name === 'update / plain product');
  const [update, plain] = ['cholesky_update', 'product'].map((name) =>
    cases.find((one) => one.name === name)!,
  );
  expect(results[at - 1]).toBe(update);
  expect(results[at].median).toBeCloseTo(update.median / plain.median, 12);
  for (const { validation, min, median, max, share, cost } of cases) {
    expect(share === null).toBe(cost === null);
    if (share !== null) {
      const most = (median * cost![share.resource]!) / ceilings[share.resource]!.max;
      expect(share.value).toBeCloseTo(most, 6);
    }
    expect(validation!.error <= validation!.tolerance).toBe(true);
    expect(min <= median && median <= max && max < Infinity).toBe(true);
  }
});

test('the ceilings: all resources of the device, each validated', async () => {
  const gpu = await testGpu();
  const { ceilings } = await runBench(gpu, { quick: true, only: ['tile_values'] });
  const resources = ['arithmetic', 'roots', 'workgroup memory', 'global memory'];
  if (gpu.subgroupSize > 0) resources.splice(2, 0, 'shuffles');
  expect(Object.keys(ceilings)).toEqual(resources);
  for (const [resource, { unit, validation, min, max }] of Object.entries(ceilings)) {
    expect(unit).toBe(RESOURCE_UNITS[resource as Resource]);
    expect(validation!.error <= validation!.tolerance).toBe(true);
    expect(min > 0 && min <= max && max < Infinity).toBe(true);
  }
});

test('a wrong or NaN result is refused before it is timed', async () => {
  const gpu = await testGpu();
  for (const error of [2e-5, NaN]) {
    let samples = 0;
    const wrong: BenchCase = {
      name: 'wrong',
      description: '',
      unit: 'flop/s',
      prepare: () =>
        Promise.resolve({
          work: 1,
          compileMs: 0,
          timedBy: 'wall clock',
          validate: () => Promise.resolve({ error, tolerance: 1e-5, against: 'the truth' }),
          sample: () => Promise.resolve(++samples),
          [Symbol.dispose]: () => undefined,
        }),
    };
    await expect(measureTogether(gpu, [wrong], OPTIONS)).rejects.toThrow(BenchValidationError);
    expect(samples).toBe(0);
  }
});

test('an aborted benchmark ends with the reason', async () => {
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(runBench(await testGpu(), { quick: true, only: ['tile_values'], signal })).rejects.toThrow(
    'enough',
  );
});

test('median, extremes, errors', () => {
  expect(spread([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
  expect(spread([4, 1, 2, 3])).toEqual({ median: 2.5, min: 1, max: 4 });
  expect(largestError([1, 2], [1, 4])).toBe(0.5);
  expect(largestError([0, 0], [0, 0])).toBe(0);
  expect(largestError([1, NaN], [1, 4])).toBeNaN();
  expect(largestError([1], [1, 4])).toBeNaN();
});

test('images like photographs: mean 0, deviation 1, neighbours alike, the same for the same seed', () => {
  const shape = { channels: 3, height: 32, width: 32 };
  const { data } = randomImages(4, shape, 5);
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  const variance = data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length;
  const covariance = data.reduce(
    (sum, value, p) => sum + (p % 32 === 31 ? 0 : (value - mean) * (data[p + 1] - mean)),
    0,
  );
  expect(Math.abs(mean)).toBeLessThan(0.3);
  expect(Math.abs(variance - 1)).toBeLessThan(0.4);
  expect(covariance / data.length / variance).toBeGreaterThan(0.7);
  expect(randomImages(4, shape, 5).data).toEqual(data);
});
