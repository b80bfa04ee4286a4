// Plan: Ctrl-C ends every command that computes for long, wherever it is: soon, with status 130, and with words about
// what there is; nothing is left in the folder.
import { readdir } from 'node:fs/promises';
import { folder, resultOf, startCli } from './cli.js';

/** A second on a machine that has nothing else to do; tests share theirs. */
const SOON_MS = 3000;

test.each([
  ['paper architectures', 'compile and measure …'],
  ['paper smalldata', 'kernels …'],
  ['paper cnn', 'kernels …'],
  ['paper montecarlo', 'exact kernels, then networks …'],
  ['paper equivalence', 'train networks …'],
  ['demo', 'compile and measure …'],
  ['tune', 'device: '],
  ['bench --only norms', 'ceiling_fma'],
])('cntk %s, at "%s"', async (command, moment) => {
  const child = startCli(...command.split(' '));
  let sent = 0;
  child.stderr!.on('data', (text: Buffer) => {
    if (sent > 0 || !text.toString().includes(moment)) return;
    sent = performance.now();
    child.kill('SIGINT');
  });
  const { status, stderr } = await resultOf(child);
  expect([status, stderr]).toEqual([130, expect.stringMatching(/cntk: interrupted; nothing was written\n$/)]);
  expect(performance.now() - sent).toBeLessThan(SOON_MS);
  expect(await readdir(folder)).toEqual([]);
});
