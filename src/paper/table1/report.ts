import type { Readout } from '../../kernel/kernel-spec.js';
import { kernelName } from '../../kernel/validate-kernels.js';
import { kernelTitle } from '../../figures/kernel-title.js';
import {
  formatMeanAccuracy,
  formatInterval,
  summarizeRuns,
  type AccuracySummary,
} from '../accuracy-summary.js';
import { PUBLISHED_LAP, type PublishedColumn } from '../published.js';
import type { PaperReport, PaperTable } from '../paper-report.js';
import { table1Figures } from './figures.js';
import { ofKernel, publishedColumns, type Table1Setting } from './setting.js';
import type { Measurement, Table1Result } from './run.js';

/** The settings of the paper that a measurement is compared with. */
const PAPER = { testCount: 10_000, side: 32 };

export type Table1Parts = Pick<PaperReport, 'tables' | 'figures' | 'notes'>;

/** Tables, pictures and notes of the results. */
export function table1Parts(setting: Table1Setting, result: Table1Result): Table1Parts {
  return {
    tables: [
      ...setting.readouts.map((readout) => depthTable(setting, result.measurements, readout)),
      ...(result.smaller.length > 0 ? [sizeTable(setting, result)] : []),
    ],
    figures: table1Figures(setting, result),
    notes: notesOf(setting, result),
  };
}

function depthTable(
  setting: Table1Setting,
  measurements: readonly Measurement[],
  readout: Readout,
): PaperTable {
  const { kernel: published, network } = publishedColumns(setting, readout);
  const titles = (['ntk', 'nngp'] as const).map((kernel) => kernelTitle({ kernel, readout }));
  const rows = setting.depths.map((depth) => {
    const [ntk, nngp] = (['ntk', 'nngp'] as const).map((kernel) =>
      summarizeRuns(ofKernel(measurements, { kernel, depth, readout })),
    );
    return { depth, ntk, nngp, published: published?.percent[depth], network: network?.percent[depth] };
  });
  return {
    title: `${titles[0]} and ${titles[1]}, test accuracy in percent: ${sizesOf(setting)}`,
    columns: [
      'depth',
      titles[0],
      `${titles[0]} 95 %`,
      ...(published ? [`${published.name} (paper)`, 'difference'] : []),
      titles[1],
      `${titles[1]} 95 %`,
      ...(network ? [`${network.name} (paper)`] : []),
    ],
    rows: rows.map((row) => [
      `${row.depth}`,
      formatMeanAccuracy(row.ntk),
      formatInterval(row.ntk),
      ...(published ? [percent(row.published), difference(row.ntk, row.published)] : []),
      formatMeanAccuracy(row.nngp),
      formatInterval(row.nngp),
      ...(network ? [percent(row.network)] : []),
    ]),
    data: rows.map((row) => ({
      ...row,
      readout,
      publishedColumn: published?.name,
      difference: row.published === undefined ? undefined : row.ntk.mean - row.published,
      solves: solvesOf(measurements, row.depth, readout),
    })),
  };
}

function solvesOf(measurements: readonly Measurement[], depth: number, readout: Readout) {
  return measurements
    .filter(({ spec }) => spec.depth === depth && spec.readout === readout)
    .map(({ spec, ...rest }) => ({ kernel: kernelName(spec), ...rest }));
}

function sizeTable(setting: Table1Setting, { measurements, smaller }: Table1Result): PaperTable {
  const depth = Math.max(...setting.depths);
  const first = measurements.filter(({ spec, seed }) => spec.depth === depth && seed === setting.seeds[0]);
  const points = [...smaller, ...first];
  const kernels = first.map(({ spec }) => spec);
  const sizes = [...new Set(points.map(({ n }) => n))].sort((a, b) => a - b);
  const rows = sizes.map((n) => ({
    n,
    cells: kernels.map((spec) => summarizeRuns(points.filter((one) => one.n === n && one.spec === spec))),
  }));
  return {
    title: `Test accuracy in percent by the number of training images, depth ${depth}: parts of the same kernels`,
    columns: ['training images', ...kernels.map(kernelTitle)],
    rows: rows.map(({ n, cells }) => [`${n}`, ...cells.map(formatMeanAccuracy)]),
    data: rows.map(({ n, cells }) => ({
      n,
      ...Object.fromEntries(kernels.map((spec, c) => [kernelName(spec), cells[c]])),
    })),
  };
}

function percent(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(2);
}

function difference({ mean }: AccuracySummary, published: number | undefined): string {
  if (published === undefined) return '–';
  const points = mean - published;
  return `${points < 0 ? '−' : '+'}${Math.abs(points).toFixed(2)}`;
}

function sizesOf({ trainCount, testCount, side, flip }: Table1Setting): string {
  const count = (value: number) => value.toLocaleString('en-US');
  const flips = flip ? ', K(x, z) + K(x, flip z)' : '';
  return `${count(trainCount)} training and ${count(testCount)} test images of ${side.join('×')} pixels${flips}`;
}

function notesOf(setting: Table1Setting, { measurements, smaller }: Table1Result): string[] {
  const { trainCount, testCount, side, pooled, flip, seeds, readouts } = setting;
  const published = readouts.flatMap((readout) => publishedColumns(setting, readout).kernel ?? []);
  const differing = differences(setting, published);
  return [
    ...(differing.length > 0 ? [`Not at the paper's size: ${differing.join('; ')}.`] : []),
    ...(pooled ? [`Images were averaged to ${side.join('×')} pixels, and normalised after that.`] : []),
    ...(seeds.length > 1
      ? [
          `Mean ± standard deviation over ${seeds.length} subsets of ${trainCount} training images (seeds ${seeds.join(', ')}); the intervals are those of ${testCount} test images for the mean.`,
        ]
      : []),
    ...(flip ? ['Every kernel is K(x, z) + K(x, flip z); the paper used no flips.'] : []),
    ...(readouts.some((readout) => readout.startsWith('lap')) ? [PUBLISHED_LAP] : []),
    ...ridgeNotes([...measurements, ...smaller]),
  ];
}

/** Says in what the run differs from the columns that stand beside it. */
function differences(
  { trainCount, testCount, side }: Table1Setting,
  published: readonly PublishedColumn[],
): string[] {
  if (published.length === 0) return [];
  const count = (value: number) => value.toLocaleString('en-US');
  const names = published.map(({ name }) => name).join(' and ');
  const theirs = published[0].trainCount;
  return [
    ...(trainCount === theirs
      ? []
      : [`${names} had ${count(theirs)} training images, here there are ${count(trainCount)}`]),
    ...(testCount === PAPER.testCount
      ? []
      : [`accuracies there are over ${count(PAPER.testCount)} test images, here over ${count(testCount)}`]),
    ...(side.every((length) => length === PAPER.side)
      ? []
      : [`images there have 32×32 pixels, here ${side.join('×')}`]),
  ];
}

function ridgeNotes(measurements: readonly Measurement[]): string[] {
  return measurements
    .filter(({ problem }) => problem !== undefined)
    .map(
      ({ spec, n, seed, ridge, problem }) =>
        `${kernelName(spec)}, ${n} training images, seed ${seed}: solved with ridge ${ridge}, because ${problem}`,
    );
}
