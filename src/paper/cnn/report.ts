import { BATCH, MOMENTUM, SETTLING } from './train.js';
import { formatAccuracy, formatInterval, summarize } from '../accuracy-summary.js';
import { cnnFigures } from './figures.js';
import {
  CNN_RIDGE,
  MORE,
  RATES,
  READOUTS,
  SUFFIX,
  type CnnOptions,
  type CnnReadout,
  type CnnResult,
  type ReadoutResult,
} from './run.js';
import { publishedKernel, publishedNetwork } from '../published.js';
import type { PaperReport } from '../report.js';

/** Training images of the published columns beside which these are put. */
const FULL = 50_000;

export interface CnnSetting {
  readonly data: 'digits' | 'CIFAR-10';
  readonly trainCount: number;
  readonly testCount: number;
  /** channels, height, width */
  readonly imageShape: readonly [number, number, number];
}

/** Table and remarks of a run, without what only the command knows. */
export function cnnReport(
  result: CnnResult,
  options: CnnOptions,
  setting: CnnSetting,
): Omit<PaperReport, 'command' | 'device' | 'version' | 'finished'> {
  const rows = READOUTS.flatMap((readout) =>
    rowsOf(readout, result.byReadout[readout], setting, options.depth),
  );
  return {
    experiment: 'cnn',
    title: 'Trained convolutional networks and the kernels of their limits, on equal data',
    source: 'Arora et al. 2019, section 5 and table 1',
    settings: {
      ...options,
      ...setting,
      ridge: CNN_RIDGE,
      rates: RATES,
      batch: BATCH,
      momentum: MOMENTUM,
      settlingEpochs: SETTLING,
    },
    tables: [
      {
        title: `Test accuracy, %, depth ${options.depth}, ${setting.trainCount} training images${setting.data === 'CIFAR-10' ? ' (published: 50,000 of 32×32)' : ''}`,
        columns: ['method', 'accuracy', '95 % interval', 'published'],
        rows: rows.map(({ method, summary, published }) => [
          method,
          formatAccuracy(summary),
          formatInterval(summary),
          published?.toFixed(2) ?? '',
        ]),
        data: rows,
      },
    ],
    figures: cnnFigures(result, setting.testCount),
    notes: [
      ...READOUTS.map((readout) => gapNote(readout, rows)),
      ...READOUTS.map((readout) => trainingNote(readout, result.byReadout[readout], options)),
      'As in the paper (section A): 3×3 filters, depth − 1 convolution layers, no batch normalisation, no augmentation, ' +
        `no dropout, no weight decay; the mean of ${SETTLING} epochs after every training image was recognised. Chosen ` +
        `here: ${options.channels} channels (paper: 1,024), weights after He et al. 2015 (paper: NTK parametrisation, ` +
        `outputs times 0.05), cross-entropy, batches of ${BATCH}, momentum ${MOMENTUM}, a learning rate of ` +
        `${RATES.join(', ')} by a fifth of the training images; kernels with a ridge of ${CNN_RIDGE}.`,
    ],
    timingsMs: result.timingsMs,
  };
}

function rowsOf(
  readout: CnnReadout,
  { correct, networks }: ReadoutResult,
  { testCount, data }: CnnSetting,
  depth: number,
) {
  const kernel = (count: number) => summarize([{ correct: count, count: testCount }]);
  return [
    {
      method: `CNN-${SUFFIX[readout]}`,
      summary: summarize(networks),
      published: data === 'CIFAR-10' ? publishedNetwork(readout, FULL)?.percent[depth] : undefined,
    },
    {
      method: `CNTK-${SUFFIX[readout]}`,
      summary: kernel(correct.ntk),
      published: data === 'CIFAR-10' ? publishedKernel(readout, FULL).percent[depth] : undefined,
    },
    { method: `CNN-GP-${SUFFIX[readout]}`, summary: kernel(correct.nngp), published: undefined },
  ];
}

type Row = ReturnType<typeof rowsOf>[number];

function gapNote(readout: CnnReadout, rows: readonly Row[]): string {
  const [network, kernel] = ['CNN', 'CNTK'].map((kind) =>
    rows.find(({ method }) => method === `${kind}-${SUFFIX[readout]}`)!,
  );
  const here = (kernel.summary.mean - network.summary.mean).toFixed(2);
  const [k, n] = [kernel.published, network.published];
  const there =
    k === undefined || n === undefined ? '' : `; published, with 50,000 images: ${(k - n).toFixed(2)}`;
  return `${SUFFIX[readout]}: kernel less network ${here} points here${there}.`;
}

function trainingNote(
  readout: CnnReadout,
  { networks, rate }: ReadoutResult,
  { epochs }: CnnOptions,
): string {
  const name = `CNN-${SUFFIX[readout]}: learning rate ${rate}`;
  const missed = networks.filter(({ fittedAt }) => fittedAt === undefined);
  if (missed.length > 0) {
    const least = Math.min(...missed.map(({ trainAccuracy }) => 100 * trainAccuracy)).toFixed(1);
    return (
      `${name}; ${missed.length} of ${networks.length} networks met the limit of ${MORE * epochs} epochs first, with ${least} % ` +
      'of the training images recognised at the least: their accuracy is that of unfinished training (--epochs).'
    );
  }
  const at = networks.map(({ fittedAt }) => fittedAt).join(', ');
  return `${name}; every training image was recognised in epoch ${at} of the networks.`;
}
