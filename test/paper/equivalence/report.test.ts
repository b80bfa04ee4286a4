// Distances that follow a power law give its slope, over all widths and over those that are wide enough for κ;
// training that diverged is named and left out of the pictures, and never passes.
import type { TrainedNetwork } from '../../../src/paper/equivalence/run.js';
import { equivalenceReport } from '../../../src/paper/equivalence/report.js';

const options = {
  ...{
    widths: [100, 400, 1600],
    hiddenLayers: 1,
    kappas: [1, 0.1],
    networks: 2,
    trainCount: 6,
    testCount: 5,
  },
  ...{ dimension: 4, step: 0.3, loss: 1e-6, maxSteps: 100, seed: 1 },
};

/** All distances as `distance` says. */
function network(kappa: number, width: number, distance: number, loss = 1e-7): TrainedNetwork {
  return {
    ...{ kappa, width, steps: 50, loss, fromRegression: distance, fromLinear: distance },
    ...{ fromLinearSameEnd: distance, fromOwnLinear: distance, betweenLinear: distance },
  };
}

function report(distance: (kappa: number, width: number, draw: number) => number, loss?: number) {
  const networks = options.kappas.flatMap((kappa) =>
    options.widths.flatMap((width) =>
      [0, 1].map((draw) => network(kappa, width, distance(kappa, width, draw), loss)),
    ),
  );
  return equivalenceReport({ networks, condition: 10, timingsMs: { training: 1 } }, options);
}

test('the slope of a power law, over the widths that are wide for κ', () => {
  const { notes, tables } = report((_, width) => width ** -0.5);
  expect(notes[0]).toMatch(/^κ = 1, start counted: slope −0\.50 .* over widths with κ√m ≥ 3; /);
  // κ√m is 1, 2 and 4: one width is too few.
  expect(tables[1].rows.filter(([, kappa]) => kappa === '0.1').map((row) => row[3])).toEqual(
    Array<string>(5).fill('too few'),
  );
  expect(notes[2]).toBe('All 12 networks reached the loss 0.000001.');
});

test('planted fault: a distance that does not fall is no −1/2', () => {
  const { notes } = report((_, __, draw) => 1 + 0.1 * draw);
  expect(notes[0]).toMatch(/the interval does not hold −1\/2/);
  const law = report((_, width, draw) => width ** -0.5 * (1 + 0.1 * draw));
  expect(law.notes[0]).toMatch(/the interval holds −1\/2/);
});

test('training that diverged is named, not drawn, and passes nothing', () => {
  const { notes, figures } = report((_, width) => (width === 400 ? NaN : 1), NaN);
  expect(notes[0]).toMatch(/the interval does not hold/);
  expect(notes[2]).toMatch(/^12 of 12 networks did not reach the loss .*κ = 1, width 400;/);
  for (const figure of figures) {
    if (figure.kind !== 'curves') throw new Error('curves are expected');
    for (const { name, points } of figure.series)
      expect([name, points.map(({ x }) => x)]).toEqual([name, [100, 1600]]);
  }
});
