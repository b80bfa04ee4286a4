// computation.json with every field changed in every way: a clean error that names the field, or the right result;
// never another error, and never a wait. Also the largest computation that is legal is looked at at once.
import { mkdtempSync } from 'node:fs';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { verifyTiles } from '../../src/store/export.js';
import { describeComputation } from '../../src/store/computation.js';
import { UnusableStoreError } from '../../src/store/store-error.js';
import { TileStore } from '../../src/store/tile-store.js';
import { coveragePicture } from '../../src/store/coverage.js';

const folder = mkdtempSync(join(tmpdir(), 'cntk-fields-'));
const file = join(folder, 'computation.json');
afterAll(() => rm(folder, { recursive: true, force: true }));

const [SHA, TEST_SHA] = ['a', 'b'].map((digit) => digit.repeat(64));
const whole = describeComputation({
  kernels: [
    { kernel: 'ntk', depth: 3, readout: 'gap', trained: 'hidden' },
    { kernel: 'nngp', depth: 4, readout: 'lap:1' },
  ],
  imageShape: [1, 8, 8],
  normalization: 'none',
  blocks: [
    { name: 'train', rows: 11, columns: 11, rowsSha256: SHA, columnsSha256: SHA },
    { name: 'test', rows: 6, columns: 11, rowsSha256: TEST_SHA, columnsSha256: SHA },
  ],
  tileImages: 4,
  version: '1.2.3',
  adapter: { name: 'an adapter', backend: 'vulkan', description: '' },
  variants: { one: 'a variant' },
  inputs: {
    images: {
      files: ['x.npz:a'],
      sources: [{ file: 'x.npz:a', layout: 'nchw', dtype: 'uint8', dividedBy: 255, first: 3, count: 11 }],
    },
  },
});

/** All that `store info` and `verify` do with a store. */
async function look(): Promise<number> {
  const store = await TileStore.open(folder);
  const { blocks, tileImages } = store.computation;
  for (const block of blocks) coveragePicture(block, tileImages, new Map());
  await store.sizeBytes();
  if (store.tileCount < 1000) expect((await verifyTiles(store)).size).toBe(0);
  return store.tileCount;
}

type Path = readonly (string | number)[];

