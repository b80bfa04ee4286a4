// What stands in the place of a tile and is none: each kind is seen, set aside, and never followed or waited for.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { npyHeader } from '../../src/data/npy-bytes.js';
import { describeComputation, type Computation } from '../../src/store/computation.js';
import { exportMatrices, verifyTiles } from '../../src/store/export.js';
import type { StoreTile } from '../../src/store/grid.js';
import { mergeStores } from '../../src/store/merge.js';
import { parseTileFile, tileFile } from '../../src/store/tile-name.js';
import { TileStore } from '../../src/store/tile-store.js';

const folder = mkdtempSync(join(tmpdir(), 'cntk-tiles-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const [N, SIDE] = [10, 4];
const sha = '0'.repeat(64);
const computation = describeComputation({
  kernels: [3, 4].map((depth) => ({ kernel: 'nngp', depth, readout: 'gap' })),
  imageShape: [1, 8, 8],
  normalization: 'none',
  blocks: [{ name: 'train', rows: N, columns: N, rowsSha256: sha, columnsSha256: sha }],
  tileImages: SIDE,
  version: '',
  adapter: { name: '', backend: '', description: '' },
  variants: {},
});

/** A kernel: of numbers 1 + i/8 and a little more on the diagonal. */
const value = (kernel: number, r: number, c: number) =>
  Math.fround((kernel + 1) * (1 + r / 8) * (1 + c / 8) + (r === c ? 0.25 : 0));

function valuesOf({ tile }: StoreTile, of = value): Float32Array[] {
  return [0, 1].map((kernel) =>
    Float32Array.from({ length: tile.rows * tile.columns }, (_, e) =>
      of(kernel, tile.firstRow + Math.floor(e / tile.columns), tile.firstColumn + (e % tile.columns)),
    ),
  );
}

async function filled(name: string, of: Computation = computation): Promise<TileStore> {
  const store = await TileStore.openOrCreate(join(folder, name), of);
  for (const tile of store.tiles) await store.write(tile, valuesOf(tile));
  return store;
}

const tileAt = (store: TileStore, name: string) => store.tiles.find((tile) => tile.name === name)!;

/** Puts values in the place of a tile, with the right SHA-256; as others would, or with a seal as `write` gives. */
async function forge(store: TileStore, name: string, values: Float32Array[], sealed: boolean) {
  const { tile } = tileAt(store, name);
  const parts = [
    npyHeader('<f4', [2, tile.rows, tile.columns]),
    ...values.map((one) => new Uint8Array(one.buffer)),
  ];
  const hash = createHash('sha256').update(Buffer.concat(parts)).digest('hex');
  const old = (await store.finished()).get(name)!;
  await rm(join(store.tilesFolder, old));
  const file = sealed
    ? tileFile(store.computation, name, hash)
    : // The seal of what was there: whoever changes a file and its SHA-256 leaves it as it is.
      `${name}.${hash}.${parseTileFile(old)!.seal!}.npy`;
  await writeFile(join(store.tilesFolder, file), Buffer.concat(parts));
}

const DIAGONAL = 'train-0001-0001';
const SQUARE = 'train-0001-0000';
const of = (change: (kernel: number, r: number, c: number) => number) => (tile: StoreTile) =>
  valuesOf(tile, change);
const FORGERIES: [string, string, (tile: StoreTile) => Float32Array[], RegExp][] = [
  [
    'not a number',
    SQUARE,
    of((k, r, c) => (r === 5 && c === 2 ? NaN : value(k, r, c))),
    /kernel 0, row 5, column 2 is NaN/,
  ],
  [
    'infinite',
    SQUARE,
    of((k, r, c) => (k === 1 && r === 4 ? -Infinity : value(k, r, c))),
    /kernel 1, row 4, column 0 is -Inf/,
  ],
  [
    'not symmetric',
    DIAGONAL,
    of((k, r, c) => value(k, r, c) + (r === 6 && c === 4 ? 2 ** -20 : 0)),
    /row 6, column 4 .* mirror/,
  ],
  [
    'negative on the diagonal',
    DIAGONAL,
    of((k, r, c) => (r === c ? -1 : value(k, r, c))),
    /is -1, and no kernel is negative/,
  ],
  ['larger than its diagonal allows', SQUARE, of((k, r, c) => 2 * value(k, r, c)), /times the square root/],
  ['zeros on the diagonal', DIAGONAL, of(() => 0), /times the square root/],
];

describe.each([true, false])('values with a right SHA-256, seal of their own: %s', (sealed) => {
  test.each(FORGERIES)('that are %s are no part of a kernel', async (name, tile, make, message) => {
    const store = await filled(`${name}-${sealed}`);
    await forge(store, tile, make(tileAt(store, tile)), sealed);
    const damaged = await verifyTiles(store);
    expect([...damaged.keys()]).toContain(tile);
    expect(damaged.get(tile)!.message).toMatch(sealed ? message : /the seal of another tile/);
    const matrix = { block: store.computation.blocks[0], kernel: 0, path: join(folder, 'never.npy') };
    await expect(exportMatrices(store, [matrix])).rejects.toThrow(sealed ? message : /the seal of/);
    expect(readdirSync(folder).filter((one) => one.includes('never'))).toEqual([]);
    // As `cntk kernel` goes on: aside with them, computed again.
    const finished = await store.finished();
    for (const each of damaged.keys()) await store.setAside(finished.get(each)!);
    for (const each of damaged.keys()) await store.write(tileAt(store, each), valuesOf(tileAt(store, each)));
    expect((await verifyTiles(store)).size).toBe(0);
  });
});

test('a tile in the place of another, and one of another computation, are seen by the seal alone', async () => {
  const store = await filled('place');
  const [from, to] = ['train-0002-0000', 'train-0002-0001'].map((name) => ({ name }));
  const files = await store.finished();
  const [one, two] = [from, to].map(({ name }) => files.get(name)!);
  await rm(join(store.tilesFolder, two));
  await writeFile(
    join(store.tilesFolder, one.replace(from.name, to.name)),
    readFileSync(join(store.tilesFolder, one)),
  );
  const other = await filled('other', { ...computation, normalization: 'unit' });
  const foreign = (await other.finished()).get(DIAGONAL)!;
  await rm(join(store.tilesFolder, files.get(DIAGONAL)!));
  await writeFile(join(store.tilesFolder, foreign), readFileSync(join(other.tilesFolder, foreign)));
  const damaged = await verifyTiles(store);
  expect([...damaged.keys()].sort()).toEqual([DIAGONAL, to.name]);
  for (const { message } of damaged.values()) expect(message).toMatch(/the seal of another tile/);
});

test('a store of the first version is read, and gone on with; its tiles have no seals, their values are checked', async () => {
  const first = { ...computation, formatVersion: 1 as const };
  const store = await filled('first', first);
  const unseal = async (of: TileStore, only?: string) => {
    for (const [name, file] of await of.finished())
      if (only === undefined || only === name)
        await rename(
          join(of.tilesFolder, file),
          join(of.tilesFolder, file.replace(/\.[0-9a-f]{32}\.npy$/, '.npy')),
        );
  };
  await unseal(store);
  const again = await TileStore.openOrCreate(store.folder, computation);
  expect((await again.finished()).size).toBe(6);
  expect((await verifyTiles(again)).size).toBe(0);
  for (const [, tile, make] of FORGERIES) {
    await forge(again, tile, make(tileAt(again, tile)), true);
    await unseal(again);
    expect((await verifyTiles(again)).has(tile)).toBe(true);
    const finished = (await again.finished()).get(tile)!;
    await rm(join(again.tilesFolder, finished));
    await again.write(tileAt(again, tile), valuesOf(tileAt(again, tile)));
  }
  await forge(again, SQUARE, [new Float32Array(16), new Float32Array(16)], true);
  expect((await verifyTiles(again)).size).toBe(0);
  await unseal(again, SQUARE);
  expect([...(await verifyTiles(again)).values()].map(String)).toEqual([expect.stringMatching(/zeros only/)]);
  // In a store of the second version a tile without seal is nobody's.
  const second = await filled('second');
  await unseal(second, SQUARE);
  expect([...(await verifyTiles(second)).values()].map(String)).toEqual([expect.stringMatching(/no seal/)]);
});

const OBJECTS: [string, (path: string) => Promise<unknown>, RegExp][] = [
  ['a named pipe', (path) => Promise.resolve(spawnSync('mkfifo', [path])), /a named pipe/],
  ['a folder', (path) => mkdir(join(path, 'in it'), { recursive: true }), /a folder/],
  ['a link that leads out', (path) => symlink('/etc/hostname', path), /a symbolic link/],
  ['a link that leads nowhere', (path) => symlink('nothing', path), /a symbolic link/],
  ['a link to itself', (path) => symlink(path, path), /a symbolic link/],
  ['an empty file', (path) => writeFile(path, ''), /0 bytes, not/],
  [
    'a huge file of holes',
    async (path) => {
      await writeFile(path, '');
      await truncate(path, 2 ** 40);
    },
    /1099511627776 bytes, not/,
  ],
];

test.each(OBJECTS)('%s in its place is set aside, and computed again', async (name, make, message) => {
  const store = await filled(name);
  const file = (await store.finished()).get(SQUARE)!;
  const path = join(store.tilesFolder, file);
  await rm(path);
  await make(path);
  const damaged = await verifyTiles(store);
  expect([...damaged.values()].map(({ message }) => message)).toEqual([expect.stringMatching(message)]);
  await store.setAside(file);
  // And once more of the same name.
  await make(path);
  await store.setAside(file);
  await store.write(tileAt(store, SQUARE), valuesOf(tileAt(store, SQUARE)));
  expect((await verifyTiles(store)).size).toBe(0);
  expect(readFileSync('/etc/hostname').length).toBeGreaterThan(0);
});

test('names that are on no grid do not count', async () => {
  const store = await filled('names');
  for (const name of [
    'train-0000-0001',
    'train-0003-0000',
    'train-00000-0000',
    'cross-0000-0000',
    'TRAIN-0000-0000',
  ])
    await writeFile(join(store.tilesFolder, `${name}.${sha}.npy`), '');
  expect((await store.finished()).size).toBe(store.tileCount);
  expect((await verifyTiles(store)).size).toBe(0);
});

test('merge takes the whole copy where its own is damaged, and leaves the damaged of others', async () => {
  const [target, source] = [await filled('target'), await filled('source')];
  const harm = async (store: TileStore, name: string) =>
    truncate(join(store.tilesFolder, (await store.finished()).get(name)!), 100);
  await harm(target, SQUARE);
  await harm(source, DIAGONAL);
  const report = await mergeStores(target, [source]);
  expect(report.merged).toBe(1);
  expect(report.damaged.map(({ file }) => file.slice(0, 15))).toEqual([SQUARE]);
  expect((await verifyTiles(target)).size).toBe(0);
  await expect(mergeStores(target, [target])).rejects.toThrow(/is .* itself; name the folders of other runs/);
});

test('an interruption is heard between two tiles, of verify, export and merge', async () => {
  const [store, other] = [await filled('stopped'), await filled('stopped-too')];
  await rm(join(other.tilesFolder, (await other.finished()).get(SQUARE)!));
  const matrix = { block: store.computation.blocks[0], kernel: 0, path: join(folder, 'stopped.npy') };
  const actions = [
    (options: object) => verifyTiles(store, store.tiles, options),
    (options: object) => exportMatrices(store, [matrix], options),
    (options: object) => mergeStores(other, [store], options),
  ];
  for (const action of actions) {
    const controller = new AbortController();
    let steps = 0;
    const stopped = action({
      signal: controller.signal,
      onProgress: () => {
        steps++;
        controller.abort(new Error('enough'));
      },
    });
    await expect(stopped).rejects.toThrow('enough');
    expect(steps).toBe(1);
  }
  expect(readdirSync(folder).filter((name) => name.includes('stopped.npy'))).toEqual([]);
});

test('an export clears what a killed one of the same name left, and nothing of one that lives', async () => {
  const store = await filled('litter');
  const path = join(folder, 'litter.npy');
  const { PROCESS_TOKEN } = await import('../../src/files/process-token.js');
  const dead = PROCESS_TOKEN.replace(/-\d+-/, `-${spawnSync('true').pid}-`);
  const own = `.litter.npy.${PROCESS_TOKEN}-77.tmp`;
  for (const name of [`.litter.npy.${dead}-0.tmp`, own]) await writeFile(join(folder, name), 'x');
  await exportMatrices(store, [{ block: store.computation.blocks[0], kernel: 0, path }]);
  expect(readdirSync(folder).filter((name) => name.startsWith('.litter'))).toEqual([own]);
});
