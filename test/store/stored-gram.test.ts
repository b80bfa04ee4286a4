// Tiles on a real device: whatever the tiling, the sharing and the interruptions, the bits of one undisturbed run.
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readNpy } from '../../src/data/npy.js';
import { describeComputation } from '../../src/store/computation.js';
import { exportMatrices, matrixFile } from '../../src/store/export.js';
import { TileStore } from '../../src/store/tile-store.js';
import { SILENT, type Reporter } from '../../src/progress/reporter.js';
import { computeStored, type StoredGramOptions } from '../../src/store/stored-gram.js';
import { openGpu } from '../../src/node.js';
import type { KernelSpec } from '../../src/kernel/kernel-spec.js';
import { computeGram } from '../../src/kernel/gram.js';
import type { ImageStack } from '../../src/images/images.js';
import { testGpu } from '../support/gpu.js';
import { randomNumbers } from '../support/run-shader.js';

const folder = mkdtempSync(join(tmpdir(), 'cntk-stored-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

function stack(count: number, seed: number): ImageStack {
  return { data: randomNumbers(count * 60, seed), count, channels: 2, height: 5, width: 6 };
}
const [train, test2] = [stack(13, 1), stack(5, 2)];
// Of the test images another power of two is the scale; two passes.
test2.data[0] = 9;
const kernels: KernelSpec[] = [
  { kernel: 'ntk', depth: 4, readout: 'gap', trained: 'hidden' },
  { kernel: 'ntk', depth: 3, readout: 'vanilla', trained: 'all' },
];
const options: StoredGramOptions = {
  kernels,
  images: { train: { rows: train }, test: { rows: test2, columns: train } },
};

function newStore(name: string, tileImages: number): Promise<TileStore> {
  const block = { rowsSha256: '0'.repeat(64), columnsSha256: '0'.repeat(64) };
  return TileStore.openOrCreate(
    join(folder, name),
    describeComputation({
      kernels,
      imageShape: [2, 5, 6],
      normalization: 'none',
      blocks: [
        { name: 'train', rows: 13, columns: 13, ...block },
        { name: 'test', rows: 5, columns: 13, ...block },
      ],
      tileImages,
      version: '',
      adapter: { name: '', backend: '', description: '' },
      variants: {},
    }),
  );
}

async function expectUndisturbed(store: TileStore): Promise<void> {
  const gpu = await testGpu();
  const whole = [
    await computeGram(gpu, { images: train, kernels }),
    await computeGram(gpu, { images: test2, against: train, kernels }),
  ];
  const { blocks, kernels: named } = store.computation;
  const matrices = blocks.flatMap((block) =>
    named.map(({ name }, kernel) => ({ block, kernel, path: join(store.folder, matrixFile(block, name)) })),
  );
  await exportMatrices(store, matrices);
  for (const { block, kernel, path } of matrices)
    expect((await readNpy(path)).data).toEqual(whole[blocks.indexOf(block)].matrices[kernel]);
}

test.each([
  [1, undefined],
  [4, undefined],
  [5, 400_000],
  [13, 150_000],
  [64, undefined],
])('tiles of %i images, %s bytes of memory: the bits of computeGram', async (side, memoryBytes) => {
  const store = await newStore(`side-${side}`, side);
  const report = await computeStored(await testGpu(), store, { ...options, memoryBytes });
  expect(report).toMatchObject({ tiles: store.tiles.length, pairs: 91 + 65 });
  await expectUndisturbed(store);
  // A second run finds nothing to do.
  expect(await computeStored(await testGpu(), store, options)).toMatchObject({ tiles: 0, pairs: 0 });
});

test('three shards, two of them at the same time', async () => {
  const store = await newStore('shards', 4);
  const gpu = await testGpu();
  const shard = (index: number) => computeStored(gpu, store, { ...options, shard: { index, count: 3 } });
  const [one, two] = await Promise.all([shard(1), shard(2)]);
  const three = await shard(3);
  expect(one.tiles + two.tiles + three.tiles).toBe(store.tiles.length);
  await expectUndisturbed(store);
});

test('two writers share the tiles, none is computed twice', async () => {
  const store = await newStore('two', 3);
  const gpu = await testGpu();
  const reports = await Promise.all([computeStored(gpu, store, options), computeStored(gpu, store, options)]);
  expect(reports[0].tiles + reports[1].tiles).toBe(store.tiles.length);
  for (const { tiles } of reports) expect(tiles).toBeGreaterThan(0);
  await expectUndisturbed(store);
});

/** Acts when a third of the tiles that are missing is computed. */
function afterAThird(action: () => void): Reporter {
  let phase = '';
  return {
    ...SILENT,
    phase: (name) => (phase = name),
    update: (fraction) => {
      if (phase === 'kernel' && fraction > 1 / 3) action();
    },
  };
}

test('a device that is lost, and an interruption, lose the open tile at the most', async () => {
  const store = await newStore('lost', 3);
  const device = await openGpu();
  const lost = computeStored(device, store, {
    ...options,
    reporter: afterAThird(() => device.device.destroy()),
  });
  await expect(lost).rejects.toThrow(/was lost/);
  device.close();
  const kept = (await store.finished()).size;
  expect(kept).toBeGreaterThan(0);
  const controller = new AbortController();
  const stopped = computeStored(await testGpu(), store, {
    ...options,
    signal: controller.signal,
    reporter: afterAThird(() => controller.abort(new Error('enough'))),
  });
  await expect(stopped).rejects.toThrow('enough');
  const more = (await store.finished()).size;
  expect(more).toBeGreaterThan(kept);
  const { tiles } = await computeStored(await testGpu(), store, options);
  expect(tiles).toBe(store.tiles.length - more);
  await expectUndisturbed(store);
});
