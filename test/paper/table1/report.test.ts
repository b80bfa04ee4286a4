// Tables and pictures from results that are made up here: differences, intervals, means over seeds, and the notes
// that say in what a run is not the paper's.
import { table1Parts } from '../../../src/paper/table1/report.js';
import type { Table1Setting } from '../../../src/paper/table1/setting.js';
import { kernelGroups } from '../../../src/paper/table1/task.js';
import type { Measurement, Table1Result } from '../../../src/paper/table1/run.js';

const depths = [3, 6, 7];
const groups = kernelGroups(['V', 'GAP'], [1], depths);
const kernels = groups.flatMap((group) => group.kernels);
const paperSize: Table1Setting = {
  trainCount: 2000,
  testCount: 10_000,
  side: [32, 32],
  pooled: false,
  flip: false,
  seeds: [1],
  depths,
  readouts: ['vanilla', 'gap', 'lap:1'],
  classNames: ['cat', 'dog'],
};

/** KernelSpec c, seed s: 40 % + c/100 + s/1000 of the test images. */
function resultOf({ seeds, testCount, trainCount }: Table1Setting): Table1Result {
  const measurement = (c: number, seed: number, n: number): Measurement => ({
    spec: kernels[c],
    seed,
    n,
    correct: Math.round(testCount * (0.4 + c / 100 + seed / 1000)),
    count: testCount,
    ridge: 0,
    conditionEstimate: 1e4,
    relativeResidual: 1e-11,
  });
  const deepest = [...kernels.keys()].filter((c) => kernels[c].depth === 7);
  return {
    measurements: seeds.flatMap((seed) => [...kernels.keys()].map((c) => measurement(c, seed, trainCount))),
    smaller: [200, 500].flatMap((n) => deepest.map((c) => measurement(c, seeds[0], n))),
    spectra: deepest.map((c) => ({ spec: kernels[c], images: 3, values: [2, 1, -1e-9] })),
    similarity: { spec: kernels[2], size: 3, values: [1, 2, 3, 4, 5, 6, 7, 8, 9], labels: [0, 0, 1] },
    elapsedMs: { kernels: 1, evaluation: 1 },
  };
}

const parts = table1Parts(paperSize, resultOf(paperSize));

test('at the size of the paper nothing needs to be said', () => {
  expect(parts.notes.filter((note) => !note.startsWith('Li et al.'))).toEqual([]);
});

test('CNTK-V beside the column of 2,000 images, with the difference', () => {
  const [table] = parts.tables;
  expect(table.columns).toEqual([
    'depth',
    'CNTK-V',
    'CNTK-V 95 %',
    'CNTK-V-2K (paper)',
    'difference',
    'CNN-GP-V',
    'CNN-GP-V 95 %',
  ]);
  // 40.1 % of 10,000: 0.401 ± 1.96 √(0.401 · 0.599 / 10,000) = 0.391 … 0.411.
  expect(table.rows[0]).toEqual(['3', '40.10', '39.1 … 41.1', '40.94', '−0.84', '43.10', '42.1 … 44.1']);
  expect(table.data[0]).toMatchObject({ published: 40.94, publishedColumn: 'CNTK-V-2K' });
  const data = table.data as readonly { ntk: { mean: number }; published?: number; difference?: number }[];
  expect(data.map(({ published }) => published)).toEqual([40.94, 43.43, undefined]);
  expect(data[2].difference).toBeUndefined();
  for (const { ntk, published, difference } of data.slice(0, 2))
    expect(Math.abs(difference! - (ntk.mean - published!))).toBeLessThan(1e-12);
});

test('a depth that the paper has not, and local average pooling, stand without a published value', () => {
  expect(parts.tables[0].rows[2].slice(3, 5)).toEqual(['–', '–']);
  expect(parts.tables[1].rows[1].slice(3, 5)).toEqual(['51.73', expect.stringMatching(/^−/)]);
  expect(parts.tables[2].columns).toEqual([
    'depth',
    'CNTK-LAP1',
    'CNTK-LAP1 95 %',
    'CNN-GP-LAP1',
    'CNN-GP-LAP1 95 %',
  ]);
});

