import type { EquivalenceRun } from './network-run.js';
import { fitPowerLaw, type PowerLaw } from '../../statistics/power-law.js';
import type { EquivalenceOptions, EquivalenceResult, TrainedNetwork } from './run.js';
import type { PaperReport, PaperTable } from '../report.js';
import type { CurvesFigure } from '../../figures/figure-types.js';

/** Training moves weights by about 1 / (κ √m) relative to their size: from here on that is small. */
const WIDE = 3;

const DISTANCES = {
  fromRegression: 'f_ntk',
  fromLinear: 'start counted',
  fromLinearSameEnd: 'and the end',
  fromOwnLinear: 'own NTK',
  betweenLinear: 'own to exact',
} as const satisfies Partial<Record<keyof EquivalenceRun, string>>;
type Distance = keyof typeof DISTANCES;
const NAMES = Object.keys(DISTANCES) as Distance[];

/** Tables, figures and verdict of a run, without what only the command knows. */
export function equivalenceReport(
  result: EquivalenceResult,
  options: EquivalenceOptions,
): Omit<PaperReport, 'command' | 'device' | 'version' | 'finished'> {
  const { networks, condition, timingsMs } = result;
  const { widths, kappas } = options;
  const slopes = kappas.map((kappa) => slopesOf(networks, kappa));
  return {
    experiment: 'equivalence',
    title: 'Trained finite networks against the regression with their exact NTK',
    source: 'Arora et al. 2019, theorem 3.2',
    settings: {
      widths,
      hiddenLayers: options.hiddenLayers,
      kappas,
      networksPerPoint: options.networks,
      trainingPoints: options.trainCount,
      testPoints: options.testCount,
      dimension: options.dimension,
      loss: options.loss,
      maxSteps: options.maxSteps,
      step: `${options.step} / (κ² λ_max)`,
      condition,
      seed: options.seed,
      precision: 'float64',
    },
    tables: [distanceTable(networks, options), slopeTable(kappas, slopes)],
    figures: [
      widthFigure(
        'fromLinear',
        'Trained networks approach the NTK regression (start counted)',
        networks,
        options,
      ),
      widthFigure(
        'fromRegression',
        'Trained networks against the NTK regression (theorem 3.2)',
        networks,
        options,
      ),
    ],
    notes: [
      ...kappas.map((kappa, k) => verdict(kappa, slopes[k].fromLinear)),
      reached(networks, options),
      ...remarks(options),
    ],
    timingsMs,
  };
}

interface Slopes {
  readonly all: PowerLaw | undefined;
  readonly wide: PowerLaw | undefined;
}

function slopesOf(networks: readonly TrainedNetwork[], kappa: number): Record<Distance, Slopes> {
  const members = networks.filter((network) => network.kappa === kappa);
  const wide = members.filter(({ width }) => kappa * Math.sqrt(width) >= WIDE);
  const fit = (chosen: readonly TrainedNetwork[], name: Distance) =>
    fitPowerLaw(
      chosen.map(({ width }) => width),
      chosen.map((network) => network[name]),
    );
  return Object.fromEntries(
    NAMES.map((name) => [name, { all: fit(members, name), wide: fit(wide, name) }]),
  ) as Record<Distance, Slopes>;
}

function distanceTable(
  networks: readonly TrainedNetwork[],
  { kappas, widths }: EquivalenceOptions,
): PaperTable {
  const rows = kappas.flatMap((kappa) =>
    widths.map((width) => {
      const members = networks.filter((network) => network.kappa === kappa && network.width === width);
      const distances = Object.fromEntries(NAMES.map((name) => [name, geometricMean(members, name)]));
      return {
        kappa,
        width,
        kappaRootWidth: kappa * Math.sqrt(width),
        networks: members.length,
        meanSteps: members.reduce((sum, { steps }) => sum + steps, 0) / members.length,
        largestLoss: Math.max(...members.map(({ loss }) => loss)),
        ...(distances as Record<Distance, number>),
        each: members,
      };
    }),
  );
  return {
    title: 'Relative distance on the test points (geometric means over the networks)',
    columns: ['κ', 'width m', 'κ√m', 'networks', 'steps', ...NAMES.map((name) => DISTANCES[name])],
    rows: rows.map((row) => [
      `${row.kappa}`,
      `${row.width}`,
      row.kappaRootWidth.toPrecision(3),
      `${row.networks}`,
      row.meanSteps.toFixed(0),
      ...NAMES.map((name) => row[name].toPrecision(3)),
    ]),
    data: rows,
  };
}

function slopeTable(kappas: readonly number[], slopes: readonly Record<Distance, Slopes>[]): PaperTable {
  const rows = kappas.flatMap((kappa, k) =>
    NAMES.map((name) => ({ kappa, distance: name, ...slopes[k][name] })),
  );
  return {
    title: 'Slopes of log distance against log width, with 95 % intervals (expected: −0.5)',
    columns: ['distance', 'κ', 'all widths', `widths with κ√m ≥ ${WIDE}`],
    rows: rows.map(({ kappa, distance, all, wide }) => [
      DISTANCES[distance],
      `${kappa}`,
      formatSlope(all),
      formatSlope(wide),
    ]),
    data: rows,
  };
}

