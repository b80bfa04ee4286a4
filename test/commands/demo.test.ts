import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { readNpy } from '../../src/data/npy.js';
import type { DemoReport } from '../../src/demo/demo.js';
import { cli, fail, folder, read, succeed, writeDigits } from './cli.js';

// Plan: the demo on its own digits writes a picture, kernels and a report that agree with each other and prints one
// screen; the command that it proposes next runs; other data goes in by options; wrong arguments leave nothing.

test('the digits: a screen, a picture, kernels that the next command takes', async () => {
  const { stdout, stderr } = await succeed('demo', '--train-count', '40', '--test-count', '30');
  expect(stderr).toMatch(/device: /);
  const lines = stdout.split('\n');
  expect(lines.length).toBeLessThanOrEqual(25);
  expect(stdout).toMatch(/40 training and 30 test images/);
  expect(stdout).toMatch(/G element-layers\/s/);

  const report = JSON.parse(await read('cntk-demo/report.json')) as DemoReport;
  expect(report).toMatchObject({
    train: { count: 40 },
    test: { count: 30 },
    classes: 10,
    imageShape: [1, 8, 8],
  });
  expect(report.accuracy).toHaveLength(report.depths.length);
  for (const [d, row] of report.accuracy.entries()) {
    expect(row).toHaveLength(4);
    // 40 training images leave few digits unrecognised; guessing gives 0.1.
    for (const share of row) expect(share).toBeGreaterThan(0.6);
    const printed = lines.find((line) => line.startsWith(`${report.depths[d]} `));
    expect(printed).toContain(`${(100 * row[0]).toFixed(1)} %`);
  }
  const { width, height } = decode(await readFile(join(folder, 'cntk-demo/kernel.png')));
  expect(width).toBe(height);
  expect(width).toBeGreaterThan(600);
  const kernel = await readNpy(join(folder, 'cntk-demo/kernel.npy'));
  expect(kernel.shape).toEqual([40, 40]);
  expect(kernel.data.every((value) => value > 0)).toBe(true);
  expect((await readNpy(join(folder, 'cntk-demo/labels.npy'))).shape).toEqual([40]);

  const next = /^ {2}node \S+ (solve [^\\]+)\\\n\s+(.*)$/m.exec(stdout)!;
  expect(next).not.toBeNull();
  const solved = await succeed(...`${next[1]} ${next[2]}`.trim().split(/\s+/));
  expect(solved.status).toBe(0);
  const predictions = await readNpy(join(folder, 'cntk-demo/solved/predictions.npy'));
  const truth = await readNpy(join(folder, 'cntk-demo/test-labels.npy'));
  const right = truth.data.filter((label, i) => label === predictions.data[i]).length;
  // The same kernel and nearly the same ridge as CNTK-GAP of the largest depth.
  expect(Math.abs(right / 30 - report.accuracy.at(-1)![1])).toBeLessThan(0.05);
});

test('other data, JSON on stdout', async () => {
  await writeDigits('mine', 100, 160);
  const { stdout, stderr } = await succeed(
    ...'demo --train mine.npy --train-count 30 --test-count 20 --out mine --json --quiet'.split(' '),
  );
  expect(stderr).toBe('');
  const report = JSON.parse(stdout) as DemoReport;
  expect(report).toMatchObject({
    train: { files: ['mine.npy'], count: 30 },
    test: { files: ['mine.npy'], count: 20 },
  });
  expect(JSON.parse(await read('mine/report.json'))).toEqual(report);
});

test('says what is wrong and leaves nothing', async () => {
  await writeDigits('few', 0, 12);
  await writeDigits('bare', 0, 12, false);
  await fail(2, /--test needs --train/, 'demo', '--test', 'few.npy', '--out', 'none');
  await fail(
    2,
    /1790 training and 10 test images are asked for, but there are 1797 together/,
    ...['demo', '--train-count', '1790', '--test-count', '10', '--out', 'none'],
  );
  await fail(
    2,
    /20 training images are asked for, but there are 12/,
    ...'demo --train few.npy --train-count 20 --out none'.split(' '),
  );
  await fail(2, /no labels/, ...'demo --train bare.npy --out none'.split(' '));
  await fail(2, /gone.npy: no such file/, ...'demo --train gone.npy --out none'.split(' '));
  const { status, stdout } = await cli('demo', '--help');
  expect(status).toBe(0);
  expect(stdout).toMatch(/CIFAR-10/);
});
