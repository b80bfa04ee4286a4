// The table has a row per network, with what the images do not fit; differences are paired; the figure has the table's
// numbers; what the table does not establish is said.
import { architecturesReport } from '../../../src/paper/architectures/report.js';
import type { ArchitectureOutcome, KernelOutcome } from '../../../src/paper/architectures/run.js';

const kernel = (right: string, problem?: string): KernelOutcome => ({
  isRight: Array.from(right, (one) => one === '1'),
  ridge: problem === undefined ? 0 : 1e-6,
  ...(problem === undefined ? {} : { problem }),
  conditionEstimate: 100,
});
const outcome = (name: string, ntk: string, nngp: KernelOutcome): ArchitectureOutcome => ({
  name,
  elementLayersPerPair: 123_456,
  msPerPair: 2.5,
  kernels: { ntk: kernel(ntk), nngp },
});

const report = architecturesReport(
  {
    outcomes: [
      outcome('one', '1110', kernel('1000')),
      outcome('other', '0111', kernel('1111', 'not positive definite')),
      outcome('worst', '1000', kernel('0000')),
    ],
    unfit: [{ name: 'vgg19', reason: 'layer 28 (avgpool): too large' }],
    passes: [['one', 'other'], ['worst']],
    pairs: 1234,
    timingsMs: { measurement: 1, kernels: 60_000, regressions: 2 },
  },
  { data: 'CIFAR-10', trainCount: 10, testCount: 4, imageShape: [3, 16, 16], pooled: true },
);

test('every network has a row; columns have different names', () => {
  const [{ columns, rows }] = report.tables;
  expect(rows.map(([name, accuracy]) => [name, accuracy])).toEqual([
    ['one', '75.0'],
    ['other', '75.0'],
    ['worst', '25.0'],
    ['vgg19', 'does not fit 16×16'],
  ]);
  for (const row of rows) expect(row).toHaveLength(columns.length);
  expect(new Set(columns).size).toBe(columns.length);
  expect(rows[0].slice(4)).toEqual(['25.0', '4.6 … 69.9', '123,456', '2.50']);
});

test('differences to the best are those of the same images', () => {
  // One right where the best is wrong, and the reverse: nothing on average, with the spread of ±1, ±1 of 4 images.
  expect(report.tables[0].rows.map((row) => row[3]).slice(0, 3)).toEqual([
    'best',
    `0.0 ± ${(100 * Math.sqrt(0.5 / 4)).toFixed(1)}`,
    `50.0 ± ${(100 * Math.sqrt(0.25 / 4)).toFixed(1)}`,
  ]);
});

test('the figure has the numbers of the table', () => {
  const [figure] = report.figures;
  expect(figure).toMatchObject({
    names: ['one', 'other', 'worst'],
    series: [
      { name: 'NTK', points: [{ value: 75 }, { value: 75 }, { value: 25 }] },
      { name: 'NNGP', points: [{ value: 25 }, { value: 100 }, { value: 0 }] },
    ],
  });
});

test('notes say what was shared, what did not fit, which ridge, and what is not established', () => {
  const notes = report.notes.join('\n');
  expect(notes).toMatch(/1,234 pairs of images took 1:00 min \(in one pass each: one, other\)/);
  expect(notes).toMatch(/vgg19 does not fit 16×16 pixels: layer 28/);
  expect(notes).toMatch(/larger one: other NNGP \(0\.000001\)/);
  expect(notes).toMatch(
    /does not establish.*average pooling stands in for max pooling.*nobody has published/,
  );
});
