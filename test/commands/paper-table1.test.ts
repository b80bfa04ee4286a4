// Plan: the command on digits dressed as CIFAR-10: a report that agrees with what is printed; a run that is stopped
// goes on to the same bits; columns are added to what is there; wrong arguments and folders leave nothing.
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PaperReport } from '../../src/paper/paper-report.js';
import { cli, digits, fail, folder, resultOf, startCli, succeed } from './cli.js';

/** Digits first … end − 1 in CIFAR-10's format: 4×4 pixels of 8×8 each, three channels. */
async function writeCifar(name: string, first: number, end: number): Promise<void> {
  const { images, labels } = await digits(first, end);
  const records = Buffer.alloc(images.count * 3073);
  for (let i = 0; i < images.count; i++) {
    records[3073 * i] = labels[i];
    for (let e = 0; e < 3072; e++) {
      const [x, y] = [Math.floor((e % 32) / 8), Math.floor((e % 1024) / 256)];
      records[3073 * i + 1 + e] = 255 * images.data[16 * i + 4 * y + x];
    }
  }
  await writeFile(join(folder, name), records);
}

const TABLE = 'paper table1 --cifar cifar --train-count 40 --test-count 50 --pool 4 --tune off'.split(' ');

beforeAll(async () => {
  for (const name of ['cifar', 'half']) await mkdir(join(folder, name));
  await writeCifar('cifar/data_batch_1.bin', 0, 60);
  await writeCifar('cifar/data_batch_2.bin', 60, 120);
  await writeCifar('cifar/test_batch.bin', 120, 180);
  await writeCifar('half/train.bin', 0, 10);
  await mkdir(join(folder, 'bits'));
  await writeCifar('bits/data_batch_1.bin', 0, 60);
  const content = await readFile(join(folder, 'cifar/test_batch.bin'));
  // Of the test images 1 is white.
  const bits = content.map((byte, e) => (e % 3073 === 0 ? byte : byte >> 7));
  await writeFile(join(folder, 'bits/test_batch.bin'), bits);
});

/** Bytes of the matrices of a store. */
async function matricesIn(path: string): Promise<Record<string, string>> {
  const names = (await readdir(join(folder, path))).filter((name) => name.endsWith('.npy'));
  const entries = names.map(async (name) => [
    name,
    (await readFile(join(folder, path, name))).toString('hex'),
  ]);
  return Object.fromEntries((await Promise.all(entries)) as [string, string][]);
}

test('both columns: the plan, the tables, the report', async () => {
  const { stdout, stderr } = await succeed(...TABLE, ...'--columns V,GAP --depths 3,4 --out both'.split(' '));
  // The plan comes before the first kernel.
  expect(stderr).toMatch(/vanilla: 4 kernels of 2,820 pairs[^]*gap: 4 kernels[^]*\nkernel …/);
  expect(stdout).toMatch(/CNTK-V-2K \(paper\)[^]*CNTK-GAP-2K \(paper\)/);
  expect(stdout).toMatch(/had 2,000 training images, here there are 40/);
  expect(stdout).toMatch(/The kernels of 5,640 pairs of images were computed in .* G element-layers\/s\./);
  const report = JSON.parse(await readFile(join(folder, 'both/table1.json'), 'utf8')) as PaperReport;
  expect(report.command).toBe(`cntk ${TABLE.join(' ')} --columns V,GAP --depths 3,4 --out both`);
  expect(report.settings).toMatchObject({ trainCount: 40, testCount: 50, side: [4, 4], subset: 'balanced' });
  for (const { rows } of report.tables.slice(0, 2)) {
    expect(rows).toHaveLength(2);
    for (const row of rows) {
      expect(stdout).toContain(row[1]);
      // Guessing gives 10 %.
      expect(Number(row[1])).toBeGreaterThan(50);
    }
  }
  expect(report.figures.map(({ name }) => name)).toContain('kernel');
});

test('the same command finds its kernels; another column is added to them', async () => {
  const again = await succeed(...TABLE, ...'--columns V,GAP --depths 3,4 --out both --json'.split(' '));
  const report = JSON.parse(again.stdout) as PaperReport;
  expect(report.settings.computed).toMatchObject({ pairs: 0 });
  expect(report.notes).toContain(
    'Of 5,640 pairs of images 0 were computed in this run; the stores held the others.',
  );
  const wider = await succeed(...TABLE, ...'--columns V --lap 0,1 --depths 3,4 --out both --json'.split(' '));
  const { settings, tables } = JSON.parse(wider.stdout) as PaperReport;
  // Those of local average pooling alone.
  expect(settings.computed).toMatchObject({ pairs: 2820 });
  expect(tables[0]).toEqual(report.tables[0]);
});