/** Of every field, also of every list and object. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, one]) =>
    pathsOf(one, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return path.length === 0 ? inner : [path, ...inner];
}

const VALUES: [string, unknown][] = [
  ['null', null],
  ['−1', -1],
  ['0', 0],
  ['a half', 0.5],
  ['1e9', 1e9],
  ['1e300', 1e300],
  ['text', 'x'],
  ['a path', '../../x'],
  ['a zero byte', 'a\0b'],
  ['an object', {}],
  ['a list', []],
  ['true', true],
];

function changed(
  path: Path,
  change: (holder: Record<string | number, unknown>, key: string | number) => void,
) {
  const copy = structuredClone(whole) as unknown as Record<string | number, unknown>;
  let holder = copy;
  for (const key of path.slice(0, -1)) holder = holder[key] as typeof holder;
  change(holder, path.at(-1)!);
  return JSON.stringify(copy);
}

// Texts that say who began the store, and the adapter's variants: any text will do, and none of variants.
const FREE = /^(normalization|version|adapter\.(name|backend|description)|variants(\.one)?)$/;
// What is said of the files of images, nothing depends on: there many values are right.
const INPUTS = /^inputs/;

async function outcome(path: Path, text: string): Promise<string> {
  await writeFile(file, text);
  const started = performance.now();
  try {
    await look();
    return 'read';
  } catch (error) {
    expect(error).toBeInstanceOf(UnusableStoreError);
    const { message } = error as Error;
    // The field itself, the list that it belongs to, or one that it disagrees with.
    expect(message).toContain(`${file}: ${String(path[0]) === 'format' ? 'format' : ''}`);
    expect(message).toMatch(new RegExp(`${String(path[0])}|blocks|kernels|tileImages|version -?[0-9]`));
    return 'refused';
  } finally {
    expect(performance.now() - started).toBeLessThan(2000);
  }
}

test('unchanged it is read (control)', async () => {
  await writeFile(file, JSON.stringify(whole));
  expect(await look()).toBe(12);
});

test.each(pathsOf(whole).map((path) => [path.join('.'), path] as const))(
  '%s of any other value is refused by name, or right',
  async (name, path) => {
    for (const [, value] of VALUES) {
      const found = await outcome(
        path,
        changed(path, (holder, key) => (holder[key] = value)),
      );
      const isFree = FREE.test(name) && (typeof value === 'string' || name === 'variants');
      // Grids of any legal side are grids.
      if (!isFree && !INPUTS.test(name) && !(name === 'tileImages' && value === 1e9))
        expect([value, found]).toEqual([value, 'refused']);
    }
    const missing = await outcome(
      path,
      changed(path, (holder, key) => Reflect.deleteProperty(holder, key)),
    );
    if (!/^(variants\.one|blocks\.1|inputs(\.images\.(files|sources)\.0)?)$/.test(name))
      expect(missing).toBe('refused');
  },
);

test.each(['kernels', 'blocks'])('%s that are named twice are refused', async (list) => {
  for (const index of [0, 1]) {
    const text = changed([list, index], (holder, key) => (holder as unknown as unknown[]).push(holder[key]));
    expect(await outcome([list], text)).toBe('refused');
  }
});

test.each([
  [
    'a kernel that is called as another',
    ['kernels', 0, 'name'],
    'nngp-gap-d3',
    /what it describes is ntk-gap-d3-hidden/,
  ],
  ['a matrix that is not square', ['blocks', 0, 'rows'], 12, /12 rows and 11 columns/],
  ['a test matrix of other columns', ['blocks', 1, 'columns'], 12, /is 12, but blocks.0.columns 11/],
  ['a file that is a number', ['inputs', 'images', 'files', 0], 3, /inputs\.images\.files\.0: /],
  [
    'pixels that are divided by nothing',
    ['inputs', 'images', 'sources', 0, 'dividedBy'],
    0,
    /inputs\.images\.sources\.0\.dividedBy: /,
  ],
  ['half an image', ['inputs', 'images', 'sources', 0, 'first'], 0.5, /sources\.0\.first: /],
  ['tiles without number', ['tileImages'], 0, /tileImages: .*>=1 but received 0/],
] as [string, Path, unknown, RegExp][])(
  '%s: the message says what disagrees',
  async (_, path, value, message) => {
    await writeFile(
      file,
      changed(path, (holder, key) => (holder[key] = value)),
    );
    await expect(TileStore.open(folder)).rejects.toThrow(message);
  },
);

test('a million images are looked at within seconds; tiles that no folder holds are refused, at the bound', async () => {
  const sized = (images: number, tileImages: number) => {
    const block = { ...whole.blocks[0], rows: images, columns: images };
    return JSON.stringify({ ...whole, blocks: [block], tileImages });
  };
  await writeFile(file, sized(1e6, 512));
  const started = performance.now();
  expect(await look()).toBe((1954 * 1955) / 2);
  expect(performance.now() - started).toBeLessThan(2000);
  // 2047 · 2048 / 2 ≤ 2²¹ < 2048 · 2049 / 2
  await writeFile(file, sized(2047, 1));
  expect((await TileStore.open(folder)).tileCount).toBe(2_096_128);
  await writeFile(file, sized(2048, 1));
  await expect(TileStore.open(folder)).rejects.toThrow(/are 2098176 tiles, at most 2097152 are possible/);
});

test.each([
  ['a named pipe', (path: string) => Promise.resolve(spawnSync('mkfifo', [path]))],
  ['a folder', (path: string) => mkdir(path)],
  ['a link that leads out', (path: string) => symlink('/etc/hostname', path)],
  ['a link that leads nowhere', (path: string) => symlink('nothing', path)],
  ['a link to itself', (path: string) => symlink('computation.json', path)],
  ['a device', (path: string) => Promise.resolve(spawnSync('mknod', [path, 'c', '1', '5']))],
])('%s in its place is refused in words', async (_, make) => {
  await rm(file, { recursive: true, force: true });
  await make(file);
  const made = spawnSync('test', ['-e', file, '-o', '-L', file]).status === 0;
  // Not everyone may make a device.
  if (made)
    await expect(TileStore.open(folder)).rejects.toThrow(/computation.json: is no regular file but a/);
  await rm(file, { recursive: true, force: true });
});
