// cntk plan: sizes by number and by files, estimates measured here and remembered, and what cannot be planned.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlanReport } from '../../src/commands/printing/plan-table.js';
import { fail, folder, succeed, writeDigits } from './cli.js';

const cache = join(folder, 'cache');
const planOf = async (args: string) =>
  JSON.parse((await succeed('plan', '--json', ...args.split(' '))).stdout) as PlanReport;

beforeAll(async () => {
  process.env.CNTK_CACHE_DIR = cache;
  await writeDigits('train', 0, 12);
  await writeDigits('test', 12, 20);
});

test('60,000 and 100,000 images without running anything', async () => {
  for (const train of [60_000, 100_000]) {
    const plan = await planOf(
      `--train-count ${train} --test-count 10000 --shape 3x32x32 --depth 3,11,21 --no-measure`,
    );
    expect(plan.pairs).toEqual({
      train: (train * (train + 1)) / 2,
      test: 10_000 * train,
      total: (train * (train + 1)) / 2 + 10_000 * train,
    });
    expect(plan.elementLayers).toBe(plan.pairs.total * 1024 * 1024 * 20);
    expect(plan.job.kernels).toEqual(['ntk-gap-d3-hidden', 'ntk-gap-d11-hidden', 'ntk-gap-d21-hidden']);
    expect(plan.diskBytes.kernels).toBe(3 * (4 * train * (train + 10_000) + 256));
    expect(plan.deviceBytes).toBeLessThan(2 ** 30);
    expect(plan.passes[0].tiles).toBeGreaterThan(1000);
    expect(plan.estimates).toEqual([]);
  }
});

test('files give number and shape; a slice is measured, remembered, and shown beside other adapters', async () => {
  const files = '--train train.npy --test test.npy --depth 3';
  const plan = await planOf(files);
  expect(plan.job).toMatchObject({ train: 12, test: 8, imageShape: [1, 4, 4] });
  expect(plan.estimates).toHaveLength(1);
  const [own] = plan.estimates;
  expect(own.here).toBe(true);
  const { kernels, images, solve, total } = own.seconds;
  expect(kernels).toBeCloseTo(plan.elementLayers / own.elementLayersPerSecond[0], 9);
  expect(images > 0 && solve > 0).toBe(true);
  expect(total).toBeCloseTo(kernels + images + solve, 9);

  interface Kept {
    readonly format: number;
    readonly entries: readonly { readonly adapter: string; readonly elementLayersPerSecond: number }[];
  }
  const kept = JSON.parse(await readFile(join(cache, 'rates.json'), 'utf8')) as Kept;
  const [entry] = kept.entries;
  const other = {
    ...entry,
    adapter: 'Another card',
    elementLayersPerSecond: 2 * entry.elementLayersPerSecond,
  };
  await writeFile(join(cache, 'rates.json'), JSON.stringify({ ...kept, entries: [entry, other] }));
  const known = await planOf(`${files} --no-measure`);
  expect(known.estimates.map(({ device, here }) => [device.adapter, here])).toEqual([
    [own.device.adapter, true],
    ['Another card', false],
  ]);
  expect(known.estimates[0].seconds).toEqual(own.seconds);
  expect(known.estimates[1].seconds.kernels).toBeCloseTo(kernels / 2, 9);

  const { stdout } = await succeed(...`plan ${files} --no-measure`.split(' '));
  expect(stdout).toMatch(/images +│ 12 training, 8 test, 1×4×4/);
  expect(stdout).toMatch(/pairs +│ 174 \(78 training, 96 test × training\)/);
  expect(stdout).toMatch(/\(this one\).*G element-layers\/s/);
  expect(stdout).toContain('Another card');
});

test('a damaged cache is a warning', async () => {
  await mkdir(cache, { recursive: true });
  await writeFile(join(cache, 'rates.json'), 'no JSON');
  const args = 'plan --train-count 100 --shape 1x8x8 --no-measure'.split(' ');
  const { stdout, stderr } = await succeed(...args);
  expect(stderr).toMatch(/cntk: warning: the cache file .*rates\.json is damaged/);
  expect(stdout).toContain('nothing was measured for such images yet');
});

test('what this machine cannot do is said', async () => {
  // 64 columns of so many rows are more than any adapter binds; test/regression/factor-plan has the boundary itself.
  const plan = await planOf('--train-count 100000000 --test-count 1 --shape 1x8x8 --no-measure');
  expect(plan.warnings).toEqual([
    expect.stringMatching(/the kernel matrices take 37252903\.4 GiB/),
    expect.stringMatching(/the linear system: .*n = 100000000/),
  ]);
});

test.each([
  ['plan', /of which shape are the images\? Give --shape CxHxW, or --train/],
  ['plan --shape 1x8x8', /how many images\? Give --train-count, or --train/],
  ['plan --train train.npy --shape 3x8x8', /images of --train are 1×4×4, those of --shape 3×8×8/],
  ['plan --train none.npy', /none\.npy: no such file/],
  ['plan --train train.npy --depth 2', /identically zero/],
  ['plan --train train.npy --kernel nngp --trained all', /--trained belongs to --kernel ntk/],
])('%s', async (args, message) => {
  await fail(2, message, ...args.split(' '));
});