test('a run that is stopped goes on to the bits of one that was not', async () => {
  const words = [...TABLE, ...'--columns V --depths 40,60 --out'.split(' ')];
  const store = 'table1-vanilla-d40-60-40x50-4x4-balanced1';
  await succeed(...words, 'whole');
  const child = startCli(...words, 'stopped');
  const result = resultOf(child);
  const tiles = () => readdir(join(folder, 'stopped', store, 'tiles')).catch(() => [] as string[]);
  while ((await tiles()).length < 2 && child.exitCode === null) await new Promise((r) => setTimeout(r, 5));
  child.kill('SIGINT');
  const { status, stderr } = await result;
  expect(status).toBe(130);
  expect(stderr).toMatch(
    /interrupted; \d+ of \d+ tiles are in stopped.*; the same command goes on from there/,
  );
  expect(await readdir(join(folder, 'stopped'))).toEqual([store]); // neither report nor picture
  const { stderr: resumed } = await succeed(...words, 'stopped');
  expect(resumed).toMatch(/% are there/);
  expect(await matricesIn(`stopped/${store}`)).toEqual(await matricesIn(`whole/${store}`));
  expect(await matricesIn(`whole/${store}`)).toHaveProperty(['test-nngp-vanilla-d60.npy']);
});

test('files of two scales, as the message says', async () => {
  const table = '--cifar bits --train-count 40 --test-count 50 --pool 4 --tune off --columns V --depths 3';
  const scales = ['--scale', '255', '--test-scale', '1', '--json'];
  const { stdout } = await succeed('paper', 'table1', ...table.split(' '), ...scales, '--out', 'scales');
  const { settings } = JSON.parse(stdout) as { settings: { files: object } };
  expect(settings.files).toMatchObject({
    train: { sources: [{ dividedBy: 255 }] },
    test: { sources: [{ dividedBy: 1 }] },
  });
  const networks = '--cifar bits --train-count 40 --test-count 50 --pool 4';
  await fail(2, /--scale 255 --test-scale 1/, 'paper', 'cnn', ...networks.split(' '));
});

test('a matrix that has another size is refused (planted)', async () => {
  await succeed(...TABLE, ...'--columns V --depths 3 --flip --out planted'.split(' '));
  const [plain, flip] = (await readdir(join(folder, 'planted')))
    .filter((name) => name.startsWith('table1-') && !name.includes('.'))
    .sort();
  expect(flip).toBe(`${plain}-flip`);
  // Another computation in the folder of this one.
  await rename(join(folder, 'planted', plain), join(folder, 'planted/kept'));
  await rename(join(folder, 'planted', flip), join(folder, 'planted', plain));
  const { status, stderr } = await cli(...TABLE, ...'--columns V --depths 3 --flip --out planted'.split(' '));
  expect(status).toBe(2);
  expect(stderr).toMatch(/holds another computation: its matrices: cross 40×40, .*; asked for: train 40×40/);
});

test.each([
  ['', /table1 needs CIFAR-10: --cifar FOLDER .*cs\.toronto\.edu.*cifar-10-binary/],
  ['--cifar none', /none: is no folder/],
  ['--cifar half', /half: holds no test images .* but train\.bin;/],
  ['--cifar cifar --train-count 121 --test-count 50', /hold 120 training images, but 121 are asked for/],
  ['--cifar cifar --train-count 40 --test-count 61', /61 images are asked for, but there are 60/],
  ['--cifar cifar --train-count 40 --test-count 50 --pool 5', /cannot be averaged to 5×5/],
  ['--cifar cifar --columns GAP --depths 2', /identically zero at depth 2/],
  ['--cifar cifar --depths 3,3', /repeats kernel/],
  [
    '--cifar bits --train-count 40 --test-count 50',
    /test_batch\.bin: its pixels are on another scale[^]*--scale 255 --test-scale 1 brings them to one scale/,
  ],
  ['--cifar cifar --columns v', /"v" is none of V, GAP/],
])('cntk paper table1 %s: refused', async (args, message) => {
  await fail(2, message, 'paper', 'table1', ...args.split(' ').filter((word) => word !== ''));
});
