import { readoutRadius } from '../../kernel/validate-kernels.js';
import type { Readout } from '../../kernel/kernel-spec.js';
import { kernelTitle } from '../../figures/kernel-title.js';
import { summarizeRuns } from '../accuracy-summary.js';
import type { CurvesFigure, FigureAxis, HeatmapFigure, Figure } from '../../figures/figure-types.js';
import { ofKernel, publishedColumns, type Table1Setting } from './setting.js';
import type { Measurement, SimilarityMap, Table1Result } from './run.js';

type Series = CurvesFigure['series'][number];
type Point = Series['points'][number];

const ACCURACY: FigureAxis = { label: 'test accuracy, %', scale: 'linear' };
const KERNELS = ['ntk', 'nngp'] as const;

export function table1Figures(setting: Table1Setting, result: Table1Result): Figure[] {
  const widths = setting.readouts.filter((readout) => readout.startsWith('lap'));
  return [
    depthFigure(setting, result.measurements),
    ...(result.smaller.length > 0 ? [sizeFigure(setting, result)] : []),
    ...(widths.length > 0 ? [lapFigure(setting, result.measurements)] : []),
    heatmapFigure(setting, result.similarity),
    spectrumFigure(setting, result),
  ];
}

/** Those of the paper: local average pooling has a picture of its own, unless there is nothing else. */
function mainReadouts({ readouts }: Table1Setting): readonly Readout[] {
  const paper = readouts.filter((readout) => !readout.startsWith('lap'));
  return paper.length > 0 ? paper : readouts;
}

function depthFigure(setting: Table1Setting, measurements: readonly Measurement[]): CurvesFigure {
  const { depths } = setting;
  const readouts = mainReadouts(setting);
  const measured = readouts.flatMap((readout) =>
    KERNELS.map((kernel): Series => ({
      name: kernelTitle({ kernel, readout }),
      points: depths.map((depth) => pointOf(depth, ofKernel(measurements, { kernel, depth, readout }))),
    })),
  );
  const published = readouts.flatMap((readout) => {
    const { kernel, network } = publishedColumns(setting, readout);
    return [kernel, network].filter((column) => column !== undefined);
  });
  return {
    kind: 'curves',
    name: 'accuracy-depth',
    title: 'Accuracy by depth',
    x: { label: 'depth (convolution layers + 1)', scale: 'linear' },
    y: ACCURACY,
    series: [
      ...measured,
      ...published.map(({ name, percent }): Series => ({
        name: `${name}, paper`,
        reference: true,
        points: depths.flatMap((depth) => (depth in percent ? [{ x: depth, y: percent[depth] }] : [])),
      })),
    ].filter(({ points }) => points.length > 0),
  };
}

function sizeFigure(setting: Table1Setting, { measurements, smaller }: Table1Result): CurvesFigure {
  const readouts = mainReadouts(setting);
  const depth = Math.max(...setting.depths);
  const full = measurements.filter(
    ({ spec, seed }) => spec.depth === depth && seed === setting.seeds[0] && readouts.includes(spec.readout),
  );
  return {
    kind: 'curves',
    name: 'accuracy-size',
    title: `Accuracy by the number of training images, depth ${depth}`,
    x: { label: 'training images', scale: 'log' },
    y: ACCURACY,
    series: full.map((last): Series => ({
      name: kernelTitle(last.spec),
      points: [...smaller.filter(({ spec }) => spec === last.spec), last].map((one) => pointOf(one.n, [one])),
    })),
  };
}

/** Vanilla is a window of one pixel; GAP one that covers the image wherever it stands. */
function lapFigure(
  { depths, readouts, side }: Table1Setting,
  measurements: readonly Measurement[],
): CurvesFigure {
  const widthOf = (readout: Readout) => readoutRadius(readout, ...side);
  // The vanilla CNTK trains all layers, the others the hidden ones: not one curve.
  const shown = readouts.filter((readout) => readout !== 'vanilla').sort((a, b) => widthOf(a) - widthOf(b));
  return {
    kind: 'curves',
    name: 'accuracy-lap',
    title: 'CNTK: accuracy by the width of local average pooling',
    x: { label: `half-width c of the pooling window, pixels (GAP at ${Math.max(...side)})`, scale: 'linear' },
    y: ACCURACY,
    // Those of the CNN-GP would lie over them; the tables have both.
    series: depths.map((depth): Series => ({
      name: `depth ${depth}`,
      points: shown.map((readout) =>
        pointOf(widthOf(readout), ofKernel(measurements, { kernel: 'ntk', depth, readout })),
      ),
    })),
  };
}

function heatmapFigure({ classNames, seeds }: Table1Setting, map: SimilarityMap): HeatmapFigure {
  const { spec, size, values, labels } = map;
  const starts = labels.flatMap((label, row) => (row === 0 || label !== labels[row - 1] ? [row] : []));
  const draw = seeds.length > 1 ? `, seed ${seeds[0]}` : '';
  return {
    kind: 'heatmap',
    name: 'kernel',
    title: `${kernelTitle(spec)}, depth ${spec.depth}, ${size} training images sorted by class${draw}`,
    label: 'cosine similarity',
    size,
    // More digits than a picture shows would make a long file.
    values: values.map((value) => Math.round(value * 1e4) / 1e4),
    groups: starts.map((start) => ({ name: classNames[labels[start]] ?? `${labels[start]}`, start })),
  };
}

function spectrumFigure(setting: Table1Setting, { spectra }: Table1Result): CurvesFigure {
  const readouts = mainReadouts(setting);
  const shown = spectra.filter(({ spec }) => readouts.includes(spec.readout));
  const [{ images, spec }] = shown;
  return {
    kind: 'curves',
    name: 'spectrum',
    title: `Eigenvalues of the kernels of ${images} training images, depth ${spec.depth}`,
    x: { label: 'index of the eigenvalue', scale: 'log' },
    y: { label: 'eigenvalue / mean of the diagonal', scale: 'log' },
    series: shown.map((one): Series => ({
      name: kernelTitle(one.spec),
      // What is not positive has no place on a logarithmic axis.
      points: one.values.flatMap((y, index) => (y > 0 ? [{ x: index + 1, y }] : [])),
    })),
  };
}

/** Error bars: the standard deviation over the seeds, of a single one the binomial interval. */
function pointOf(x: number, runs: readonly Measurement[]): Point {
  const { mean, standardDeviation: deviation, low, high } = summarizeRuns(runs);
  return deviation === undefined
    ? { x, y: mean, low, high }
    : { x, y: mean, low: mean - deviation, high: mean + deviation };
}