test('a table of training sizes that ends with the full one', () => {
  const { rows, columns } = parts.tables.at(-1)!;
  expect(rows.map(([n]) => n)).toEqual(['200', '500', '2000']);
  expect(columns).toHaveLength(1 + 6);
  expect(rows.every((row) => row.length === columns.length)).toBe(true);
});

test('with 50,000 training images: the full columns, and those of trained networks', () => {
  const full = { ...paperSize, trainCount: 50_000 };
  const { tables, notes } = table1Parts(full, resultOf(full));
  expect(tables[0].columns).toEqual(expect.arrayContaining(['CNTK-V (paper)', 'CNN-V (paper)']));
  expect(tables[1].rows[0]).toEqual(expect.arrayContaining(['70.47', '63.81']));
  expect(notes.join()).not.toMatch(/Not at the paper/);
});

test('smaller: every difference from the paper is named', () => {
  const small = {
    ...paperSize,
    trainCount: 500,
    testCount: 1000,
    side: [8, 8] as const,
    pooled: true,
    flip: true,
    seeds: [4, 5, 6],
  };
  const { tables, notes } = table1Parts(small, resultOf(small));
  const text = notes.join('\n');
  expect(text).toMatch(/CNTK-V-2K and CNTK-GAP-2K had 2,000 training images, here there are 500/);
  expect(text).toMatch(/over 10,000 test images, here over 1,000/);
  expect(text).toMatch(/32×32 pixels, here 8×8/);
  expect(text).toMatch(/averaged to 8×8 pixels, and normalised after that/);
  expect(text).toMatch(/3 subsets of 500 training images \(seeds 4, 5, 6\)/);
  expect(text).toMatch(/used no flips/);
  // Seeds 4, 5, 6: 40.4, 40.5, 40.6 %.
  expect(tables[0].rows[0][1]).toBe('40.50 ± 0.10');
});

test('a ridge that was needed is told', () => {
  const result = resultOf(paperSize);
  const [first, ...others] = result.measurements;
  const told = { ...first, ridge: 1e-6, problem: 'the kernel matrix is not positive definite' };
  const { notes } = table1Parts(paperSize, { ...result, measurements: [told, ...others] });
  expect(notes.at(-1)).toMatch(
    /^ntk-vanilla-d3-all, 2000 .* ridge 0\.000001, because .* not positive definite$/,
  );
});

describe('figures', () => {
  const { figures } = parts;

  test('five, each with its own name', () => {
    expect(figures.map(({ name }) => name)).toEqual([
      'accuracy-depth',
      'accuracy-size',
      'accuracy-lap',
      'kernel',
      'spectrum',
    ]);
  });

  test('published columns are drawn as references, and no point is off a logarithmic axis', () => {
    for (const figure of figures) {
      if (figure.kind !== 'curves') continue;
      for (const { name, reference = false, points } of figure.series) {
        expect(reference).toBe(name.includes('paper'));
        expect(points.length).toBeGreaterThan(0);
        for (const { x, y, low = y, high = y } of points) {
          expect(low <= y && y <= high).toBe(true);
          if (figure.x.scale === 'log') expect(x).toBeGreaterThan(0);
          if (figure.y.scale === 'log') expect(y).toBeGreaterThan(0);
        }
      }
    }
  });

  test('local average pooling has its own, and no other', () => {
    const names = figures.map((figure) =>
      figure.kind === 'curves' ? figure.series.map(({ name }) => name).join() : '',
    );
    expect(names[0]).toBe('CNTK-V,CNN-GP-V,CNTK-GAP,CNN-GP-GAP,CNTK-V-2K, paper,CNTK-GAP-2K, paper');
    for (const index of [1, 4])
      expect(names[index].split(',').sort()).toEqual(names[0].split(',').slice(0, 4).sort());
  });

  test('local average pooling ends with GAP at the width of the image', () => {
    const lap = figures[2];
    if (lap.kind !== 'curves') throw new Error('curves are expected');
    expect(lap.series).toHaveLength(depths.length);
    for (const { points } of lap.series) expect(points.map(({ x }) => x)).toEqual([1, 32]);
  });

  test('the groups of the kernel begin where the classes do', () => {
    expect(figures[3]).toMatchObject({
      size: 3,
      groups: [
        { name: 'cat', start: 0 },
        { name: 'dog', start: 2 },
      ],
    });
  });
});
