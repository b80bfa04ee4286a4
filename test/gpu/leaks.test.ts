// Plan: what is opened in turn leaves nothing: threads, descriptors and memory of the process stand still, on every
// adapter of this machine, also where opening fails. Counted in a process of its own, by the system's own lists.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { openDevice } from '../../src/node.js';
import { contract } from '../../shaders/norms.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Threads and descriptors after each of `times` turns of what `turn` does with the library. */
function countsOf(turn: string, times: number): { threads: number; descriptors: number }[] {
  const script = `
    import { readdirSync } from 'node:fs';
    import { computeGram, listAdapters, openDevice } from './dist/src/node.js';
    const adapters = (await listAdapters()).map(({ name }) => name);
    const images = { data: new Float32Array(24).fill(1), count: 2, channels: 1, height: 3, width: 4 };
    const channels = [{ kernel: 'nngp', depth: 2, readout: 'vanilla' }];
    // The thread in which Dawn compiled for a device ends when nothing refers to the device any more.
    const collect = async () => {
      for (let i = 0; i < 3; i++) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        gc();
      }
    };
    const counts = [];
    for (let i = 0; i < ${times}; i++) {
      ${turn}
      await new Promise((resolve) => setTimeout(resolve, 20));
      counts.push({
        threads: readdirSync('/proc/self/task').length,
        descriptors: readdirSync('/proc/self/fd').length,
      });
    }
    console.log(JSON.stringify(counts));`;
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--expose-gc', '--input-type=module', '--eval', script],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as { threads: number; descriptors: number }[];
}

const onLinux = process.platform === 'linux' ? test : test.skip;
const SETTLED = 4;

onLinux.each([
  [
    'each adapter opened and closed',
    'for (const adapter of adapters) { const opened = await openDevice({ adapter }); opened.close(); await opened.gpu.device.lost; }',
  ],
  [
    'a device that computed',
    'const opened = await openDevice(); await computeGram(opened.gpu, { images, channels }); opened.close(); await collect();',
  ],
  ['the list of adapters', 'await listAdapters();'],
  [
    'an adapter that there is not',
    "await openDevice({ adapter: 'no such adapter' }).catch(() => undefined);",
  ],
  [
    'two devices at a time',
    'const both = [await openDevice(), await openDevice()]; for (const one of both) one.close();',
  ],
])('%s, again and again, leaves no threads and no descriptors', (_, turn) => {
  const counts = countsOf(turn, 14);
  const settled = counts.slice(SETTLED);
  for (const kind of ['threads', 'descriptors'] as const) {
    const values = settled.map((count) => count[kind]);
    // The garbage collector may take some away meanwhile, and the next turn brings them back: nothing adds up.
    expect(Math.max(...values)).toBeLessThanOrEqual(
      Math.max(...counts.slice(0, SETTLED).map((count) => count[kind])) + 2,
    );
  }
});

test('programs of ever new shapes do not pile up; one that was used lately is kept', async () => {
  const opened = await openDevice();
  const { gpu } = opened;
  const kept = () => (gpu as unknown as { programs: Map<string, unknown> }).programs.size;
  const program = (HEIGHT: number) => gpu.program(contract, { HEIGHT, WIDTH: 4, GAIN: 0.125 });
  const first = await program(1);
  const sizes: number[] = [];
  for (let height = 2; height <= 80; height++) {
    await program(height);
    // In use all the time.
    if (height % 20 === 0) expect(await program(1)).toBe(first);
    sizes.push(kept());
  }
  expect(Math.max(...sizes)).toBe(64);
  const again = await program(2);
  expect(again.pipeline).toBeDefined();
  opened.close();
});
