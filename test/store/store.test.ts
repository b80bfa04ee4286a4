// The grid covers every pair once, shares are balanced; what is written comes back, as one matrix and for NumPy;
// damage of each kind is seen; other computations and newer formats are refused with both values; claims pass on from
// the dead, and from those whose heartbeat stands still, but not from the living.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readNpy } from '../../src/data/npy.js';
import { Claims } from '../../src/files/claims.js';
import { describeComputation, type ComputationInput } from '../../src/store/computation.js';
import { exportArchive, exportMatrices, verifyTiles } from '../../src/store/export.js';
import { shardTiles, storeTiles, tileSide, type Block } from '../../src/store/grid.js';
import { mergeStores } from '../../src/store/merge.js';
import { TileStore } from '../../src/store/tile-store.js';
import { coveragePicture, type TileState } from '../../src/store/coverage.js';

const folder = mkdtempSync(join(tmpdir(), 'cntk-store-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const [N, TEST, SIDE] = [11, 6, 4];
const [AA, BB, CC] = ['a', 'b', 'c'].map((digit) => digit.repeat(64));
const input: ComputationInput = {
  kernels: [
    { kernel: 'ntk', depth: 3, readout: 'gap', trained: 'hidden' },
    { kernel: 'nngp', depth: 4, readout: 'lap:1' },
  ],
  imageShape: [1, 8, 8],
  normalization: 'none',
  blocks: [
    { name: 'train', rows: N, columns: N, rowsSha256: AA, columnsSha256: AA },
    { name: 'test', rows: TEST, columns: N, rowsSha256: BB, columnsSha256: AA },
  ],
  tileImages: SIDE,
  version: '1.2.3',
  adapter: { name: 'an adapter', backend: 'vulkan', description: '' },
  variants: {},
};
const computation = describeComputation(input);

/** Value of a pair, symmetric, other per kernel. */
const value = (kernel: number, r: number, c: number) => Math.fround(1000 * kernel + r * c + (r + c) / 64);

async function filled(name: string, keep: (index: number) => boolean = () => true): Promise<TileStore> {
  const store = await TileStore.openOrCreate(join(folder, name), computation);
  for (const [index, one] of store.tiles.entries()) {
    const { firstRow, firstColumn, rows, columns } = one.tile;
    const values = [0, 1].map((kernel) =>
      Float32Array.from({ length: rows * columns }, (_, e) =>
        value(kernel, firstRow + Math.floor(e / columns), firstColumn + (e % columns)),
      ),
    );
    if (keep(index)) await store.write(one, values);
  }
  return store;
}

test('a manifest of earlier versions, which named variants by `vanilla` and `all`, is read', async () => {
  const { folder: made } = await TileStore.openOrCreate(join(folder, 'earlier'), computation);
  const file = join(made, 'computation.json');
  const manifest = JSON.parse(await readFile(file, 'utf8')) as object;
  await writeFile(file, JSON.stringify({ ...manifest, variants: { vanilla: 'a', all: 'b' } }));
  expect((await TileStore.open(made)).computation.variants).toEqual({ one: 'a', many: 'b' });
});

describe('the grid', () => {
  const blocks: Block[] = input.blocks.map(({ name, rows, columns }) => ({ name, rows, columns }));

  test.each([1, 3, 4, 11, 64])('tiles of %i images hold every pair once', (side) => {
    const tiles = storeTiles(blocks, side);
    expect(tiles.reduce((sum, { pairs }) => sum + pairs, 0)).toBe((N * (N + 1)) / 2 + N * TEST);
    expect(new Set(tiles.map(({ name }) => name)).size).toBe(tiles.length);
  });

  test.each([1, 2, 7, 8, 40])(
    '%i shards share them out, balanced to one tile, the same each time',
    (count) => {
      const tiles = storeTiles([{ name: 'train', rows: 300, columns: 300 }], 16);
      const shards = Array.from({ length: count }, (_, at) => shardTiles(tiles, { index: at + 1, count }));
      expect(
        shards
          .flat()
          .map(({ name }) => name)
          .sort(),
      ).toEqual(tiles.map(({ name }) => name).sort());
      const loads = shards.map((shard) => shard.reduce((sum, { pairs }) => sum + pairs, 0));
      expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(16 * 16);
      expect(shardTiles(tiles, { index: 1, count })).toEqual(shards[0]);
    },
  );

  test('a tile is at most a minute of work, and 50,000 images take thousands of files, not millions', () => {
    const gap21 = 20 * 2 ** 20;
    const cifar: Block[] = [{ name: 'train', rows: 50_000, columns: 50_000 }];
    expect(tileSide(cifar, gap21, 'software') ** 2 * gap21).toBeLessThanOrEqual(2 ** 33);
    const side = tileSide(cifar, gap21, 'hardware');
    expect(storeTiles(cifar, side).length).toBeLessThan(100_000);
    expect(tileSide([{ name: 'train', rows: 12, columns: 12 }], 1000, 'hardware')).toBe(4);
    expect(tileSide(cifar, 2 ** 50, 'software')).toBe(1);
  });
});

describe('a store', () => {
  test('gives the matrices back, as .npy, as .npz and to NumPy', async () => {
    const store = await filled('whole');
    const [train, test] = store.computation.blocks;
    const path = join(folder, 'K.npy');
    await exportMatrices(store, [{ block: train, kernel: 1, path }]);
    const { data, shape, descr } = await readNpy(path);
    expect({ shape, descr }).toEqual({ shape: [N, N], descr: '<f4' });
    expect(data).toEqual(Float32Array.from({ length: N * N }, (_, e) => value(1, Math.floor(e / N), e % N)));
    const matrices = [train, test].flatMap((block) => [0, 1].map((kernel) => ({ block, kernel })));
    await exportArchive(store, matrices, join(folder, 'all.npz'));
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp') || name.startsWith('.'))).toEqual(
      [],
    );
    const python = [
      'import numpy as np, glob, hashlib',
      "K = np.load('K.npy', mmap_mode='r')",
      "z = np.load('all.npz')",
      "t = z['test-ntk-gap-d3-hidden']",
      "assert (K == K.T).all() and K[10, 3] == z['nngp-lap1-d4'][3, 10] and t.shape == (6, 11) and t[5, 9] == 45 + 14 / 64",
      "for f in glob.glob('whole/tiles/*.npy'): assert hashlib.sha256(open(f, 'rb').read()).hexdigest() in f and np.load(f).ndim == 3",
    ].join('\n');
    const numpy = spawnSync('python3', ['-c', 'import numpy']).status === 0;
    if (!numpy) process.stderr.write('no python3 with numpy here: not read by NumPy\n');
    else expect(spawnSync('python3', ['-c', python], { cwd: folder, encoding: 'utf8' }).stderr).toBe('');
  });

  test('of which tiles are missing exports nothing, and says how many', async () => {
    const store = await filled('part', (index) => index > 1);
    const path = join(folder, 'part.npy');
    const block = store.computation.blocks[0];
    await expect(exportMatrices(store, [{ block, kernel: 0, path }])).rejects.toThrow(
      /2 of 6 tiles are missing/,
    );
    expect(await readdir(folder)).not.toContain('part.npy');
    const states = new Map<string, TileState>(
      [...(await store.finished()).keys()].map((n) => [n, 'finished']),
    );
    states.set('train-0000-0000', 'damaged');
    const picture = coveragePicture(block, SIDE, states);
    expect(picture).toBe('✗\n·█\n███');
  });

  test.each([
    ['a truncated tile', (path: string) => truncate(path, 200), /200 bytes, not \d+/],
    ['an empty tile', (path: string) => truncate(path, 0), /0 bytes, not/],
    [
      'a flipped bit of a value',
      (path: string) =>
        writeFile(
          path,
          readFileSync(path).map((byte, at) => (at === 200 ? byte ^ 4 : byte)),
        ),
      /SHA-256 is [0-9a-f]{64}, not [0-9a-f]{64}/,
    ],
    [
      'a flipped bit of the header',
      (path: string) =>
        writeFile(
          path,
          readFileSync(path).map((byte, at) => (at === 3 ? byte ^ 1 : byte)),
        ),
      /SHA-256 is/,
    ],
  ])('sees %s, and only that', async (name, harm, message) => {
    const store = await filled(name);
    expect((await verifyTiles(store)).size).toBe(0);
    const [victim] = (await store.finished()).values();
    await harm(join(store.tilesFolder, victim));
    const damaged = [...(await verifyTiles(store)).values()];
    expect(damaged.map(({ file }) => file)).toEqual([victim]);
    expect(damaged[0].message).toMatch(message);
    await store.setAside(victim);
    expect((await store.finished()).size).toBe(store.tiles.length - 1);
  });

  test.each([
    [
      'images',
      { blocks: [{ ...input.blocks[0], rowsSha256: CC, columnsSha256: CC }, input.blocks[1]] },
      /train a{64}\/a{64}.*train c{64}\/c{64}/,
    ],
    [
      'a size',
      { blocks: [{ ...input.blocks[0], rows: 12, columns: 12 }, input.blocks[1]] },
      /train 11×11.*train 12×12/,
    ],
    ['a depth', { kernels: [{ ...input.kernels[0], depth: 5 }, input.kernels[1]] }, /ntk-gap-d3.*ntk-gap-d5/],
    ['a normalisation', { normalization: 'unit' }, /normalisation: none; asked for: unit/],
  ] as [string, Partial<ComputationInput>, RegExp][])(
    'of another %s is refused',
    async (_, change, message) => {
      const store = await filled('refused', () => false);
      const other = describeComputation({ ...input, ...change });
      await expect(TileStore.openOrCreate(store.folder, other)).rejects.toThrow(message);
      // Grid, adapter and version are those of the one that began it.
      const again = await TileStore.openOrCreate(store.folder, {
        ...computation,
        tileImages: 2,
        version: '9',
      });
      expect(again.computation).toMatchObject({ tileImages: SIDE, version: '1.2.3' });
    },
  );

  test.each([
    ['4', /version 4 of the format.*1\.2\.3.*knows versions 1, 2, 3/],
    ['0', /version 0/],
    ['"x"', /formatVersion: .*received "x"/],
    ['nonsense', /is damaged/],
  ])('with format version %s is refused', async (version, message) => {
    const store = await filled(`version-${version}`, () => false);
    const text = JSON.stringify(computation).replace('"formatVersion":2', `"formatVersion":${version}`);
    await writeFile(join(store.folder, 'computation.json'), text);
    await expect(TileStore.open(store.folder)).rejects.toThrow(message);
  });

  test('takes the tiles of others, but no damaged ones', async () => {
    const [one, two] = [await filled('even', (i) => i % 2 === 0), await filled('odd', (i) => i % 2 === 1)];
    const [victim] = (await two.finished()).values();
    await truncate(join(two.tilesFolder, victim), 100);
    const report = await mergeStores(one, [two]);
    expect(report.damaged.map(({ file }) => file)).toEqual([victim]);
    expect((await one.finished()).size).toBe(one.tiles.length - 1);
    expect((await verifyTiles(one)).size).toBe(0);
    await mergeStores(one, [await filled('third')]);
    expect((await one.finished()).size).toBe(one.tiles.length);
  });
});

describe('claims', () => {
  const dead = spawnSync('true').pid;
  const claim = (host: string, pid: number, beat = 0) => JSON.stringify({ host, pid, beat });

  test('are taken once, given back, and taken over from the dead of this host', async () => {
    const at = join(folder, 'claims-1');
    await using one = await Claims.open(at);
    await using two = await Claims.open(at);
    expect(await one.claim('a')).toBe('mine');
    expect(await two.claim('a')).toBe('others');
    expect(await one.claim('b')).toBe('mine');
    expect(await two.claim('a')).toBe('others');
    await one.release('a');
    expect(await two.claim('a')).toBe('mine');
    expect(await two.claim('b')).toBe('others');
    const { hostname } = await import('node:os');
    await writeFile(join(at, 'claims/c.json'), claim(hostname(), dead));
    expect(await one.claim('c')).toBe('takenOver');
    await writeFile(join(at, 'claims/d.json'), claim(hostname(), process.ppid));
    expect(await one.claim('d')).toBe('others');
  });

  test.each([
    ['another host', claim('elsewhere', dead)],
    ['a claim that was cut off', '{"host'],
  ])('of %s are lost when the heartbeat stands still, whatever the clocks say', async (_, text) => {
    const at = join(folder, `claims-${text.length}`);
    await mkdir(join(at, 'claims'), { recursive: true });
    const file = join(at, 'claims/a.json');
    await writeFile(file, text);
    await using claims = await Claims.open(at, 300);
    expect(await claims.claim('a')).toBe('others');
    await sleep(200);
    await writeFile(file, `${text} `);
    await sleep(200);
    // It has moved: counted from when that is seen.
    expect(await claims.claim('a')).toBe('others');
    await sleep(400);
    expect(await claims.claim('a')).toBe('takenOver');
  });

  test('of a process that lives move, and are kept', async () => {
    const at = join(folder, 'claims-alive');
    await using holder = await Claims.open(at, 240);
    expect(await holder.claim('a')).toBe('mine');
    const file = join(at, 'claims/a.json');
    const before = readFileSync(file, 'utf8');
    await sleep(400);
    expect(readFileSync(file, 'utf8')).not.toBe(before);
    expect(readFileSync(file, 'utf8').length).toBe(before.length);
  });
});

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
