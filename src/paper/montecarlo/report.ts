import { summarize, type ComparisonSummary } from './mean-comparison.js';
import { KERNELS, READOUTS } from '../networks/empirical-kernels.js';
import type { MontecarloComparison, MontecarloOptions, MontecarloResult } from './run.js';
import type { PaperReport, PaperTable } from '../report.js';
import type { CurvesFigure } from '../../figures/figure-types.js';

const KERNEL_NAMES = { nngp: 'NNGP', all: 'NTK, all trained', hidden: 'NTK, first and last frozen' } as const;

/** Tables, figure and verdict of a Monte Carlo run, without what only the command knows. */
export function montecarloReport(
  { comparisons, images, timingsMs }: MontecarloResult,
  { widths, draws, depths, seed }: MontecarloOptions,
): Pick<
  PaperReport,
  'experiment' | 'title' | 'source' | 'settings' | 'tables' | 'figures' | 'notes' | 'timingsMs'
> {
  const widest = comparisons.filter(({ width }) => width === Math.max(...widths));
  return {
    experiment: 'montecarlo',
    title: 'Random finite convolutional networks against the exact kernels',
    source: 'Arora et al. 2019, sections 3 and 4: NNGP and NTK as limits of many channels',
    settings: {
      channels: widths,
      draws,
      depths,
      seed,
      images: images.count,
      imageShape: [images.channels, images.height, images.width],
      precision: 'networks in float64, exact kernels in float32 on the device',
    },
    tables: [widthTable(comparisons, widths), channelTable(widest, depths)],
    figures: [errorFigure(comparisons, widths)],
    notes: [verdict(widest), ...remarks()],
    timingsMs,
  };
}

/** Of a summary, as `summaryCells` fills them. */
const SUMMARY_COLUMNS = [
  'means',
  'largest |dev|',
  'rms dev',
  '> 2 SE',
  '> 3 SE',
  'mean error',
  'mean SE',
  'one draw',
];

function widthTable(comparisons: readonly MontecarloComparison[], widths: readonly number[]): PaperTable {
  const rows = widths.map((width) => ({
    channels: width,
    ...summarize(comparisons.filter((comparison) => comparison.width === width)),
  }));
  return {
    title: 'All means over draws, by channel count (deviations in standard errors, SE; errors relative)',
    columns: ['channels', ...SUMMARY_COLUMNS],
    rows: rows.map((row) => [`${row.channels}`, ...summaryCells(row)]),
    data: rows.map((row) => ({ ...row })),
  };
}

function channelTable(widest: readonly MontecarloComparison[], depths: readonly number[]): PaperTable {
  const groups = depths.flatMap((depth) =>
    READOUTS.flatMap((readout) => KERNELS.map((kernel) => ({ depth, readout, kernel }))),
  );
  const rows = groups.map((group) => {
    const members = widest.filter(
      ({ depth, readout, kernel }) =>
        depth === group.depth && readout === group.readout && kernel === group.kernel,
    );
    return { ...group, summary: summarize(members), members };
  });
  return {
    title: `At ${widest[0].width} channels, by kernel`,
    columns: ['kernel', 'depth', ...SUMMARY_COLUMNS],
    rows: rows.map(({ readout, kernel, depth, summary }) => [
      `${readout}: ${KERNEL_NAMES[kernel]}`,
      `${depth}`,
      ...summaryCells(summary),
    ]),
    data: rows.flatMap(({ members }) => members.map((member) => ({ ...member }))),
  };
}

function summaryCells(summary: ComparisonSummary): string[] {
  const { means, largestDeviation, rmsDeviation, beyondTwo, beyondThree } = summary;
  const { relativeError, relativeStandardError, relativeSpread } = summary;
  return [
    `${means}`,
    largestDeviation.toFixed(2),
    rmsDeviation.toFixed(2),
    `${beyondTwo}`,
    `${beyondThree}`,
    ...[relativeError, relativeStandardError, relativeSpread].map((share) => `${(100 * share).toFixed(2)} %`),
  ];
}

function errorFigure(comparisons: readonly MontecarloComparison[], widths: readonly number[]): CurvesFigure {
  const curve = (
    members: (comparison: MontecarloComparison) => boolean,
    value: (summary: ComparisonSummary) => number,
  ) =>
    widths.map((width) => ({
      x: width,
      y: 100 * value(summarize(comparisons.filter((each) => each.width === width && members(each)))),
    }));
  return {
    kind: 'curves',
    name: 'montecarlo-error',
    title: 'Finite networks approach the exact kernels',
    x: { label: 'channels of every hidden layer', scale: 'log' },
    y: { label: 'relative to the exact kernel (%)', scale: 'log' },
    series: [
      ...KERNELS.map((name) => ({
        name: `error of the mean: ${KERNEL_NAMES[name]}`,
        points: curve(
          ({ kernel }) => kernel === name,
          ({ relativeError }) => relativeError,
        ),
      })),
      {
        name: 'spread of one draw',
        points: curve(
          () => true,
          ({ relativeSpread }) => relativeSpread,
        ),
      },
      {
        name: 'standard error of the mean',
        reference: true,
        points: curve(
          () => true,
          ({ relativeStandardError }) => relativeStandardError,
        ),
      },
    ],
  };
}

function verdict(widest: readonly MontecarloComparison[]): string {
  const { means, beyondTwo, beyondThree, largestDeviation, relativeStandardError } = summarize(widest);
  const sharpness = `${(100 * relativeStandardError).toFixed(2)} %`;
  return (
    `${beyondThree === 0 ? 'PASS' : 'FAIL'}: at ${widest[0].width} channels ${means - beyondThree} of ${means} means ` +
    `lie within 3 standard errors of the exact kernel (largest deviation ${largestDeviation.toFixed(2)}; a standard ` +
    `error is ${sharpness} of the kernel on average). ${beyondTwo} lie beyond 2, where chance alone puts ` +
    `${(0.0455 * means).toFixed(1)} of so many, and ${(0.0027 * means).toFixed(1)} beyond 3.`
  );
}

function remarks(): string[] {
  return [
    'NNGP: the mean over the last layer is taken exactly (the inner product of the features), which leaves the mean ' +
      'as it is and lowers the variance. NTK: every draw has a last layer of its own.',
    'All means of one depth and channel count come from the same draws, so they rise and fall together: many beyond ' +
      '2 SE at once may be one chance.',
    'Single draws of narrow, deep networks have heavy tails, so that few draws give standard errors that are too ' +
      'small; finite networks also have a bias of order 1/channels. The verdict is that of the largest count.',
  ];
}
