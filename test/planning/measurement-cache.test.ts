// Where measurements are kept, and that nothing depends on them: a file that is missing, damaged or cannot be written
// is as good as none, with one warning.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../../src/planning/cache-file.js';
import { MeasurementCache, type RateEntry, type TuningEntry } from '../../src/planning/measurement-cache.js';
import { SILENT } from '../../src/progress/reporter.js';
import { cachedVariant, measuredVariants } from '../../src/planning/measured-variants.js';
import { planeCandidates, variantLabel } from '../../src/kernel/plane-candidates.js';
import { testGpu } from '../support/gpu.js';
import { mutations } from '../support/mutations.js';

const folder = mkdtempSync(join(tmpdir(), 'cntk-cache-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const shape = { channels: 1, height: 4, width: 4 };
const device = { adapter: 'A', backend: 'vulkan', driver: 'A 1.0', version: '1.2.3' };
const work = { shape: '1x4x4', planes: 'many' } as const;
const date = '2026-01-01T00:00:00.000Z';
const tuning = (variant: string): TuningEntry => ({
  ...device,
  ...work,
  variant,
  elementLayersPerSecond: 1e9,
  date,
});
const rate: RateEntry = {
  ...device,
  ...work,
  depth: 11,
  elementLayersPerSecond: 1e9,
  imageMs: 1,
  solveRows: 1000,
  factorMs: 10,
  refineMs: 10,
  date,
};

test.each([
  [{ CNTK_CACHE_DIR: '/mine', XDG_CACHE_HOME: '/x' }, 'linux', '/mine'],
  [{ XDG_CACHE_HOME: '/x' }, 'linux', '/x/cntk-webgpu'],
  [{ XDG_CACHE_HOME: 'relative' }, 'linux', '/home/u/.cache/cntk-webgpu'],
  [{}, 'linux', '/home/u/.cache/cntk-webgpu'],
  [{}, 'darwin', '/home/u/Library/Caches/cntk-webgpu'],
  [{ LOCALAPPDATA: '/local' }, 'win32', '/local/cntk-webgpu'],
] as const)('%j on %s: %s', (env, platform, expected) => {
  expect(cacheFolder(env, platform, () => '/home/u')).toBe(expected);
});

test('without a home folder there is no cache, unless one is named', () => {
  const none = () => undefined;
  expect(cacheFolder({}, 'linux', none)).toBeUndefined();
  expect(cacheFolder({}, 'darwin', none)).toBeUndefined();
  expect(cacheFolder({ CNTK_CACHE_DIR: '/mine' }, 'linux', none)).toBe('/mine');
  expect(cacheFolder({ XDG_CACHE_HOME: '/x' }, 'linux', none)).toBe('/x/cntk-webgpu');
});

test('entries of earlier versions, which called many planes the kind `all`, are read', async () => {
  const where = join(folder, 'earlier');
  mkdirSync(where);
  const [candidate] = planeCandidates(shape, 16, await testGpu());
  const earlier: Partial<TuningEntry> = tuning(variantLabel(candidate));
  delete (earlier as { planes?: string }).planes;
  await writeFile(
    join(where, 'tuning.json'),
    JSON.stringify({ format: 1, entries: [{ ...earlier, kind: 'all' }] }),
  );
  const warnings: string[] = [];
  const cache = new MeasurementCache((message) => warnings.push(message), where);
  expect(await cache.variant(device, work, [candidate])).toEqual(candidate);
  // Control: not taken for the other number of planes.
  expect(await cache.variant(device, { ...work, planes: 'one' }, [candidate])).toBeUndefined();
  expect(warnings).toEqual([]);
});

test('a cache that has no place, or a pipe in its place, is one warning', async () => {
  const place = join(folder, 'pipe');
  mkdirSync(place);
  execFileSync('mkfifo', [join(place, 'tuning.json')]);
  for (const where of [null, place]) {
    const warnings: string[] = [];
    const cache = new MeasurementCache((message) => warnings.push(message), where);
    for (let i = 0; i < 2; i++) {
      await cache.putVariant(tuning('x'));
      expect(await cache.variant(device, work, [])).toBeUndefined();
    }
    expect(warnings).toEqual([expect.stringMatching(/tuning\.json/)]);
  }
});

test('whatever one field is replaced by: an entry, or the file is ignored', async () => {
  const place = join(folder, 'mutated');
  await new MeasurementCache(() => undefined, place).putRate(rate);
  const whole = JSON.parse(await readFile(join(place, 'rates.json'), 'utf8')) as object;
  let damaged = 0;
  for (const { field, value } of mutations(whole)) {
    await writeFile(join(place, 'rates.json'), JSON.stringify(value));
    const warnings: string[] = [];
    const found = await new MeasurementCache((message) => warnings.push(message), place).ratesFor(work);
    damaged += warnings.length;
    for (const one of found) {
      expect([field, one.elementLayersPerSecond > 0, one.solveRows >= 1]).toEqual([field, true, true]);
      expect([field, typeof one.date, typeof one.driver]).toEqual([field, 'string', 'string']);
    }
  }
  expect(damaged).toBeGreaterThan(50);
});

test('an entry is found for its device, driver, version, shape and kind, and replaced by a newer one', async () => {
  const gpu = await testGpu();
  const candidates = planeCandidates(shape, 16, gpu);
  const warnings: string[] = [];
  const cache = new MeasurementCache((message) => warnings.push(message), join(folder, 'made', 'for it'));
  expect(await cache.variant(device, work, candidates)).toBeUndefined();
  await cache.putVariant(tuning(variantLabel(candidates[0])));
  await cache.putVariant(tuning(variantLabel(candidates[1])));
  expect(await cache.variant(device, work, candidates)).toBe(candidates[1]);
  expect(await cachedVariant(gpu, device, cache, shape, 'many')).toEqual(candidates[1]);
  for (const other of [{ adapter: 'B' }, { backend: 'metal' }, { driver: 'A 1.1' }, { version: '1.2.4' }]) {
    expect(await cache.variant({ ...device, ...other }, work, candidates)).toBeUndefined();
  }
  expect(await cache.variant(device, { ...work, planes: 'one' }, candidates)).toBeUndefined();
  expect(await cache.variant(device, { ...work, shape: '3x4x4' }, candidates)).toBeUndefined();
  // No candidate of this version any more.
  await cache.putVariant(tuning('planes_of_old ROWS=3'));
  expect(await cache.variant(device, work, candidates)).toBeUndefined();
  await cache.putRate(rate);
  await cache.putRate({ ...rate, adapter: 'B' });
  expect((await cache.ratesFor(work)).map(({ adapter }) => adapter)).toEqual(['A', 'B']);
  expect(warnings).toEqual([]);
  expect((await readdir(join(folder, 'made', 'for it'))).sort()).toEqual(['rates.json', 'tuning.json']);
});

test.each([
  ['no JSON', '{"format": 1, "entr'],
  ['another value', '[]'],
  ['null', 'null'],
  [
    'an entry without a field',
    JSON.stringify({ format: 1, entries: [{ ...tuning('x'), driver: undefined }] }),
  ],
  [
    'a negative speed',
    JSON.stringify({ format: 1, entries: [{ ...tuning('x'), elementLayersPerSecond: -1 }] }),
  ],
])('a damaged file (%s) is ignored with one warning and then replaced', async (_, content) => {
  const place = join(folder, 'damaged');
  const warnings: string[] = [];
  const cache = new MeasurementCache((message) => warnings.push(message), place);
  await cache.putVariant(tuning('x'));
  await writeFile(join(place, 'tuning.json'), content);
  const candidates = planeCandidates(shape, 16, await testGpu());
  expect(await cache.variant(device, work, candidates)).toBeUndefined();
  expect(await cache.variant(device, work, candidates)).toBeUndefined();
  expect(warnings).toEqual([expect.stringMatching(/tuning\.json is damaged/)]);
  await cache.putVariant(tuning(variantLabel(candidates[0])));
  expect(await cache.variant(device, work, candidates)).toBe(candidates[0]);
});

test('a folder that cannot be written is one warning', async () => {
  await writeFile(join(folder, 'file'), '');
  const warnings: string[] = [];
  const cache = new MeasurementCache((message) => warnings.push(message), join(folder, 'file', 'below'));
  await cache.putVariant(tuning('x'));
  await cache.putVariant(tuning('x'));
  expect(warnings).toEqual([expect.stringMatching(/tuning\.json cannot be/)]);
  expect(await readFile(join(folder, 'file'), 'utf8')).toBe('');
});

describe('before a run', () => {
  const kernels = [{ kernel: 'nngp', depth: 3, readout: 'gap' }] as const;
  const job = (rows: number) => ({ kernels, shape, grams: [{ rows, columns: rows, symmetric: true }] });
  const cache = new MeasurementCache(
    (message) => {
      throw new Error(message);
    },
    join(folder, 'runs'),
  );

  test('a short one is not preceded by a search, a long one is, and off is off', async () => {
    const gpu = await testGpu();
    const controller = new AbortController();
    const reporter = { ...SILENT, phase: () => controller.abort(new Error('a search began')) };
    const options = { signal: controller.signal, reporter };
    expect(await measuredVariants(gpu, device, cache, job(100), { mode: 'on', ...options })).toEqual({});
    expect(await measuredVariants(gpu, device, cache, job(1e7), { mode: 'off', ...options })).toEqual({});
    const long = measuredVariants(gpu, device, cache, job(1e7), { mode: 'on', ...options });
    expect(await measuredVariants(gpu, device, cache, job(1e7), { mode: 'cache', ...options })).toEqual({});
    await expect(long).rejects.toThrow('a search began');
  });

  test('what is known is used', async () => {
    const gpu = await testGpu();
    const candidate = planeCandidates(shape, 16, gpu).at(-1)!;
    await cache.putVariant(tuning(variantLabel(candidate)));
    expect(await measuredVariants(gpu, device, cache, job(2), { mode: 'on' })).toEqual({ many: candidate });
    expect(await measuredVariants(gpu, device, cache, job(2), { mode: 'off' })).toEqual({});
  });
});
