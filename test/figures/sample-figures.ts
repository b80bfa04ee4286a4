import type { CurvesFigure, HeatmapFigure, IntervalsFigure } from '../../src/figures/figure-types.js';

type Series = CurvesFigure['series'][number];

export function curvesFigure(series: readonly Series[], rest: Partial<CurvesFigure> = {}): CurvesFigure {
  return {
    kind: 'curves',
    name: 'curves',
    title: 'Accuracy against depth',
    x: { label: 'depth (layers)', scale: 'linear' },
    y: { label: 'test accuracy (%)', scale: 'linear' },
    series,
    ...rest,
  };
}

/** y = f(x) with error bars of ±`bar`. */
export function seriesOf(
  name: string,
  xs: readonly number[],
  f: (x: number) => number,
  bar?: number,
): Series {
  return {
    name,
    points: xs.map((x) => {
      const y = f(x);
      return bar === undefined ? { x, y } : { x, y, low: y - bar, high: y + bar };
    }),
  };
}

/** [size][size], groups of equal length. */
export function heatmapFigure(
  size: number,
  names: readonly string[],
  rest: Partial<HeatmapFigure> = {},
): HeatmapFigure {
  const each = size / names.length;
  return {
    kind: 'heatmap',
    name: 'heatmap',
    title: 'CNTK between images, sorted by class',
    label: 'cosine similarity',
    size,
    values: Array.from({ length: size * size }, (_, e) => {
      const [row, column] = [Math.floor(e / size), e % size];
      if (row === column) return 1;
      return (
        (Math.floor(row / each) === Math.floor(column / each) ? 0.6 : 0.2) + 0.001 * ((row + column) % 7)
      );
    }),
    groups: names.map((name, i) => ({ name, start: Math.round(i * each) })),
    ...rest,
  };
}

const DEPTHS = [3, 4, 6, 11, 21];
const WIDTHS = [64, 128, 256, 512, 1024, 2048, 4096, 8192];
const CLASSES = 'airplane automobile bird cat deer dog frog horse ship truck'.split(' ');
const log = (label: string) => ({ label, scale: 'log' }) as const;
const linear = (label: string) => ({ label, scale: 'linear' }) as const;

export const CURVES: Readonly<Record<string, CurvesFigure>> = {
  'accuracy against depth': curvesFigure([
    ...['CNTK-V', 'CNTK-GAP', 'CNN-GP-V', 'CNN-GP-GAP'].map((name, k) =>
      seriesOf(name, DEPTHS, (depth) => 50 + k + Math.log(depth), 1),
    ),
    ...['CNTK-V, published', 'CNTK-GAP, published'].map((name, k) => ({
      ...seriesOf(name, DEPTHS, (depth) => 50.2 + k + Math.log(depth)),
      reference: true,
    })),
  ]),
  'accuracy against training size': curvesFigure(
    ['CNTK', 'CNN-GP', 'NTK', 'RBF', 'ridge'].map((name, k) =>
      seriesOf(name, [10, 20, 40, 80, 160, 320, 640], (n) => 30 + 8 * Math.log2(n) - k, 2),
    ),
    { x: log('training images') },
  ),
  'a spectrum': curvesFigure(
    ['CNTK-V', 'CNTK-GAP'].map((name, k) =>
      seriesOf(
        name,
        Array.from({ length: 500 }, (_, i) => i + 1),
        (rank) => 300 * rank ** -(1 + k),
      ),
    ),
    { x: log('rank'), y: log('eigenvalue / mean of the diagonal') },
  ),
  'a slope': curvesFigure(
    [
      seriesOf('trained', WIDTHS, (width) => width ** -0.5, 0.005),
      { ...seriesOf('slope −1/2', [64, 8192], (width) => 0.9 * width ** -0.5), reference: true },
    ],
    { x: log('width'), y: log('relative difference') },
  ),
  'a single point': curvesFigure([seriesOf('one', [5], () => 0)]),
  'a single point on logarithmic axes': curvesFigure([seriesOf('one', [5], () => 7)], {
    x: log('x'),
    y: log('y'),
  }),
  'no series': curvesFigure([]),
  'empty series': curvesFigure([
    { name: 'none', points: [] },
    { name: '', points: [] },
  ]),
  'no numbers': curvesFigure([
    {
      name: 'broken',
      points: [
        { x: 1, y: NaN },
        { x: NaN, y: 1 },
        { x: Infinity, y: -Infinity },
      ],
    },
    seriesOf('sound', [1, 2], (x) => x),
  ]),
  'identical values': curvesFigure([seriesOf('flat', DEPTHS, () => 10, 0)]),
  'x values that coincide': curvesFigure([
    { name: 'draws', points: [1, 1, 1, 2, 2, 2].map((x, i) => ({ x, y: i })) },
  ]),
  'twelve series of long names': curvesFigure(
    Array.from({ length: 12 }, (_, k) =>
      seriesOf(`series ${k}: ${'of many words '.repeat(k)}`, DEPTHS, (x) => k + x, k),
    ),
    {
      title: 'A title of very many words '.repeat(10),
      y: linear('y'.repeat(300)),
      x: linear('x '.repeat(300)),
    },
  ),
  'names without a space, of wide letters': curvesFigure(
    [seriesOf('W'.repeat(500), DEPTHS, (x) => 1e9 + x)],
    {
      title: 'M'.repeat(300),
      x: linear('W'.repeat(300)),
    },
  ),
  'names that look like markup': curvesFigure([seriesOf('<b>&"\' \u0000\u001b\ufffe', DEPTHS, (x) => x)], {
    title: '<script>alert(1)</script> & "more"',
  }),
  ideographs: curvesFigure([seriesOf('核'.repeat(200), DEPTHS, (x) => x)], { title: '神経'.repeat(80) }),
  'sixty orders of magnitude': curvesFigure([seriesOf('far', [1e-30, 1, 1e30], (x) => x)], {
    x: log('x'),
    y: log('y'),
  }),
  'large values close together': curvesFigure([seriesOf('near', [1e9, 1e9 + 1, 1e9 + 3], (x) => x / 7)]),
  'values that crowd at one end': curvesFigure([
    seriesOf('crowd', [0.001, 0.01, 0.1, 1, 10, 100, 100000], (x) => -x * 1e-7),
  ]),
  'a small range of a logarithmic axis': curvesFigure(
    [seriesOf('s', [1.001, 1.002, 1.0034], (x) => x * 37)],
    {
      x: log('x'),
      y: log('y'),
    },
  ),
  'bars that end below a logarithmic axis': curvesFigure([seriesOf('s', [1, 2, 3], (x) => x, 5)], {
    y: log('y'),
  }),
};

