// One call decides a run's variants as it was asked to: by the rule, by the cache, by the labels of a store; what it
// decides for an estimate is what it compiles.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomImages } from '../../src/images/random-images.js';
import { planeVariant, quickVariant } from '../../src/kernel/plane-variant.js';
import { planeCandidates, variantLabel } from '../../src/kernel/plane-candidates.js';
import { runVariants } from '../../src/kernel/run-variants.js';
import { measuredDevice, MeasurementCache, shapeLabel } from '../../src/planning/measurement-cache.js';
import { decideVariants, prepareRun } from '../../src/planning/prepare-run.js';
import { SILENT } from '../../src/progress/reporter.js';
import { testGpu } from '../support/gpu.js';

const images = randomImages(3, { channels: 1, height: 4, width: 4 }, 1);
const kernels = [{ kernel: 'nngp', depth: 3, readout: 'gap' }] as const;
const grams = [{ rows: 3, columns: 3, symmetric: true }];
const run = { kernels, grams };

async function setting() {
  const gpu = await testGpu();
  const warnings: string[] = [];
  const phases: string[] = [];
  const reporter = {
    ...SILENT,
    warn: (message: string) => warnings.push(message),
    phase: (name: string) => phases.push(name),
  };
  const opened = gpu;
  const candidates = planeCandidates(images, 16, gpu);
  return { gpu, opened, reporter, warnings, phases, candidates };
}

test('by the rule nothing is tuned, and an estimate hears of the same variants', async () => {
  const { gpu, opened, reporter, phases } = await setting();
  const { variant, tuned, compileMs } = await prepareRun(opened, images, run, { reporter });
  expect(variant).toEqual(runVariants(kernels, images, grams, gpu));
  expect(tuned).toBeUndefined();
  expect(compileMs).toBeGreaterThan(0);
  expect(phases).toEqual(['compile']);
  expect(await decideVariants(opened, { ...run, shape: images })).toEqual({ variant, tuned });
});

test('the labels of a store are taken; one that this device lacks is a warning, and the rule decides', async () => {
  const { gpu, opened, reporter, warnings, candidates } = await setting();
  const chosen = candidates.at(-1)!;
  const label = variantLabel(chosen);
  const kept = await prepareRun(opened, images, run, { tune: { many: label }, reporter });
  expect(kept).toMatchObject({ variant: { many: chosen }, tuned: { many: label } });
  expect(warnings).toEqual([]);
  const lost = await prepareRun(opened, images, run, { tune: { many: 'planes_of_old ROWS=3' }, reporter });
  expect(lost.variant).toEqual(runVariants(kernels, images, grams, gpu));
  expect(lost.tuned).toBeUndefined();
  expect(warnings).toEqual([expect.stringMatching(/lacks the variant "planes_of_old ROWS=3"/)]);
});

test('the cache is asked where it is wanted', async () => {
  const { opened, candidates } = await setting();
  const folder = await mkdtemp(join(tmpdir(), 'cntk-prepare-'));
  const cache = new MeasurementCache((message) => {
    throw new Error(message);
  }, folder);
  const label = variantLabel(candidates.at(-1)!);
  await cache.putVariant({
    ...measuredDevice(opened),
    shape: shapeLabel(images),
    planes: 'many',
    variant: label,
    elementLayersPerSecond: 1,
    date: new Date().toISOString(),
  });
  const asked = { ...run, shape: images };
  expect((await decideVariants(opened, asked, { tune: 'cache', cache })).tuned).toEqual({ many: label });
  expect((await decideVariants(opened, asked, { tune: 'off', cache })).tuned).toBeUndefined();
});

test('a short run takes the fast variant where rates were measured here before: then the driver keeps it', async () => {
  const { gpu, opened } = await setting();
  const folder = await mkdtemp(join(tmpdir(), 'cntk-prepare-'));
  const cache = new MeasurementCache((message) => {
    throw new Error(message);
  }, folder);
  const shape = { channels: 3, height: 32, width: 32 };
  const short = { ...run, shape };
  const decided = async () => (await decideVariants(opened, short, { tune: 'cache', cache })).variant.many;
  const fast = planeVariant(shape, 1024, gpu);
  const quick = quickVariant(shape, 1024, gpu, 1) ?? fast;
  const rate = {
    ...measuredDevice(opened),
    shape: shapeLabel(shape),
    planes: 'many' as const,
    elementLayersPerSecond: 1,
    date: new Date().toISOString(),
    ...{ depth: 3, imageMs: 1, solveRows: 1, factorMs: 1, refineMs: 1 },
  };
  expect(await decided()).toEqual(quick);
  // Another driver keeps nothing for this one.
  await cache.putRate({ ...rate, driver: 'of old' });
  expect(await decided()).toEqual(quick);
  await cache.putRate(rate);
  expect(await decided()).toEqual(fast);
});
