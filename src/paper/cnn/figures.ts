import { READOUTS, SUFFIX, type CnnResult, type ReadoutResult } from './run.js';
import type { CurvesFigure, FigureAxis } from '../../figures/figure-types.js';

type Series = CurvesFigure['series'][number];

const EPOCH: FigureAxis = { label: 'epoch', scale: 'log' };

/** How the networks come to recognise training and test images, beside the kernels, which do not train. */
export function cnnFigures({ byReadout }: CnnResult, testCount: number): CurvesFigure[] {
  const results = READOUTS.map((readout) => ({ suffix: SUFFIX[readout], ...byReadout[readout] }));
  const last = Math.max(...results.flatMap(({ networks }) => networks.map(lastEpoch)));
  const kernels = results.flatMap(({ suffix, correct }) => [
    level(`CNTK-${suffix}`, (100 * correct.ntk) / testCount, last),
    level(`CNN-GP-${suffix}`, (100 * correct.nngp) / testCount, last),
  ]);
  return [
    {
      kind: 'curves',
      name: 'cnn-test',
      title: 'Test accuracy while the networks train, and that of the kernels',
      x: EPOCH,
      y: { label: 'test accuracy, %', scale: 'linear' },
      series: [
        ...results.map((one) => course(one, ({ correct }) => (100 * correct) / testCount)),
        ...kernels,
      ],
    },
    {
      kind: 'curves',
      name: 'cnn-training',
      title: 'Training images that the networks recognise',
      x: EPOCH,
      y: { label: 'training accuracy, %', scale: 'linear' },
      series: results.map((one) => course(one, ({ trainAccuracy }) => 100 * trainAccuracy)),
    },
  ];
}

type Result = ReadoutResult & { readonly suffix: string };
type Network = ReadoutResult['networks'][number];

/** Mean of all networks; one that has ended keeps the value of the table. */
function course(
  { suffix, networks }: Result,
  of: (at: { correct: number; trainAccuracy: number }) => number,
): Series {
  const epochs = new Set(networks.flatMap(({ history }) => history.map(({ epoch }) => epoch)));
  const valueAt = (network: Network, epoch: number) =>
    of(
      epoch >= lastEpoch(network)
        ? network
        : network.history.findLast((snapshot) => snapshot.epoch <= epoch)!,
    );
  return {
    name: `CNN-${suffix}`,
    points: [...epochs]
      .sort((one, other) => one - other)
      .map((epoch) => ({
        x: epoch,
        y: networks.reduce((sum, network) => sum + valueAt(network, epoch), 0) / networks.length,
      })),
  };
}

function level(name: string, y: number, last: number): Series {
  return {
    name,
    reference: true,
    points: [
      { x: 1, y },
      { x: last, y },
    ],
  };
}

function lastEpoch({ history }: Network): number {
  return history[history.length - 1].epoch;
}
