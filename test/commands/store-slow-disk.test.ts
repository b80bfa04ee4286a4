// Two processes put one store together while the disk of the first is slow, or the first stands still: the first keeps
// its claim as long as it lives, and who lost it goes on without harm. In real processes, with a delay planted in fsync.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeComputation } from '../../src/store/computation.js';
import { TileStore } from '../../src/store/tile-store.js';

const folder = mkdtempSync(join(tmpdir(), 'cntk-slow-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const dist = new URL('../../dist/src/', import.meta.url);
const LEASE_MS = 1500;
const N = 9;
const NAME = 'nngp-gap-d3.npy';

const shim = join(folder, 'slow.so');
const source = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>
int fsync(int fd) { sleep(4); return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd); }
`;
const hasShim =
  process.platform === 'linux' &&
  spawnSync('cc', ['-shared', '-fPIC', '-x', 'c', '-o', shim, '-', '-ldl'], { input: source }).status === 0;

/** Assembles the store in a process of its own, as every command does, with a short lease. */
function assemble(store: string, env: Record<string, string> = {}) {
  const script = `
    const { assembleMatrices, resultReport } = await import(${JSON.stringify(new URL('store/assembly.js', dist).href)});
    const { TileStore } = await import(${JSON.stringify(new URL('store/tile-store.js', dist).href)});
    const store = await TileStore.open(process.argv[1]);
    const signal = new AbortController().signal;
    await assembleMatrices(store, resultReport(store), { signal, leaseMs: ${LEASE_MS} });
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, store], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  const ended = once(child, 'close').then(([status]: unknown[]) => ({
    status,
    stderr,
    at: performance.now(),
  }));
  return { child, ended };
}

async function complete(name: string): Promise<TileStore> {
  const sha = '0'.repeat(64);
  const store = await TileStore.openOrCreate(
    join(folder, name),
    describeComputation({
      kernels: [{ kernel: 'nngp', depth: 3, readout: 'gap' }],
      imageShape: [1, 8, 8],
      normalization: 'none',
      blocks: [{ name: 'train', rows: N, columns: N, rowsSha256: sha, columnsSha256: sha }],
      tileImages: 4,
      version: '',
      adapter: { name: '', backend: '', description: '' },
      variants: {},
    }),
  );
  for (const tile of store.tiles)
    await store.write(tile, [new Float32Array(tile.tile.rows * tile.tile.columns).fill(1)]);
  return store;
}

function expectWhole({ folder: at }: TileStore): void {
  expect(readdirSync(at).sort()).toEqual(['computation.json', 'manifest.json', NAME, 'tiles']);
  const matrix = readFileSync(join(at, NAME));
  const values = new Float32Array(Uint8Array.from(matrix.subarray(128)).buffer);
  expect(values.every((value) => value === 1)).toBe(true);
  expect(matrix.length).toBe(128 + 4 * N * N);
}

async function begun({ folder: at }: TileStore): Promise<void> {
  while (!readdirSync(at).some((name) => name.startsWith('.partial-'))) await sleep(20);
}

(hasShim ? test : test.skip)(
  'a disk that is slow costs no claim: the second waits for the first',
  async () => {
    const store = await complete('slow');
    const first = assemble(store.folder, { LD_PRELOAD: shim });
    await begun(store);
    const second = assemble(store.folder);
    const [one, two] = await Promise.all([first.ended, second.ended]);
    expect([one, two]).toMatchObject([
      { status: 0, stderr: '' },
      { status: 0, stderr: '' },
    ]);
    expect(one.at).toBeLessThan(two.at);
    expectWhole(store);
  },
);

(process.platform === 'win32' ? test.skip : test)(
  'one that stands still loses its claim, and goes on when it wakes',
  async () => {
    const store = await complete('stopped');
    const first = assemble(store.folder, hasShim ? { LD_PRELOAD: shim } : {});
    await begun(store);
    first.child.kill('SIGSTOP');
    const partial = readdirSync(store.folder).filter((name) => name.startsWith('.partial-'));
    const two = await assemble(store.folder).ended;
    expect(two).toMatchObject({ status: 0, stderr: '' });
    // The folder of the first is not the second's to remove.
    for (const name of partial) expect(existsSync(join(store.folder, name))).toBe(true);
    first.child.kill('SIGCONT');
    expect(await first.ended).toMatchObject({ status: 0, stderr: '' });
    expectWhole(store);
  },
);

(hasShim ? test : test.skip)(
  'one that was killed is followed at once, and what it left is cleared',
  async () => {
    const store = await complete('killed');
    const first = assemble(store.folder, { LD_PRELOAD: shim });
    await begun(store);
    first.child.kill('SIGKILL');
    await first.ended;
    expect(await assemble(store.folder).ended).toMatchObject({ status: 0, stderr: '' });
    expectWhole(store);
  },
);

test('names of any kind: a space, a quote, a newline, letters of other scripts', async () => {
  const store = await complete('a \'b"\nß漢');
  expect(await assemble(store.folder).ended).toMatchObject({ status: 0, stderr: '' });
  expectWhole(store);
});