export const HEATMAPS: Readonly<Record<string, HeatmapFigure>> = {
  'ten classes': heatmapFigure(200, CLASSES),
  'ten digits': heatmapFigure(50, '0123456789'.split('')),
  'no groups': heatmapFigure(30, ['all'], { groups: [] }),
  'one cell': heatmapFigure(1, ['one']),
  'sixty groups of long names': heatmapFigure(
    120,
    Array.from({ length: 60 }, (_, i) => `class ${i} with a very long name indeed`),
    { title: 'A title of very many words '.repeat(10), label: 'a label of very many words '.repeat(10) },
  ),
  'groups of unequal size': heatmapFigure(100, CLASSES, {
    groups: CLASSES.map((name, i) => ({ name, start: i < 9 ? i : 99 })),
  }),
  'groups without rows': heatmapFigure(20, ['a', 'b'], {
    groups: [
      { name: 'a', start: 0 },
      { name: 'none', start: 10 },
      { name: 'b', start: 10 },
    ],
  }),
  'all cells the same': heatmapFigure(20, ['a', 'b'], { values: new Array<number>(400).fill(2) }),
  'cells that are no numbers': heatmapFigure(20, ['a', 'b'], { values: new Array<number>(400).fill(NaN) }),
  'tiny values': heatmapFigure(20, ['a', 'b'], {
    values: Array.from({ length: 400 }, (_, e) => e * 1.37e-9),
  }),
  'huge values': heatmapFigure(20, ['a', 'b'], {
    values: Array.from({ length: 400 }, (_, e) => e * -1.37e12),
  }),
};

export function intervalsFigure(
  names: readonly string[],
  rest: Partial<IntervalsFigure> = {},
): IntervalsFigure {
  return {
    kind: 'intervals',
    name: 'intervals',
    title: 'Accuracy of networks',
    x: { label: 'test accuracy (%)' },
    names,
    series: ['NTK', 'NNGP'].map((name, s) => ({
      name,
      points: names.map((_, i) => ({ value: 20 + s + i, low: 18 + s + i, high: 23 + s + i })),
    })),
    ...rest,
  };
}

const rows = (count: number, name = 'network') => Array.from({ length: count }, (_, i) => `${name} ${i}`);

export const INTERVALS: Readonly<Record<string, IntervalsFigure>> = {
  'one row': intervalsFigure(['alexnet']),
  'thirteen rows': intervalsFigure(rows(13)),
  'sixty rows': intervalsFigure(rows(60)),
  'rows of long names': intervalsFigure(rows(3, 'a network whose name never ends '.repeat(9)), {
    title: 'A title of very many words '.repeat(10),
    x: { label: 'x '.repeat(300) },
  }),
  'rows without series': intervalsFigure(rows(2), { series: [] }),
  'no rows': intervalsFigure([]),
  'rows without values': intervalsFigure(rows(2), { series: [{ name: 'none', points: [null, null] }] }),
  'rows with what is no number': intervalsFigure(rows(4), {
    series: [
      {
        name: 'broken',
        points: [
          { value: NaN },
          { value: 1, low: -Infinity },
          { value: 1e300 },
          { value: 2, low: 1, high: 3 },
        ],
      },
    ],
  }),
  'rows that look like markup': intervalsFigure(['<script>alert(1)</script>', '&lt;', '"', '']),
};
