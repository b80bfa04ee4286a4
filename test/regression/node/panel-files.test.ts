// A factor that is kept panel by panel in files goes on with the same bits where a run ended; a damaged panel or state is
// computed again, and removal takes nothing of others.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  FactorInUseError,
  PanelFiles,
  type PanelFilesOptions,
} from '../../../src/regression/node/panel-files.js';
import { readPanelState, writePanelState } from '../../../src/regression/node/panel-state.js';
import { factorize, type FactorizeOptions } from '../../../src/regression/cholesky.js';
import type { OpenPanelStore } from '../../../src/regression/panel-store.js';
import { wellConditioned } from '../../shaders/cholesky-harness.js';
import { testGpu } from '../../support/gpu.js';
import { solveRidge } from '../../../src/regression/ridge.js';
import { randomTargets, relativeError } from '../matrices.js';

const n = 330; // six panels of 64 columns
const memoryBytes = 4 * 336 * 64 * 3;
const matrix = wellConditioned(n, 5);
const rhs = Float32Array.from(randomTargets(n, 2));

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'cntk-panels-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

/** The matrix with another element. */
const changed = (row: number, column: number) =>
  matrix.map((value, e) => (e === row * n + column ? value + 1 : value));

/** Factors with panel files; which panels were written, and the solution. */
async function run(options: FactorizeOptions = {}, a: Float32Array = matrix, stopAfter = Infinity) {
  const written: number[] = [];
  const notes: string[] = [];
  await using panels = new PanelFiles(join(folder, 'factor'), { note: (note) => notes.push(note) });
  const controller = new AbortController();
  const store: OpenPanelStore = async (identity) => {
    const files = await panels.open(identity);
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
    ['another diagonal', {}, changed(160, 160)],
    ['another matrix in one element of the lower triangle', {}, changed(211, 37)],
    ['another matrix in one element of the upper triangle', {}, changed(37, 211)],
    [
      'another matrix in all rows but a few',
      {},
      matrix.map((value, e) => (e % (n + 1) === 0 ? value : value / 2)),
    ],
  ])('%s begins anew', async (_, options: FactorizeOptions, a) => {
    await run({}, matrix, 2);
    const other = await run(options, a);
    expect(other.written[0]).toBe(0);
    expect(other.notes.join()).toMatch(/holds a factor of another kernel, ridge or memory size/);
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

  test('a panel that is damaged while the factor is used is computed again, and the solution is the same', async () => {
    const gpu = await testGpu();
    const targets = randomTargets(n, 2);
    const notes: string[] = [];
    await using panels = new PanelFiles(join(folder, 'factor'), { note: (note) => notes.push(note) });
    const options = { memoryBytes, store: panels.open };
    const whole = await solveRidge(gpu, matrix, targets, options);
    let damages = 0;
    const again = await solveRidge(gpu, matrix, targets, {
      ...options,
      onProgress: ({ phase }) => {
        if (phase === 'factor' || damages++ > 0) return;
        const path = join(folder, 'factor/panel-0002.f32');
        const content = readFileSync(path);
        content[77] ^= 4;
        writeFileSync(path, content);
      },
    });
    expect(damages).toBeGreaterThan(0);
    expect(notes.join()).toMatch(/panel 2 in .* is damaged/);
    expect(again.relativeResidual).toBeLessThan(1e-10);
    expect(relativeError(again.coefficients, whole.coefficients)).toBeLessThan(1e-9);
  });

  test.each([
    ['cut off', (): string => '{"format":2,'],
    ['null', (): string => 'null'],
    ['of another format', (state: State): string => JSON.stringify({ ...state, format: 1 })],
    [
      'with a width of null',
      ({ identity, ...rest }: State) => JSON.stringify({ ...rest, identity: { ...identity, width: null } }),
    ],
    [
      'with an n of 1e300',
      ({ identity, ...rest }: State) => JSON.stringify({ ...rest, identity: { ...identity, n: 1e300 } }),
    ],
    ['with panels that are a number', (state: State) => JSON.stringify({ ...state, panels: 1e9 })],
    ['with a checksum that is text', (state: State) => JSON.stringify({ ...state, panels: ['a', 'b'] })],
    ['with too many panels', (state: State) => JSON.stringify({ ...state, panels: new Array(9999).fill(1) })],
    ['with a field more', (state: State) => JSON.stringify({ ...state, more: 1 })],
  ])('a state that is %s is no state, and is said to be begun anew', async (_, change) => {
    const identity = { fingerprint: '0123456789abcdef', n: 330, shift: 0, width: 64 };
    const notes: string[] = [];
    await writePanelState(folder, identity, [1, 2]);
    expect(await readPanelState(folder, identity, (note) => notes.push(note))).toEqual([1, 2]);
    expect(notes).toEqual([]);
    const path = join(folder, 'factor.json');
    await writeFile(path, change(JSON.parse(await readFile(path, 'utf8')) as State));
    expect(await readPanelState(folder, identity, (note) => notes.push(note))).toEqual([]);
    expect(notes.join()).toMatch(/begun anew/);
  });

  test('what a killed process left half written, and panels of a narrower factor, are removed', async () => {
    await run({ memoryBytes }, matrix);
    await writeFile(join(folder, 'factor/.panel-0002.f32.4711-3.tmp'), 'half');
    await run({ memoryBytes: 4 * 336 * 64 * 4 }, matrix);
    const files = await readdir(join(folder, 'factor'));
    expect(files.sort()).toEqual(['factor.json', 'panel-0000.f32', 'panel-0001.f32', 'panel-0002.f32']);
  });

  test('the folder belongs to one at a time: the second waits, and goes on when the first has ended', async () => {
    const path = join(folder, 'factor');
    const identity = { fingerprint: '0123456789abcdef', n: 100, shift: 0, width: 64 };
    const notes: string[] = [];
    const options: PanelFilesOptions = { note: (note) => notes.push(note), leaseMs: 600 };
    const first = new PanelFiles(path, options);
    await first.open(identity);
    await using second = new PanelFiles(path, options);
    await expect(second.open(identity)).rejects.toThrow(FactorInUseError);
    expect(notes.join()).toMatch(/claimed by another process: waiting up to 1 s/);
    const waiting = second.open(identity);
    await first[Symbol.asyncDispose]();
    expect((await waiting).done).toBe(0);
  });

  test.each([
    ['is at work there', 1],
    ['has ended', 0],
  ])(
    'a run that stood still for a lease writes nothing over what another put there, which %s',
    async (_, isAtWork) => {
      const path = join(folder, 'factor');
      const targets = randomTargets(n, 2);
      const notes: string[] = [];
      const options: PanelFilesOptions = { note: (note) => notes.push(note), leaseMs: 3000 };
      await using first = new PanelFiles(path, options);
      await using other = new PanelFiles(path, { ...options, note: () => undefined });
      const gpu = await testGpu();
      const reference = await solveRidge(gpu, matrix, targets, { memoryBytes });
      const whole = new Float32Array(64 * 330).fill(7);
      let [written, kept]: (Buffer | undefined)[] = [];
      const store: OpenPanelStore = async (identity) => {
        const files = await first.open(identity);
        return {
          ...files,
          async write(j, panel, pivots) {
            if (j === 2 && written === undefined) {
              await rm(join(path, 'claims/factor.json'));
              const files = await other.open({ ...identity, fingerprint: 'f'.repeat(16) });
              await files.write(0, whole, new Float32Array(64));
              written = await readFile(join(path, 'panel-0000.f32'));
              const leave = () => other[Symbol.asyncDispose]();
              if (!isAtWork) await leave();
              else {
                setTimeout(() => {
                  kept = readFileSync(join(path, 'panel-0000.f32'));
                  void leave();
                }, 1500);
              }
            }
            await files.write(j, panel, pivots);
          },
        };
      };
      const { coefficients } = await solveRidge(gpu, matrix, targets, { memoryBytes, store });
      expect(written).toBeDefined();
      if (isAtWork) expect(kept).toEqual(written);
      expect(relativeError(coefficients, reference.coefficients)).toBeLessThan(1e-9);
      expect(notes.join()).toMatch(
        /was taken over by another process, or removed, while this one stood still/,
      );
      if (isAtWork) expect(notes.join()).toMatch(/is claimed by another process: waiting until it ends/);
      await first.remove();
      expect(await readdir(folder)).toEqual([]);
    },
  );

  test('who lost the folder to one that is at work there leaves its panels', async () => {
    const path = join(folder, 'factor');
    const identity = { fingerprint: '0123456789abcdef', n: 100, shift: 0, width: 64 };
    const options: PanelFilesOptions = { note: () => undefined, leaseMs: 10_000 };
    const first = new PanelFiles(path, options);
    await first.open(identity);
    await rm(join(path, 'claims/factor.json'));
    await using other = new PanelFiles(path, options);
    await (await other.open(identity)).write(0, new Float32Array(64 * 100), new Float32Array(64));
    await first.remove();
    expect((await readdir(path)).sort()).toEqual(['claims', 'factor.json', 'panel-0000.f32']);
  });

  test('an interrupt ends the wait', async () => {
    const path = join(folder, 'factor');
    const identity = { fingerprint: '0123456789abcdef', n: 100, shift: 0, width: 64 };
    await using first = new PanelFiles(path, { note: () => undefined });
    await first.open(identity);
    const controller = new AbortController();
    const second = new PanelFiles(path, {
      note: () => controller.abort(new Error('stopped')),
      signal: controller.signal,
    });
    await expect(second.open(identity)).rejects.toThrow('stopped');
  });

  test('removal leaves what others put there, and takes what a killed run left', async () => {
    await run({}, matrix, 1);
    await writeFile(join(folder, 'factor/notes.txt'), 'mine');
    await using panels = new PanelFiles(join(folder, 'factor'), { note: () => undefined });
    await panels.remove();
    expect(await readdir(join(folder, 'factor'))).toEqual(['notes.txt']);
  });

  test('a disk without room for the factor is refused with the sizes; panels that are there need none', async () => {
    await using panels = new PanelFiles(join(folder, 'factor'), { note: () => undefined });
    await panels.assertRoom(2 ** 20, 2 ** 20);
    await expect(panels.assertRoom(2 ** 60, 2 ** 20)).rejects.toThrow(
      /the factor takes 1\.00 EiB and the results 1\.00 MiB, but only .* [GTM]iB are free there/,
    );
  });
});

interface State {
  readonly format: number;
  readonly identity: object;
  readonly panels: readonly unknown[];
}
