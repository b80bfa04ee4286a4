// A factor that is kept panel by panel in files goes on with the same bits where a run ended; a damaged panel or state is
// computed again, and removal takes nothing of others.
import { mkdtempSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { panelFiles, removePanelFiles } from '../../src/experiment/panel-files.js';
import { factorize, type FactorizeOptions } from '../../src/regression/cholesky.js';
import type { OpenPanelStore } from '../../src/regression/panel-store.js';
import { wellConditioned } from '../shaders/cholesky-harness.js';
import { testGpu } from '../support/gpu.js';
import { randomTargets } from '../regression/matrices.js';

const n = 330; // six panels of 64 columns
const memoryBytes = 4 * 336 * 64 * 3;
const matrix = wellConditioned(n, 5);
const rhs = Float32Array.from(randomTargets(n, 2));

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'cntk-panels-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Factors with panel files; which panels were written, and the solution. */
async function run(options: FactorizeOptions = {}, a: Float32Array = matrix, stopAfter = Infinity) {
  const written: number[] = [];
  const notes: string[] = [];
  const controller = new AbortController();
  const store: OpenPanelStore = async (identity) => {
    const files = await panelFiles(join(folder, 'factor'), (note) => notes.push(note))(identity);
    return {
      ...files,
      async write(j, panel, pivots) {
        await files.write(j, panel, pivots);
        written.push(j);
        if (written.length >= stopAfter) controller.abort(new Error('killed'));
      },
    };
  };
  const running = factorize(await testGpu(), a, {
    memoryBytes,
    store,
    signal: controller.signal,
    ...options,
  });
  if (stopAfter < Infinity) {
    await expect(running).rejects.toThrow('killed');
    return { written, notes, solution: undefined };
  }
  using factor = await running;
  return { written, notes, solution: await factor.solve(rhs) };
}

describe('panel files', () => {
  test('a run that was ended goes on after its last panel, with the same bits', async () => {
    const whole = await run();
    expect(whole.written).toEqual([0, 1, 2, 3, 4, 5]);
    await rm(join(folder, 'factor'), { recursive: true });
    expect((await run({}, matrix, 2)).written).toEqual([0, 1]);
    const resumed = await run();
    expect(resumed.written).toEqual([2, 3, 4, 5]);
    expect(resumed.notes.join()).toMatch(/^2 panels of this factor are in/);
    expect(resumed.solution).toEqual(whole.solution);
    expect((await run()).written).toEqual([]);
  });

  test.each([
    ['another shift', { shift: 0.5 }, matrix],
    ['another width', { memoryBytes: 4 * 336 * 64 * 4 }, matrix],
    ['another matrix', {}, matrix.map((value, e) => (e === 160 * n + 160 ? value + 1 : value))],
  ])('%s begins anew', async (_, options: FactorizeOptions, a) => {
    await run({}, matrix, 2);
    const other = await run(options, a);
    expect(other.written[0]).toBe(0);
    expect(other.notes).toEqual([]);
  });

  test('a panel that was damaged, and all after it, are computed again', async () => {
    const { solution } = await run();
    const path = join(folder, 'factor/panel-0003.f32');
    const content = await readFile(path);
    content[1000] ^= 1;
    await writeFile(path, content);
    const again = await run();
    expect(again.written).toEqual([3, 4, 5]);
    expect(again.solution).toEqual(solution);
  });

  test('a damaged state is no state', async () => {
    await run({}, matrix, 2);
    await writeFile(join(folder, 'factor/factor.json'), '{"format":1,');
    expect((await run()).written[0]).toBe(0);
  });

  test('removal leaves what others put there', async () => {
    await run({}, matrix, 1);
    await writeFile(join(folder, 'factor/notes.txt'), 'mine');
    await removePanelFiles(join(folder, 'factor'));
    expect(await readdir(join(folder, 'factor'))).toEqual(['notes.txt']);
  });
});
