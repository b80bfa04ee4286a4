import { formatInterval, summarizeRuns, type AccuracySummary } from '../accuracy-summary.js';
import type { IntervalsFigure } from '../../figures/figure-types.js';
import type { PaperReport } from '../paper-report.js';
import { formatDuration } from '../../text/duration.js';
import { KERNELS, type ArchitecturesResult, type ArchitectureOutcome, type KernelOutcome } from './run.js';

export interface ArchitecturesSetting {
  readonly data: 'digits' | 'CIFAR-10';
  readonly trainCount: number;
  readonly testCount: number;
  /** channels, height, width */
  readonly imageShape: readonly [number, number, number];
  /** The images were averaged to this size. */
  readonly pooled: boolean;
}

const NAMES = { ntk: 'NTK', nngp: 'NNGP' } as const;

/** Table, figure and remarks of a run, without what only the command knows. */
export function architecturesReport(
  result: ArchitecturesResult,
  setting: ArchitecturesSetting,
): Omit<PaperReport, 'command' | 'device' | 'version' | 'finished'> {
  const rows = result.outcomes.map((outcome) => rowOf(outcome, result.outcomes));
  const { trainCount, testCount, imageShape } = setting;
  const side = `${imageShape[1]}×${imageShape[2]}`;
  return {
    experiment: 'architectures',
    title: 'How networks of infinite width classify: architectures side by side',
    source:
      'Arora et al. 2019 (arXiv 1904.11955), the question that opens section 1; networks after their own papers',
    settings: { ...setting },
    tables: [
      {
        title:
          `Test accuracy, %, ${trainCount} training and ${testCount} test images of ${side} pixels ` +
          '(behind: the best NTK less this one on the same test images, points ± standard error)',
        columns: [
          'network',
          'NTK',
          'NTK 95 %',
          'behind',
          'NNGP',
          'NNGP 95 %',
          'element-layers',
          'ms per pair',
        ],
        rows: [
          ...rows.map(({ name, ntk, nngp, behind, elementLayersPerPair, msPerPair }) => [
            name,
            ntk.mean.toFixed(1),
            formatInterval(ntk),
            behind === undefined ? 'best' : `${behind.mean.toFixed(1)} ± ${behind.standardError.toFixed(1)}`,
            nngp.mean.toFixed(1),
            formatInterval(nngp),
            elementLayersPerPair.toLocaleString('en-US'),
            msPerPair.toPrecision(3),
          ]),
          ...result.unfit.map(({ name }) => [name, `does not fit ${side}`, '', '', '', '', '', '']),
        ],
        data: [...rows, ...result.unfit].map((row) => ({ ...row })),
      },
    ],
    figures: [accuracyFigure(rows, side)],
    notes: [
      workNote(result),
      ...result.unfit.map(({ name, reason }) => `${name} does not fit ${side} pixels: ${reason}.`),
      ...ridgeNotes(result.outcomes),
      notEstablished(setting),
    ],
    timingsMs: result.timingsMs,
  };
}

interface Row {
  readonly name: string;
  readonly ntk: AccuracySummary;
  readonly nngp: AccuracySummary;
  /** Undefined for the best one. */
  readonly behind: { readonly mean: number; readonly standardError: number } | undefined;
  readonly elementLayersPerPair: number;
  readonly msPerPair: number;
}

function rowOf(outcome: ArchitectureOutcome, all: readonly ArchitectureOutcome[]): Row {
  const { name, kernels, elementLayersPerPair, msPerPair } = outcome;
  const [ntk, nngp] = KERNELS.map((kernel) => {
    const { isRight } = kernels[kernel];
    return summarizeRuns([{ correct: isRight.filter(Boolean).length, count: isRight.length }]);
  });
  return { name, ntk, nngp, behind: behindBest(outcome, all), elementLayersPerPair, msPerPair };
}

/** What the best NTK gets right and this one does not, less the reverse, in percent of the test images. */
function behindBest(outcome: ArchitectureOutcome, all: readonly ArchitectureOutcome[]): Row['behind'] {
  const rightOf = ({ kernels }: ArchitectureOutcome) => kernels.ntk.isRight;
  const correct = (one: ArchitectureOutcome) => rightOf(one).filter(Boolean).length;
  const best = all.reduce((one, other) => (correct(other) > correct(one) ? other : one));
  if (outcome === best) return undefined;
  const own = rightOf(outcome);
  const differences = rightOf(best).map((isRight, i) => Number(isRight) - Number(own[i]));
  const count = differences.length;
  const mean = differences.reduce((sum, one) => sum + one, 0) / count;
  const square = differences.reduce((sum, one) => sum + one ** 2, 0) / count;
  return { mean: 100 * mean, standardError: 100 * Math.sqrt((square - mean ** 2) / count) };
}

function accuracyFigure(rows: readonly Row[], side: string): IntervalsFigure {
  return {
    kind: 'intervals',
    name: 'accuracy',
    title: `Test accuracy of networks of infinite width, images of ${side} pixels`,
    x: { label: 'test accuracy (%), with its 95 % binomial interval' },
    names: rows.map(({ name }) => name),
    series: KERNELS.map((kernel) => ({
      name: NAMES[kernel],
      points: rows.map((row) => ({
        value: row[kernel].mean,
        low: row[kernel].low,
        high: row[kernel].high,
      })),
    })),
  };
}

function workNote({ pairs, passes, timingsMs }: ArchitecturesResult): string {
  const shared = passes.filter((pass) => pass.length > 1).map((pass) => pass.join(', '));
  return (
    `NTK and NNGP of ${pairs.toLocaleString('en-US')} pairs of images took ${formatDuration(timingsMs.kernels)}` +
    (shared.length > 0 ? ` (in one pass each: ${shared.join('; ')})` : '') +
    '. Milliseconds per pair are for both kernels of the network alone, on a tile of the training images; ' +
    'element-layers per pair count pairs of pixels through activations.'
  );
}

function ridgeNotes(outcomes: readonly ArchitectureOutcome[]): string[] {
  const needed = outcomes.flatMap(({ name, kernels }) =>
    KERNELS.filter((kernel) => kernels[kernel].problem !== undefined).map((kernel) => {
      const { ridge }: KernelOutcome = kernels[kernel];
      return `${name} ${NAMES[kernel]} (${ridge})`;
    }),
  );
  if (needed.length === 0) return [];
  return [
    `Not positive definite at the ridge asked for, and solved with a larger one: ${needed.join(', ')}.`,
  ];
}

/** What a reader might take the table for, and it is not. */
function notEstablished({ data, trainCount, testCount, pooled }: ArchitecturesSetting): string {
  const published = data === 'CIFAR-10' ? ' (the published ones have 50,000, of 32×32 pixels)' : '';
  return (
    'What this table does not establish. ' +
    `How these networks compare with more images: here are ${trainCount.toLocaleString('en-US')} for training` +
    `${published}${pooled ? ', averaged to fewer pixels' : ''}, and order and distances change with both. ` +
    `Small differences: ${testCount.toLocaleString('en-US')} test images and one draw of training images; look at the ` +
    'column "behind". How the originals do: average pooling stands in for max pooling, which has no closed form; batch ' +
    'and response normalisation, dropout and biases are left out; strides and windows are fitted to small images; and ' +
    'nobody has published AlexNet or VGG-19 of infinite width to compare with. What is the best of each: nothing is ' +
    'tuned (weight variances that keep the scale, γ = 1, the ridge as given, all layers trained except in cntk-gap), ' +
    'and the images are not whitened, on which the published accuracies of the Myrtle kernels rest. How finite, ' +
    'trained networks do.'
  );
}
