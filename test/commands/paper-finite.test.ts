// Plan: both commands on small networks give a report with tables, figures and a verdict, on the screen and in the
// folder, the same for the same seed; wrong arguments are named.
import type { PaperReport } from '../../src/paper/paper-report.js';
import { fail, read, succeed } from './cli.js';

const MONTECARLO =
  'paper montecarlo --channels 4,8 --draws 12 --depths 3 --images 2 --networks myrtle5 --network-channels 2,4 --quiet';
const EQUIVALENCE = 'paper equivalence --widths 32,64 --networks 2 --kappa 1 --train-count 6 --quiet';

test.each([
  [
    'montecarlo',
    MONTECARLO,
    ['montecarlo-error', 'networks-error'],
    /(PASS|FAIL): at 8 channels \d+ of 18 means lie within 3.*\n(PASS|FAIL): myrtle5 at 4 channels: \d of 6 means/,
  ],
  [
    'equivalence',
    EQUIVALENCE,
    ['equivalence-start-counted', 'equivalence-regression'],
    /κ = 1, start counted: slope −\d\.\d\d/,
  ],
])('%s', async (experiment, command, figures, verdict) => {
  const { stdout, stderr } = await succeed(...command.split(' '));
  expect(stderr).toBe('');
  expect(stdout).toMatch(verdict);
  const report = JSON.parse(await read(`cntk-paper/${experiment}.json`)) as PaperReport;
  expect(report.experiment).toBe(experiment);
  expect(report.figures.map(({ name }) => name)).toEqual(figures);
  for (const table of report.tables)
    for (const row of table.rows) expect(row).toHaveLength(table.columns.length);
  // Nothing that was computed is missing.
  expect(stdout).not.toMatch(/NaN/);

  const again = JSON.parse((await succeed(...command.split(' '), '--json')).stdout) as PaperReport;
  expect(again.tables).toEqual(report.tables);
});

test.each([
  ['montecarlo --channels 8,4', /--channels: 4 follows 8/],
  ['montecarlo --draws 1', /--draws: "1" is not an integer of at least 2/],
  ['montecarlo --depths 2', /--depths: "2" is not an integer of at least 3/],
  ['montecarlo --images 11', /--images: 11 digits; there are 10/],
  ['montecarlo --networks myrtle', /--networks: unknown network "myrtle"/],
  ['montecarlo --networks fc:2,fc:2', /--networks: fc:2 is named twice/],
  ['montecarlo --network-channels 8,8', /--network-channels: 8 follows 8/],
  ['equivalence --kappa 0', /--kappa: "0" is not a number above 0/],
  ['equivalence --widths a', /--widths: "a" is not an integer/],
])('wrong arguments: %s', async (args, message) => {
  await fail(2, message, 'paper', ...args.split(' '));
});
