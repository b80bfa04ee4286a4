// cntk tune prints what it compared and remembers the choice; run and kernel take it up, `--tune` says when; a cache
// that is damaged or cannot be written is a warning and no more.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, folder, read, succeed, writeDigits } from './cli.js';

interface Report {
  readonly variant: string;
  readonly kind: string;
  readonly candidates: readonly {
    readonly variant: string;
    readonly outcome: string;
    readonly error?: number;
    readonly elementLayersPerSecond?: number;
  }[];
  readonly elapsedMs: number;
  readonly cache: string;
}

const TUNE = 'tune --shape 1x4x4 --depth 3'.split(' ');
const KERNEL = 'kernel --images x.npy --depth 3 --out K.npy --json'.split(' ');
const cache = join(folder, 'cache');
const kept = join(cache, 'tuning.json');

const tunedBy = async (...args: string[]) => {
  const { stdout, stderr } = await succeed(...KERNEL, ...args);
  return { tuned: (JSON.parse(stdout) as { tuned?: { many: string } }).tuned, stderr };
};

beforeAll(async () => {
  process.env.CNTK_CACHE_DIR = cache;
  await writeDigits('x', 0, 4);
});

test('the choice is remembered, and taken up by kernel and run', async () => {
  expect((await tunedBy()).tuned).toBeUndefined();
  const { stdout, stderr } = await succeed(...TUNE, '--readout', 'gap', '--json');
  const report = JSON.parse(stdout) as Report;
  expect(report).toMatchObject({ planes: 'many', cache });
  expect(report.elapsedMs).toBeLessThan(30_000);
  expect(stderr).toMatch(/tune for 1x4x4, gap/);
  const timed = report.candidates.filter(({ outcome }) => outcome === 'timed');
  expect(timed.map(({ variant }) => variant)).toContain(report.variant);
  for (const { error, elementLayersPerSecond } of timed) {
    expect(error! <= 1e-5 && elementLayersPerSecond! > 0).toBe(true);
  }
  expect(await readdir(cache)).toEqual(['tuning.json']);
  expect(await readFile(kept, 'utf8')).toContain(report.variant);

  expect((await tunedBy()).tuned).toEqual({ many: report.variant });
  expect((await tunedBy('--tune', 'off')).tuned).toBeUndefined();
  await writeDigits('train', 0, 12);
  await writeDigits('test', 12, 16);
  await succeed(...'run --train train.npy --test test.npy --depth 3 --out tuned'.split(' '));
  expect(JSON.parse(await read('tuned/report.json'))).toMatchObject({ tuned: { many: report.variant } });
});

test('a damaged cache is ignored with a warning; force searches anew and replaces it', async () => {
  await mkdir(cache, { recursive: true });
  await writeFile(kept, '{"format": 1, "entries": [{"adapter"');
  const ignored = await tunedBy();
  expect(ignored.tuned).toBeUndefined();
  expect(ignored.stderr).toMatch(/cntk: warning: the cache file .*tuning\.json is damaged/);
  const forced = await tunedBy('--tune', 'force');
  expect(forced.stderr).toMatch(/tune \(many planes\)/);
  expect(await readFile(kept, 'utf8')).toContain(forced.tuned!.many);
  expect((await tunedBy()).stderr).not.toMatch(/warning: the cache/);
});

test('a table of the candidates, the chosen one marked; a cache that cannot be written is a warning', async () => {
  await writeFile(join(folder, 'file'), '');
  process.env.CNTK_CACHE_DIR = join(folder, 'file', 'below');
  try {
    const { stdout, stderr } = await succeed(...'tune --shape 1x4x4 --depth 6 --readout vanilla'.split(' '));
    expect(stdout.match(/→ │ planes/g)).toHaveLength(1);
    expect(stdout).toMatch(/planes ROWS=4 PLANES=1 .*G element-layers\/s/);
    expect(stdout).toContain(`cache folder: ${join(folder, 'file', 'below')}`);
    expect(stderr).toMatch(/cntk: warning: the cache file .*tuning\.json cannot be/);
  } finally {
    process.env.CNTK_CACHE_DIR = cache;
  }
});

test.each([
  ['tune --shape 3x32', /--shape: "3x32" is not of the form CxHxW/],
  ['tune --shape 3x0x32', /--shape: "0" is not an integer of at least 1/],
  ['tune --depth 1', /--depth: "1" is not an integer of at least 2/],
  ['kernel --images x.npy --depth 3 --out K.npy --tune maybe', /--tune: "maybe" is none of off, on, force/],
])('%s', async (args, message) => {
  await fail(2, message, ...args.split(' '));
});

test('a network that is a chain of the paper is tuned for; others need no tuning, and say so', async () => {
  const { stdout } = await succeed(...'tune --shape 1x8x8 --arch cntk-lap:4:1 --json'.split(' '));
  expect(JSON.parse(stdout)).toMatchObject({ depth: 4, planes: 'many' });
  await fail(2, /myrtle5 is no chain of 3×3 convolutions/, 'tune', '--arch', 'myrtle5', '--shape', '3x32x32');
  await fail(2, /--arch takes one network here/, 'tune', '--arch', 'cntk-v:3,cntk-v:4');
  await fail(2, /leave out --depth, or --arch/, 'tune', '--arch', 'cntk-v:3', '--depth', '3');
  await fail(2, /unknown/, 'tune', '--arch', 'vgg99');
});

test('small pairs of few layers, which a lane computes whole, leave nothing to choose', async () => {
  const small = 'tune --shape 1x4x4 --readout vanilla --depth'.split(' ');
  const [few, many] = await Promise.all(
    ['3', '6'].map(async (depth) => JSON.parse((await succeed(...small, depth, '--json')).stdout) as Report),
  );
  expect(many.candidates.length).toBeGreaterThan(1);
  // Both software adapters have the subgroups that this takes.
  expect([few.variant.split(' ')[0], few.candidates]).toEqual(['zero_plane', []]);
  expect((await succeed(...small, '3')).stdout).toMatch(/^nothing to choose from: zero_plane computes/);
});
