// Which speeds tell of a job: those of work as deep and of systems as large, not those of a small one.
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planJob, type Job } from '../../src/planning/job-plan.js';
import { ratesOn } from '../../src/planning/job-rates.js';
import { MeasurementCache, type RateEntry } from '../../src/planning/measurement-cache.js';
import { testGpu } from '../support/gpu.js';

const folder = mkdtempSync(join(tmpdir(), 'cntk-rates-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const device = { adapter: 'A', backend: 'vulkan', driver: '1', version: '1' };
const job: Job = {
  train: 60,
  test: 20,
  classes: 3,
  shape: { channels: 1, height: 8, width: 8 },
  kernels: [{ kernel: 'ntk', depth: 5, readout: 'vanilla', trained: 'all' }],
};
/** That no device has. */
const RATE = 123.5;
const known: RateEntry = {
  ...device,
  shape: '1x8x8',
  planes: 'one',
  depth: 5,
  elementLayersPerSecond: RATE,
  imageMs: 1,
  solveRows: 60,
  factorMs: 1,
  refineMs: 1,
  date: '2026-01-01T00:00:00.000Z',
};

test.each([
  ['the same work', {}, true],
  ['larger systems, a deeper network', { solveRows: 4000, depth: 21 }, true],
  ['smaller systems', { solveRows: 59 }, false],
  ['a network half as deep', { depth: 2 }, false],
  ['another device', { adapter: 'B' }, false],
])('%s', async (name, change, isTelling) => {
  const gpu = await testGpu();
  const cache = new MeasurementCache(
    (message) => {
      throw new Error(message);
    },
    join(folder, name),
  );
  await cache.putRate({ ...known, ...change });
  const rates = await ratesOn(gpu, device, cache, job, planJob(job, gpu), { sliceMs: 20 });
  expect(rates).toHaveLength(1);
  expect(rates[0].elementLayersPerSecond === RATE).toBe(isTelling);
  expect(rates[0].elementLayersPerSecond).toBeGreaterThan(0);
  // What was measured is there the next time.
  const again = await ratesOn(gpu, device, cache, job, planJob(job, gpu), { sliceMs: 20 });
  expect(again).toEqual(rates);
});
