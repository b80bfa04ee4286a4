// Plan: a run that ends early goes on, and says so; other computations are refused with both values; info, verify,
// export and merge show and give what is there; the faults of scripts/store-faults.mjs, in short.
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, folder, resultOf, startCli, succeed, writeDigits } from './cli.js';

const KERNEL = '--images x.npy --depth 3 --tune off';
const NAME = 'ntk-gap-d3-hidden';

beforeAll(async () => {
  await writeDigits('x', 0, 40);
  await writeDigits('z', 40, 50);
  await succeed('kernel', ...KERNEL.split(' '), '--out', 'K');
});

describe('cntk kernel --out FOLDER', () => {
  test('that is done finds nothing to do; the matrix is that of a run in memory', async () => {
    const before = await readFile(join(folder, 'K', `${NAME}.npy`));
    const { stdout } = await succeed('kernel', ...KERNEL.split(' '), '--out', 'K');
    expect(stdout).toMatch(/40×40 float32, 0 pairs in 0 tiles/);
    expect((await readFile(join(folder, 'K', `${NAME}.npy`))).equals(before)).toBe(true);
    await succeed('kernel', ...KERNEL.split(' '), '--out', 'memory.npy');
    expect((await readFile(join(folder, 'memory.npy'))).equals(before)).toBe(true);
  });

  test('whose process was killed between the last tile and giving up its claim leaves no claim behind', async () => {
    const kernel = [...KERNEL.split(' '), '--tile', '20', '--out', 'claimed'];
    await succeed('kernel', ...kernel);
    const store = join(folder, 'claimed');
    const [tile] = await readdir(join(store, 'tiles'));
    // As the kill leaves it: the tile is there, the claim on it too, the matrix is not.
    await mkdir(join(store, 'claims'));
    const claim = JSON.stringify({ host: hostname(), pid: 2 ** 30, beat: 3 });
    await writeFile(join(store, 'claims', tile.replace(/\.npy$/, '.json')), claim);
    await rm(join(store, `${NAME}.npy`));
    await rm(join(store, 'manifest.json'));
    const { stdout } = await succeed('kernel', ...kernel);
    expect(stdout).toMatch(/0 pairs in 0 tiles/);
    expect((await readdir(store)).sort()).toEqual([
      'computation.json',
      'manifest.json',
      `${NAME}.npy`,
      'tiles',
    ]);
  });

  test('that is interrupted keeps its tiles, says so, and goes on', async () => {
    const child = startCli(
      'kernel',
      ...'--images x.npy --depth 60 --tune off --tile 2 --out stopped'.split(' '),
    );
    const result = resultOf(child);
    const tiles = () => readdir(join(folder, 'stopped/tiles')).catch(() => [] as string[]);
    while ((await tiles()).length < 2 && child.exitCode === null) await new Promise((r) => setTimeout(r, 10));
    child.kill('SIGINT');
    const { status, stderr } = await result;
    expect(status).toBe(130);
    expect(stderr).toMatch(
      /cntk: interrupted; \d+ of 210 tiles are in stopped; the same command goes on from there\n$/,
    );
    const kept = await tiles();
    const { stdout } = await succeed(...'store info stopped --json'.split(' '));
    expect(JSON.parse(stdout)).toMatchObject({ tiles: { finished: kept.length, all: 210 }, tileImages: 2 });
  });

  test.each([
    ['other images', '--images z.npy --depth 3', /matrices: train 40×40; asked for: train 10×10/],
    [
      'images of the same number',
      '--images x.npy --first 0 --count 40 --depth 3 --normalize unit',
      /normalisation: none; asked for: unit/,
    ],
    ['another depth', '--images x.npy --depth 4', /kernels: ntk-gap-d3-hidden; asked for: ntk-gap-d4-hidden/],
    ['another grid', '--images x.npy --depth 3 --tile 7', /tiles of 4 images a side, but 7 are asked for/],
  ])('refuses a store made with %s', async (_, args, message) => {
    await fail(2, message, 'kernel', ...args.split(' '), '--out', 'K');
  });

  test.each([
    ['--out K.npy --shard 1/2', /--shard needs a folder/],
    ['--out N --shard 3/2', /--shard: "3\/2" is not i\/n/],
    ['--out N --shard 0/2', /--shard: "0\/2" is not i\/n/],
    ['--out N --test z.npy --against z.npy', /leave out --against/],
    ['--out N --test-count 3', /--test-count needs --test/],
  ])('%s is refused', async (args, message) => {
    await fail(2, message, 'kernel', ...KERNEL.split(' '), ...args.split(' '));
  });

  test('--adapter all: every adapter of the machine on one store', async () => {
    const { stdout } = await succeed(...`kernel ${KERNEL} --adapter all --json --out all`.split(' '));
    const report = JSON.parse(stdout) as { adapters: string[]; pairs: number };
    expect(report.adapters.length).toBeGreaterThan(0);
    expect(report.pairs).toBe(820);
    expect(report).toMatchObject({ images: { sources: [{ file: 'x.npy', count: 40 }] } });
    if (report.adapters.length === 1) {
      const [one, all] = await Promise.all(
        ['K', 'all'].map((each) => readFile(join(folder, each, `${NAME}.npy`))),
      );
      expect(all.equals(one)).toBe(true);
    }
  });
});

