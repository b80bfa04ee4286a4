// Sizes of a job by its formulas, for any number of images at once, and times that scale as the work does.
import { estimateTime, planJob, type Job } from '../../src/planning/job-plan.js';
import type { RateEntry } from '../../src/planning/measurement-cache.js';
import { measureRate } from '../../src/planning/measure-rates.js';
import { computeGram } from '../../src/kernel/gram.js';
import { median } from '../../src/statistics/samples.js';
import { testGpu } from '../support/gpu.js';
import { randomNumbers } from '../support/run-shader.js';

const device = {
  limits: {
    maxStorageBufferBindingSize: 128 * 2 ** 20,
    maxBufferSize: 256 * 2 ** 20,
    maxComputeWorkgroupStorageSize: 16384,
    maxComputeInvocationsPerWorkgroup: 256,
    maxComputeWorkgroupsPerDimension: 65535,
  },
  subgroupSize: 32,
};
const cifar: Job = {
  train: 50_000,
  test: 10_000,
  classes: 10,
  shape: { channels: 3, height: 32, width: 32 },
  kernels: [{ kernel: 'ntk', depth: 11, readout: 'gap', trained: 'hidden' }],
};
const rate: RateEntry = {
  adapter: 'A',
  backend: 'vulkan',
  driver: '1',
  version: '1',
  shape: '3x32x32',
  planes: 'many',
  depth: 11,
  elementLayersPerSecond: 1e11,
  imageMs: 0.5,
  solveRows: 1000,
  factorMs: 10,
  refineMs: 20,
  date: '',
};

test('CIFAR-10 by hand', () => {
  const plan = planJob(cifar, device);
  expect(plan.pairs).toEqual({ train: 1_250_025_000, test: 500_000_000, total: 1_750_025_000 });
  expect(plan.elementLayers).toBe(1_750_025_000 * 1024 * 1024 * 10);
  expect(plan.hostBytes).toBe(4 * (50_000 ** 2 + 50_000 * 10_000));
  expect(plan.diskBytes).toEqual({ kernels: plan.hostBytes + 256, run: 10_000 * (4 + 80) + 256 });
  const [pass] = plan.passes;
  expect(pass).toMatchObject({ planeCount: 'many', depth: 11, planes: 1024, cachedBlocks: 6 });
  expect(pass.variant).toMatch(/^planes_subgroup ROWS=8 /);
  // The formula of planPass.
  const imageBytes = 4 * 13 * (4 * 33 * 8 + 8 * 4 * 32 * 8) + 4;
  const pairBytes = 8 * 1024 + 4; // the sums of its planes, and its value
  const pairs = Math.floor((16 * 2 ** 20) / pairBytes);
  expect(pass.blockImages).toBe(Math.floor((512 * 2 ** 20) / 6 / imageBytes));
  // What near pairs take: [workgroups][5][H][W], in 16 MiB.
  const nearBytes = 819 * 4 * 5 * 32 * 32;
  expect(plan.deviceBytes).toBe(6 * pass.blockImages * imageBytes + 3 * pairs * pairBytes + nearBytes);
  const [train, test] = [50_000, 10_000].map((count) => Math.ceil(count / pass.blockImages));
  expect(pass.tiles).toBe((train * (train + 1)) / 2 + train * test);
});

test('several kernels, one or two passes, kernels without a test set', () => {
  const both: Job = {
    ...cifar,
    test: 0,
    kernels: [
      { kernel: 'ntk', depth: 21, readout: 'vanilla', trained: 'all' },
      { kernel: 'nngp', depth: 3, readout: 'gap' },
      { kernel: 'ntk', depth: 4, readout: 'gap', trained: 'hidden' },
    ],
  };
  const plan = planJob(both, device);
  expect(plan.passes.map(({ planeCount, depth, planes }) => [planeCount, depth, planes])).toEqual([
    ['one', 21, 1],
    ['many', 4, 1024],
  ]);
  expect(plan.diskBytes).toEqual({ kernels: 3 * (4 * 50_000 ** 2 + 128), run: 0 });
  const time = estimateTime(both, plan, [rate, rate]);
  expect(time.solve).toBe(0);
  expect(time.kernels).toBeCloseTo(plan.elementLayers / 1e11, 3);
});

test('60,000 and 100,000 images, and a hundred times as many, are planned at once', () => {
  const started = performance.now();
  const small = { memoryBytes: 2 ** 20 };
  for (const train of [60_000, 100_000, 10_000_000]) {
    const plan = planJob({ ...cifar, train }, device, small);
    expect(plan.pairs.train).toBe((train * (train + 1)) / 2);
    expect(plan.deviceBytes).toBe(planJob(cifar, device, small).deviceBytes);
  }
  expect(performance.now() - started).toBeLessThan(200);
});

test('times: kernels with the pairs, images with their loads and depth, solving with n³ and n²', () => {
  const plan = planJob(cifar, device);
  const time = estimateTime(cifar, plan, [rate]);
  expect(time.kernels).toBeCloseTo(plan.elementLayers / 1e11, 3);
  expect(time.images).toBeCloseTo((plan.passes[0].imageLoads * 0.5) / 1e3, 6);
  expect(time.solve).toBeCloseTo(0.01 * 50 ** 3 + 0.02 * 50 ** 2, 6);
  expect(time.total).toBeCloseTo(time.kernels + time.images + time.solve, 6);
  const shallow = estimateTime(cifar, plan, [{ ...rate, depth: 24 }]);
  expect(shallow.images).toBeCloseTo(time.images / 2, 6);
});

test('a measured slice, scaled up, tells the time of a run', async () => {
  const gpu = await testGpu();
  const shape = { channels: 1, height: 8, width: 8 };
  const kernels = [{ kernel: 'nngp', depth: 6, readout: 'gap' }] as const;
  const run = async (count: number) => {
    const images = { ...shape, count, data: randomNumbers(count * 64) };
    const { elementLayers, elapsedMs } = await computeGram(gpu, { images, kernels });
    return elementLayers / (elapsedMs / 1e3);
  };
  await run(1);
  const ratios: number[] = [];
  for (let attempt = 0; attempt < 3; attempt++) {
    // The slice lies between two runs, so that the machine's other work slows all three.
    const before = await run(60);
    const measured = await measureRate(gpu, kernels, shape, { sliceMs: 400, images: 60_000 });
    const after = await run(60);
    ratios.push(measured / ((before + after) / 2));
  }
  // Other work on the machine comes and goes: that a factor of two is wrong every other time is not noise.
  const ratio = median(ratios);
  expect(ratio > 0.5 && ratio < 2).toBe(true);
});
