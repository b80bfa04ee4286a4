import type { IntervalsFigure } from '../../figures/figure-types.js';
import { mean } from '../../statistics/samples.js';
import { formatPercent } from '../../text/numbers.js';
import type { PaperTable } from '../paper-report.js';
import type { LayeredComparison } from './layered-run.js';
import { summarizeComparisons } from './mean-comparison.js';

const NAMES = { nngp: 'NNGP', ntk: 'NTK' } as const;

/** The kernels of networks of any layers: estimate, standard error and deviation of each pair at the largest width. */
export function layeredTables(comparisons: readonly LayeredComparison[]): PaperTable[] {
  if (comparisons.length === 0) return [];
  const groups = groupsOf(comparisons);
  const widest = widestOf(comparisons);
  return [
    {
      title:
        'Networks of other layers, by channel count (deviations in standard errors, SE; errors relative)',
      columns: [
        'network',
        'images',
        'kernel',
        'channels',
        'largest |dev|',
        'rms dev',
        'mean error',
        'mean SE',
      ],
      rows: groups.map(({ name, side, kernel, width, summary }) => [
        name,
        side.join('×'),
        NAMES[kernel],
        `${width}`,
        summary.largestDeviation.toFixed(2),
        summary.rmsDeviation.toFixed(2),
        formatPercent(summary.relativeError, 2),
        formatPercent(summary.relativeStandardError, 2),
      ]),
      data: groups.map(({ name, side, kernel, width, summary }) => ({
        name,
        side,
        kernel,
        width,
        ...summary,
      })),
    },
    {
      title: `Networks of other layers at ${widest[0].width} channels, by pair of images`,
      columns: ['network', 'kernel', 'pair', 'exact', 'mean', 'SE', 'deviation'],
      rows: widest.map(({ name, kernel, pair, exact, mean, standardError, deviation }) => [
        name,
        NAMES[kernel],
        pair.join(', '),
        exact.toPrecision(5),
        mean.toPrecision(5),
        standardError.toPrecision(2),
        deviation.toFixed(2),
      ]),
      data: widest.map((one) => ({ ...one })),
    },
  ];
}

/** How far the means are off, with bars that should cover 0. */
export function layeredFigures(comparisons: readonly LayeredComparison[]): IntervalsFigure[] {
  if (comparisons.length === 0) return [];
  const groups = groupsOf(comparisons);
  const rowName = ({ name, kernel }: Group) => `${name}, ${NAMES[kernel]}`;
  const names = [...new Set(groups.map(rowName))];
  const widths = [...new Set(groups.map(({ width }) => width))];
  return [
    {
      kind: 'intervals',
      name: 'networks-error',
      title: 'Random finite networks of other layers, against the exact kernels',
      x: { label: 'mean over draws less the exact kernel (%), all pairs together, ± 2 standard errors' },
      names,
      series: widths.map((width) => ({
        name: `${width} channels`,
        points: names.map((name) => {
          const group = groups.find((one) => one.width === width && rowName(one) === name)!;
          const value = 100 * group.relativeMean;
          const bar = 200 * group.summary.relativeStandardError;
          return { value, low: value - bar, high: value + bar };
        }),
      })),
    },
  ];
}

/** PASS or FAIL at the largest channel count. */
export function layeredVerdict(comparisons: readonly LayeredComparison[]): string[] {
  if (comparisons.length === 0) return [];
  const widest = widestOf(comparisons);
  const { means, beyondThree, largestDeviation, relativeStandardError } = summarizeComparisons(widest);
  const names = [...new Set(widest.map(({ name }) => name))].join(', ');
  return [
    `${beyondThree === 0 ? 'PASS' : 'FAIL'}: ${names} at ${widest[0].width} channels: ${means - beyondThree} of ${means} ` +
      `means lie within 3 standard errors of the exact kernel (largest deviation ${largestDeviation.toFixed(2)}; a ` +
      `standard error is ${formatPercent(relativeStandardError, 1)} of the kernel on average).`,
  ];
}

type Group = ReturnType<typeof groupsOf>[number];

/** Comparisons of one network, kernel and width, in the order in which they come. */
function groupsOf(comparisons: readonly LayeredComparison[]) {
  const groups = new Map<string, LayeredComparison[]>();
  for (const one of comparisons) {
    const key = [one.name, one.kernel, one.width].join();
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((members) => {
    const { name, side, kernel, width } = members[0];
    const relativeMean = mean(members.map(({ relativeError }) => relativeError));
    return { name, side, kernel, width, relativeMean, summary: summarizeComparisons(members) };
  });
}

function widestOf(comparisons: readonly LayeredComparison[]): LayeredComparison[] {
  const width = Math.max(...comparisons.map((one) => one.width));
  return comparisons.filter((one) => one.width === width);
}