describe('cntk store', () => {
  test('merges the shards of separate folders, with the bits of one run', async () => {
    for (const index of [1, 2, 3])
      await succeed(...`kernel ${KERNEL} --shard ${index}/3 --out part-${index}`.split(' '));
    expect(await readdir(join(folder, 'part-1'))).not.toContain('manifest.json');
    await fail(1, /\d+ tiles merged; \d+ of 55 are still missing/, ...'store merge part-1'.split(' '));
    const { stdout } = await succeed(...'store info part-1'.split(' '));
    expect(stdout).toMatch(/train 40×40, tiles of 4 images a side\n[·█]\n[·█]{2}\n/);
    await succeed(...'store merge part-1 part-2 part-3'.split(' '));
    const [merged, whole] = await Promise.all(
      ['part-1', 'K'].map((each) => readFile(join(folder, each, `${NAME}.npy`))),
    );
    expect(merged.equals(whole)).toBe(true);
    expect(JSON.parse(await readFile(join(folder, 'part-1/manifest.json'), 'utf8'))).toMatchObject({
      shape: [40, 40],
      kernels: [{ file: `${NAME}.npy`, name: NAME }],
      // Also who only merges can say what the kernel was made of.
      images: { files: ['x.npy'], sources: [{ file: 'x.npy', dtype: 'float32', first: 0, count: 40 }] },
      warnings: [],
    });
    await succeed(...`kernel ${KERNEL.replace('3', '4')} --out other`.split(' '));
    await fail(
      2,
      /kernels: ntk-gap-d4-hidden; asked for: ntk-gap-d3-hidden/,
      ...'store merge K other'.split(' '),
    );
  });

  test('verifies, and exports', async () => {
    expect((await succeed('store', 'verify', 'K')).stdout).toMatch(
      /55 of 55, 100\.0 % of 820 pairs.*all checked/,
    );
    await succeed(...'store export K --out export.npy'.split(' '));
    const [exported, whole] = await Promise.all(
      ['export.npy', `K/${NAME}.npy`].map((name) => readFile(join(folder, name))),
    );
    expect(exported.equals(whole)).toBe(true);
    const { stdout } = await succeed(...'store export K --out export.npz --json'.split(' '));
    expect(JSON.parse(stdout)).toMatchObject({
      out: 'export.npz',
      matrices: [`${NAME}.npy`],
      images: { files: ['x.npy'] },
    });
    // What is exported is what `solve` reads: the only array, the array by its name, and the .npy alike.
    const fits = await Promise.all(
      ['export.npy', 'export.npz', `export.npz:${NAME}`].map(async (kernel, index) => {
        const options = `--labels x-labels.npy --ridge 1e-3 --out fit${index}`;
        await succeed('solve', '--kernel', kernel, ...options.split(' '));
        return readFile(join(folder, `fit${index}/coefficients.npy`));
      }),
    );
    for (const fit of fits) expect(fit.equals(fits[0])).toBe(true);
    await fail(
      2,
      /export\.npz: has no array "ntk", only ntk-gap-d3-hidden/,
      ...'solve --kernel export.npz:ntk --labels x-labels.npy --out fit'.split(' '),
    );
    await fail(
      2,
      /--name nothing: there are ntk-gap-d3-hidden/,
      ...'store export K --out e.npy --name nothing'.split(' '),
    );
    await fail(2, /needs --out FILE/, 'store', 'export', 'K');
    await fail(2, /is no kernel store/, 'store', 'info', '.');
  });
});

test('a store is not merged with itself, and no result is written among its tiles', async () => {
  await fail(2, /is K itself; name the folders of other runs/, ...'store merge K ./K'.split(' '));
  await fail(2, /lies among the tiles of the store/, ...'store export K --out K/tiles/x.npy'.split(' '));
});

test('faults, in short: nothing lost, the same bits', () => {
  const script = fileURLToPath(new URL('../../scripts/store-faults.mjs', import.meta.url));
  const { stdout, stderr } = spawnSync(
    process.execPath,
    // Smaller images: what a software adapter compiles for one grows with its side.
    [script, '--kills', '1', '--images', '40', '--side', '6', '--json'],
    { encoding: 'utf8' },
  );
  const { faults } = JSON.parse(stdout || `{"error": ${JSON.stringify(stderr)}}`) as {
    faults: { fault: string; passed: boolean; result: string }[];
  };
  expect(faults.filter(({ passed }) => !passed)).toEqual([]);
  expect(faults).toHaveLength(11);
});
