import type { PaperReport } from '../../src/paper/report.js';
import { fail, read, succeed } from './cli.js';

// Plan: both experiments in small print a table with every method and leave the same report; impossible counts leave
// nothing.

test('smalldata: every method learns from 40 digits', async () => {
  const { stdout } = await succeed(
    ...'paper smalldata --images 80 --sizes 10,40 --draws 2 --depths 3 --out small --quiet --json'.split(' '),
  );
  const report = JSON.parse(stdout) as PaperReport;
  expect(JSON.parse(await read('small/smalldata.json'))).toEqual(report);
  const [, last] = report.tables[0].data as { methods: { method: string; meanPercent: number }[] }[];
  expect(last.methods).toHaveLength(7);
  // Guessing gives 10.
  for (const { meanPercent } of last.methods) expect(meanPercent).toBeGreaterThan(50);
});

test('cnn: networks and kernels on 60 digits', async () => {
  const { stdout } = await succeed(
    ...'paper cnn --train-count 60 --test-count 40 --channels 6 --epochs 15 --networks 2 --out nets --quiet'.split(
      ' ',
    ),
  );
  for (const name of ['CNN-V', 'CNTK-V', 'CNN-GP-V', 'CNN-GAP', 'CNTK-GAP', 'CNN-GP-GAP']) {
    expect(stdout).toMatch(new RegExp(`^${name} +\\d+\\.\\d\\d`, 'm'));
  }
});

test('says what is wrong and leaves nothing', async () => {
  await fail(2, /40 of 40 images/, ...'paper smalldata --images 40 --sizes 10,40 --out none'.split(' '));
  await fail(
    2,
    /1700 training and 500 test images are asked for, but there are 1797/,
    ...'paper cnn --train-count 1700 --out none'.split(' '),
  );
});
