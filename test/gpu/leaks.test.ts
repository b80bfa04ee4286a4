// Plan: what is opened in turn leaves nothing: threads and descriptors of the process stand still, whatever was done in
// the turn, also where opening failed. Counted by the system's own lists, in a process of its own; the control is a
// process that keeps its devices open. Programs of ever new image shapes on one device are forgotten, but for the last
// ones.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const onLinux = process.platform === 'linux' ? test : test.skip;

interface Counts {
  readonly threads: number;
  readonly descriptors: number;
  /** What the turns counted themselves. */
  readonly collected: number;
}

/**
 * What the process has after each of `times` turns, once the garbage collector has had its way: the thread in which
 * Dawn compiled for a device ends when nothing refers to the device any more, some turns of the event loop later. So
 * it is asked again until the numbers are near those of the first turns, for two seconds at the most.
 */
function countsOf(turn: string, times: number): Counts[] {
  const script = `
    import { readdirSync, readlinkSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    import { listAdapters, openGpu } from './dist/src/node.js';
    import { computeGram } from './dist/src/internals.js';
    import { contract } from './dist/shaders/norms.js';
    const adapters = (await listAdapters()).map(({ name }) => name);
    const images = { data: new Float32Array(24).fill(1), count: 2, channels: 1, height: 3, width: 4 };
    const kernels = [{ kernel: 'nngp', depth: 2, readout: 'vanilla' }];
    const kept = [];
    let collected = 0;
    const registry = new FinalizationRegistry(() => collected++);
    // SwiftShader leaves the memory of its compiler behind each time that it is unloaded, which no caller can help.
    const isOfSwiftShader = (fd) => {
      try {
        return readlinkSync('/proc/self/fd/' + fd).includes('swiftshader_jit');
      } catch {
        return true; // Of the list itself.
      }
    };
    const now = () => ({
      threads: readdirSync('/proc/self/task').length,
      descriptors: readdirSync('/proc/self/fd').filter((fd) => !isOfSwiftShader(fd)).length,
      collected,
    });
    const counts = [];
    for (let i = 0; i < ${times}; i++) {
      await (async () => { ${turn} })();
      let count;
      const until = performance.now() + 2000;
      do {
        await sleep(20);
        gc();
        await sleep(20);
        count = now();
      } while (
        counts.length > 3 &&
        kept.length === 0 &&
        (count.threads > counts[3].threads + 2 || count.descriptors > counts[3].descriptors + 2) &&
        performance.now() < until
      );
      counts.push(count);
    }
    console.log(JSON.stringify(counts));
    for (const opened of kept) opened.close?.();`;
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--expose-gc', '--input-type=module', '--eval', script],
    { cwd: root, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Counts[];
}

/** How many more there are after the last turn than after the fourth, when all that stays has begun. */
function growth(counts: readonly Counts[]) {
  const [settled, last] = [counts[3], counts.at(-1)!];
  return {
    threads: last.threads - settled.threads,
    descriptors: last.descriptors - settled.descriptors,
  };
}

const COMPUTE = 'const opened = await openGpu(); await computeGram(opened, { images, kernels });';

onLinux.each([
  ['a device that computed', `${COMPUTE} opened.close();`],
  [
    'a device that is closed while it computes',
    'const opened = await openGpu(); const run = computeGram(opened, { images, kernels }); opened.close(); await run.catch(() => undefined);',
  ],
  [
    'each adapter opened and closed, and two devices at a time',
    `for (const adapter of adapters) {
      const both = [await openGpu({ adapter }), await openGpu({ adapter })];
      for (const one of both) one.close();
    }`,
  ],
  [
    'the list of adapters, and one that there is not',
    "await listAdapters(); await openGpu({ adapter: 'no such adapter' }).catch(() => undefined);",
  ],
])('%s, again and again, leaves no threads and no descriptors', (_, turn) => {
  const { threads, descriptors } = growth(countsOf(turn, 16));
  // Drivers start and end threads of their own as they like; what adds up is one a turn, 12 in all.
  expect([threads <= 3, descriptors <= 3, threads, descriptors]).toEqual([true, true, threads, descriptors]);
});

onLinux('control: devices that stay open are seen', () => {
  expect(growth(countsOf(`${COMPUTE} kept.push(opened);`, 16)).threads).toBeGreaterThanOrEqual(12);
});

onLinux('programs of 120 image shapes on one device are forgotten but for 64; control: those in use', () => {
  const program = (use: string) => `
    globalThis.device ??= await openGpu();
    for (let k = 1; k <= 10; k++) {
      const program = await device.program(contract, { HEIGHT: 10 * i + k, WIDTH: 4, GAIN: 0.125 });
      registry.register(program.pipeline);
      ${use}
    }
    if (i === 11) device.close();`;
  const counts = countsOf(program(''), 12);
  // All but the 64 that are kept; a turn of the collector may come late for some.
  expect(counts.at(-1)!.collected).toBeGreaterThanOrEqual(120 - 64 - 8);
  expect(growth(counts).threads).toBeLessThanOrEqual(3);
  expect(growth(counts).descriptors).toBeLessThanOrEqual(3);
  expect(countsOf(program('kept.push(program);'), 12).at(-1)!.collected).toBe(0);
});
