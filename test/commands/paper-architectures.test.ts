// Plan: the command on digits gives a table, a figure and a report that agree, says what it does not establish, and
// names networks that the images do not fit; wrong names leave nothing.
import type { PaperReport } from '../../src/paper/paper-report.js';
import { fail, read, succeed } from './cli.js';

const SMALL = 'paper architectures --train-count 40 --test-count 50 --quiet --networks';

test('networks on 40 digits, one of which does not fit', async () => {
  const { stdout } = await succeed(...`${SMALL} fc:2,cntk-v:3,vgg11 --out digits`.split(' '));
  const report = JSON.parse(await read('digits/architectures.json')) as PaperReport;
  const rows = report.tables[0].rows;
  expect(rows.map(([name]) => name)).toEqual(['fc:2', 'cntk-v:3', 'vgg11']);
  for (const [name, ntk, , , nngp] of rows.slice(0, 2)) {
    // Guessing gives 10.
    for (const accuracy of [ntk, nngp]) expect(Number(accuracy)).toBeGreaterThan(40);
    expect(stdout).toMatch(new RegExp(`^${name} +${ntk} `, 'm'));
  }
  expect(stdout).toMatch(/vgg11 +does not fit 8×8/);
  expect(stdout).toMatch(/What this table does not establish\./);
  expect(report.figures.map(({ name }) => name)).toEqual(['accuracy']);
  expect(await read('digits/architectures-accuracy.svg')).toMatch(/^<svg/);
  expect(await read('digits/index.html')).toContain('cntk-v:3');
});

test('a network has the same accuracy alone and in a pass that others share', async () => {
  const run = async (networks: string) => {
    const { stdout } = await succeed(...`${SMALL} ${networks} --json --out again`.split(' '));
    return JSON.parse(stdout) as PaperReport;
  };
  const [together, alone] = [await run('myrtle7,myrtle5'), await run('myrtle5')];
  expect(together.notes[0]).toMatch(/in one pass each: myrtle7, myrtle5/);
  expect(together.tables[0].rows[1].slice(0, 3)).toEqual(alone.tables[0].rows[0].slice(0, 3));
});

test.each([
  ['--networks myrtle6', /--networks: unknown network "myrtle6": use one of cntk-v:d; /],
  ['--networks fc:2,myrtle5,fc:2', /--networks: fc:2 is named twice/],
  ['--networks fc:1/gaussian', /--networks: fc:1\/gaussian: the network has no relu/],
  ['--networks vgg11 --train-count 20', /no network takes images of 8×8 pixels \(vgg11: layer/],
  ['--pool 3 --networks fc:2', /cannot be averaged to 3×3/],
  ['--pool of', /--pool: "of" is not an integer/],
  ['--train-count 1700 --test-count 500', /there are 1797 digits/],
])('cntk paper architectures %s: refused', async (args, message) => {
  await fail(2, message, 'paper', 'architectures', ...args.split(' '));
});
