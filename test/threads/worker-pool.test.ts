// Threads answer in the order of their tasks; an error in one ends the others and comes out, also one that happened while
// nobody waited; an abort is heard within a second though the threads never pause; and nothing is left running.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runInThreads, WorkerPool } from '../../src/threads/worker-pool.js';

/**
 * A thread that is told how to answer: after some milliseconds, with an error, by leaving, or never, without a pause. It
 * counts up `alive` in shared memory while it lives.
 */
const PROGRAM = `
import { parentPort, workerData } from 'node:worker_threads';
const { alive, failing } = workerData ?? {};
if (alive) setInterval(() => Atomics.add(alive, 0, 1), 10);
if (failing) throw new Error('cannot begin');
parentPort.on('message', ({ value, waitMs = 0, problem, status, spins, spun }) => {
  if (problem !== undefined) throw new Error(problem);
  if (status !== undefined) process.exit(status);
  if (spins) for (;;) Atomics.add(spun, 0, 1);
  setTimeout(() => parentPort.postMessage(value), waitMs);
});
`;

let folder = '';
let worker: URL;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cntk-threads-'));
  writeFileSync(join(folder, 'worker.mjs'), PROGRAM);
  worker = pathToFileURL(join(folder, 'worker.mjs'));
});

afterAll(() => rmSync(folder, { recursive: true }));

function sharedCounter(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Whether a thread still counts. */
async function counts(counter: Int32Array): Promise<boolean> {
  const before = Atomics.load(counter, 0);
  await pause(100);
  return Atomics.load(counter, 0) !== before;
}

describe('runInThreads', () => {
  test('gives the answers in the order of the tasks, and tells of each as it arrives', async () => {
    const arrived: number[] = [];
    const answers = await runInThreads<number>(
      worker,
      [300, 0, 1, 2, 3].map((waitMs, value) => ({ value, waitMs })),
      { threads: 2, onResult: (_, index) => arrived.push(index) },
    );
    expect(answers).toEqual([0, 1, 2, 3, 4]);
    expect(arrived).toEqual([1, 2, 3, 4, 0]);
  });

  test('does nothing for no tasks', async () => {
    expect(await runInThreads(worker, [])).toEqual([]);
  });

  test.each([
    ['an error', { problem: 'task 1 is wrong' }, 'task 1 is wrong'],
    ['an end', { status: 3 }, 'ended with status 3 before its answer'],
  ])('%s of one thread ends the others', async (_, bad, message) => {
    const spun = sharedCounter();
    const tasks = [{ spins: true, spun }, bad, { value: 2 }];
    await expect(runInThreads(worker, tasks, { threads: 2 })).rejects.toThrow(message);
    expect(await counts(spun)).toBe(false);
  });

  test('an error of who is told of an answer ends the threads and comes out', async () => {
    const spun = sharedCounter();
    const onResult = () => {
      throw new Error('the disk is full');
    };
    const tasks = [{ spins: true, spun }, { value: 1 }];
    await expect(runInThreads(worker, tasks, { threads: 2, onResult })).rejects.toThrow('the disk is full');
    expect(await counts(spun)).toBe(false);
  });

  test('hears an abort within a second while the threads compute without a pause', async () => {
    const spun = sharedCounter();
    const controller = new AbortController();
    const running = runInThreads(
      worker,
      [1, 2, 3].map(() => ({ spins: true, spun })),
      {
        threads: 2,
        signal: controller.signal,
      },
    );
    running.catch(() => undefined);
    while (Atomics.load(spun, 0) === 0) await pause(10);
    const reason = new Error('Ctrl-C');
    const aborted = performance.now();
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect(performance.now() - aborted).toBeLessThan(1000);
    expect(await counts(spun)).toBe(false);
  });

  test('starts nothing under a signal that was given before', async () => {
    const reason = new Error('too late');
    await expect(runInThreads(worker, [{ value: 1 }], { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });
});

describe('WorkerPool', () => {
  test('keeps its threads from one question to the next, and ends them when it is closed', async () => {
    const counters = [sharedCounter(), sharedCounter()];
    const pool = new WorkerPool<string>(
      worker,
      counters.map((alive) => ({ alive })),
    );
    for (const word of ['a', 'b']) {
      expect(await pool.askAll([{ value: `${word}0`, waitMs: 20 }, { value: `${word}1` }])).toEqual([
        `${word}0`,
        `${word}1`,
      ]);
    }
    expect(await counts(counters[0])).toBe(true);
    await pool[Symbol.asyncDispose]();
    expect(await Promise.all(counters.map(counts))).toEqual([false, false]);
  });

  test('says of a thread that died while nobody asked why it did', async () => {
    await using pool = new WorkerPool(worker, [{ failing: true }]);
    await pause(300);
    await expect(pool.ask(0, { task: { value: 1 } })).rejects.toThrow('cannot begin');
    await expect(pool.ask(0, { task: { value: 1 } })).rejects.toThrow('cannot begin');
  });

  test('an abort is heard at once, and the thread ends with the pool', async () => {
    const spun = sharedCounter();
    const controller = new AbortController();
    {
      await using pool = new WorkerPool(worker, [undefined]);
      const asked = pool.ask(0, { task: { spins: true, spun }, signal: controller.signal });
      asked.catch(() => undefined);
      while (Atomics.load(spun, 0) === 0) await pause(10);
      controller.abort(new Error('Ctrl-C'));
      await expect(asked).rejects.toThrow('Ctrl-C');
    }
    expect(await counts(spun)).toBe(false);
  });
});
