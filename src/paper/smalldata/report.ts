import type { DrawOutcome } from './draw-run.js';
import type { PaperReport } from '../report.js';
import { SMALL_RIDGES, type SmalldataOptions, type SmalldataResult } from './run.js';

interface MethodSummary {
  readonly method: string;
  readonly meanPercent: number;
  /** Of the draws; undefined for one draw. */
  readonly standardDeviation: number | undefined;
  /** The best method less this one in the same draws: mean and standard error. */
  readonly behindBest: { readonly mean: number; readonly standardError: number | undefined };
  /** How often the leave-one-out error chose what. */
  readonly chosen: Readonly<Record<string, number>>;
  readonly meanSolveMs: number;
}

/** Tables, figure and verdict of a run, without what only the command knows. */
export function smalldataReport(
  result: SmalldataResult,
  options: SmalldataOptions,
): Omit<PaperReport, 'command' | 'device' | 'version' | 'finished'> {
  const sizes = options.sizes.map((size, s) => ({ size, methods: summarizeSize(result.outcomes[s]) }));
  const methods = sizes[0].methods.map(({ method }) => method);
  return {
    experiment: 'smalldata',
    title: 'Small-data classification: kernels on few training images',
    source: 'Arora et al. 2020 (arXiv 1910.01663), section 5, by analogy: own images, own baselines',
    settings: {
      ...options,
      ridges: SMALL_RIDGES,
      imageShape: result.imageShape,
      classes: result.classes,
      targets: 'centred',
      normalization: 'standardize, by all images drawn from (no labels)',
    },
    tables: [
      {
        title: `Test accuracy, %, mean ± standard deviation over ${options.draws} draws (* best mean)`,
        columns: ['images', ...methods],
        rows: sizes.map(({ size, methods: row }) => [`${size}`, ...row.map((one) => cell(one, bestOf(row)))]),
        data: sizes,
      },
      {
        title: 'Behind the best of the row in the same draws, points, mean ± standard error',
        columns: ['images', ...methods],
        rows: sizes.map(({ size, methods: row }) => [
          `${size}`,
          ...row.map((one) => (one === bestOf(row) ? 'best' : behind(one))),
        ]),
        data: sizes,
      },
    ],
    figures: [
      {
        kind: 'curves',
        name: 'smalldata',
        title: 'Accuracy against training images (bars: standard error)',
        x: { label: 'training images', scale: 'log' },
        y: { label: 'test accuracy (%)', scale: 'linear' },
        series: methods.map((name, m) => ({
          name,
          points: sizes.map(({ size, methods: row }) => point(size, row[m], options.draws)),
        })),
      },
    ],
    notes: [advice(sizes, result), ...remarks(options)],
    timingsMs: result.timingsMs,
  };
}

function summarizeSize(draws: readonly (readonly DrawOutcome[])[]): MethodSummary[] {
  const percents = draws[0].map((_, m) => draws.map((draw) => (100 * draw[m].correct) / draw[m].count));
  const means = percents.map(mean);
  const best = means.indexOf(Math.max(...means));
  return draws[0].map(({ method }, m) => {
    const differences = percents[best].map((value, d) => value - percents[m][d]);
    const deviation = standardDeviation(differences);
    return {
      method,
      meanPercent: means[m],
      standardDeviation: standardDeviation(percents[m]),
      behindBest: {
        mean: mean(differences),
        standardError: deviation && deviation / Math.sqrt(draws.length),
      },
      chosen: counts(draws.map((draw) => `${draw[m].chosen}, ridge ${draw[m].ridge}`)),
      meanSolveMs: mean(draws.map((draw) => draw[m].solveMs)),
    };
  });
}

function bestOf(row: readonly MethodSummary[]): MethodSummary {
  return row.reduce((best, one) => (one.meanPercent > best.meanPercent ? one : best));
}

function cell(one: MethodSummary, best: MethodSummary): string {
  const deviation = one.standardDeviation === undefined ? '' : ` ± ${one.standardDeviation.toFixed(1)}`;
  return `${one.meanPercent.toFixed(1)}${deviation}${one === best ? '*' : ''}`;
}

function behind({ behindBest }: MethodSummary): string {
  const error = behindBest.standardError === undefined ? '' : ` ± ${behindBest.standardError.toFixed(2)}`;
  return `${behindBest.mean.toFixed(2)}${error}`;
}

function point(x: number, { meanPercent: y, standardDeviation: deviation }: MethodSummary, draws: number) {
  if (deviation === undefined) return { x, y };
  const error = deviation / Math.sqrt(draws);
  return { x, y, low: y - error, high: y + error };
}

/** What to use, and what it costs. */
function advice(
  sizes: readonly { readonly size: number; readonly methods: readonly MethodSummary[] }[],
  { timingsMs }: SmalldataResult,
): string {
  const choices = sizes.map(({ size, methods }) => {
    const best = bestOf(methods);
    const level = methods.filter(
      ({ behindBest: { mean, standardError } }) => mean <= 2 * (standardError ?? 0),
    );
    const others = level.filter((one) => one !== best).map(({ method }) => method);
    return `${size} images: ${best.method}${others.length > 0 ? ` (within two standard errors: ${others.join(', ')})` : ''}`;
  });
  const seconds = (ms: number) => `${(ms / 1e3).toFixed(1)} s`;
  return (
    `What to use on these images: ${choices.join('; ')}. All convolutional kernels of all images took ` +
    `${seconds(timingsMs.convolutionalKernels)} here, those of the pixels ${seconds(timingsMs.pixelKernels)}.`
  );
}

function remarks({ images }: SmalldataOptions): string[] {
  return [
    'Kernel (depth, width) and ridge of every method are chosen by the leave-one-out error on the training images of ' +
      'the draw; with less than two images per class that error says nothing, and the first depth, the median width and ' +
      'the smallest ridge are taken. The test images are all others. Draws overlap in their test images, so the standard error says ' +
      'how much the draw matters, not how another set of images would do.',
    `All draws are taken from ${images} images.`,
  ];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of a sample; undefined for one value. */
function standardDeviation(values: readonly number[]): number | undefined {
  if (values.length < 2) return undefined;
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}

function counts(values: readonly string[]): Record<string, number> {
  const result: Record<string, number> = {};
  for (const value of values) result[value] = (result[value] ?? 0) + 1;
  return result;
}