function formatSlope(law: PowerLaw | undefined): string {
  if (!law) return 'too few';
  if (!Number.isFinite(law.slope)) return 'diverged';
  const [slope, low, high] = [law.slope, law.low, law.high].map((value) =>
    value.toFixed(2).replace('-', '−'),
  );
  return `${slope} [${low}, ${high}]`;
}

function widthFigure(
  name: Distance,
  title: string,
  networks: readonly TrainedNetwork[],
  { kappas, widths }: EquivalenceOptions,
): CurvesFigure {
  const series = kappas.map((kappa) => ({
    name: `κ = ${kappa}`,
    points: widths.map((width) => {
      const members = networks.filter((network) => network.kappa === kappa && network.width === width);
      const y = geometricMean(members, name);
      const factor = Math.exp(1.96 * logStandardError(members, name));
      return { x: width, y, low: y / factor, high: y * factor };
    }),
  }));
  const shown = series.map(({ name, points }) => ({
    name,
    // Training that diverged has no place on the axis; the notes name it.
    points: points.filter((point) => Object.values(point).every(Number.isFinite)),
  }));
  const [first, last] = [widths[0], widths[widths.length - 1]];
  const end = Math.min(
    ...shown.flatMap(({ points }) => points.filter(({ x }) => x === last).map(({ y }) => y)),
  );
  return {
    kind: 'curves',
    name: name === 'fromLinear' ? 'equivalence-start-counted' : 'equivalence-regression',
    title,
    x: { label: 'width of every hidden layer', scale: 'log' },
    y: { label: 'relative distance on test points (rms)', scale: 'log' },
    series: [
      ...shown,
      ...(end < Infinity
        ? [
            {
              name: 'slope −1/2',
              reference: true,
              points: [
                { x: first, y: end * Math.sqrt(last / first) },
                { x: last, y: end },
              ],
            },
          ]
        : []),
    ],
  };
}

function logsOf(members: readonly TrainedNetwork[], name: Distance): number[] {
  return members.map((member) => Math.log(member[name]));
}

function geometricMean(members: readonly TrainedNetwork[], name: Distance): number {
  return Math.exp(logsOf(members, name).reduce((sum, value) => sum + value, 0) / members.length);
}

function logStandardError(members: readonly TrainedNetwork[], name: Distance): number {
  const logs = logsOf(members, name);
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  const variance = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (logs.length - 1);
  return Math.sqrt(variance / logs.length);
}

function verdict(kappa: number, { all, wide }: Slopes): string {
  const law = wide ?? all;
  if (!law) return `κ = ${kappa}: too few widths for a slope.`;
  const holds = law.low <= -0.5 && -0.5 <= law.high ? 'holds' : 'does not hold';
  return `κ = ${kappa}, start counted: slope ${formatSlope(law)}${wide ? ` over widths with κ√m ≥ ${WIDE}` : ''}; the interval ${holds} −1/2.`;
}

function reached(networks: readonly TrainedNetwork[], { loss }: EquivalenceOptions): string {
  const missed = networks.filter((network) => !(network.loss <= loss));
  if (missed.length === 0) return `All ${networks.length} networks reached the loss ${loss}.`;
  const where = [...new Set(missed.map(({ kappa, width }) => `κ = ${kappa}, width ${width}`))].join('; ');
  return `${missed.length} of ${networks.length} networks did not reach the loss ${loss}: ${where}.`;
}

function remarks({ step }: EquivalenceOptions): string[] {
  return [
    'f_ntk: from the NTK regression K(x,X) K⁻¹ y, as in the theorem. What the network says before training, κ f₀, stays in ' +
      'that distance and does not fall with the width: the theorem needs a small κ.',
    'start counted: from κ f₀(x) + K(x,X) K⁻¹ (y − κ f₀(X)), where gradient descent under the exact NTK ends that begins ' +
      "where the network begins. and the end: as that, with the network's own last outputs instead of y; equal " +
      'columns say that the loss at which training ends does not matter.',
    "own NTK: as that, with the network's own NTK at the start: what training changes. own to exact: between the two " +
      'linear predictions: how far the NTK of the start is from its limit. The two make up the distance; in narrow ' +
      'networks at small κ they partly cancel, so that it falls more slowly than either.',
    `Training moves the weights by about 1 / (κ √m) of their size. Where κ√m is below about ${WIDE} the network learns ` +
      'features and the distance falls more slowly: the smaller κ, the wider a network must be. How wide depends on the ' +
      'points, too; add widths where an interval misses −1/2.',
    `The step is ${step} / (κ² λ_max). With a whole one, narrow networks at small κ leave the path of the gradient flow.`,
  ];
}
