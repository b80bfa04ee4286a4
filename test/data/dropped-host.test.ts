// Every file of the fixtures, whole, cut and damaged, gives the same images and labels, or the same message, whether it
// lies on a disk or was dropped on a page; files of a page are of three kinds, and read a part at a time.
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { InputError } from '../../src/checks/input-error.js';
import { disk } from '../../src/data/disk.js';
import { DroppedHost, type DroppedFile } from '../../src/data/dropped-host.js';
import type { Host } from '../../src/data/host.js';
import { HostedImages } from '../../src/data/image-files.js';
import { temporary } from './files.js';

const FOLDER = 'test/fixtures/data';
/** What only the command line reads, and says so. */
const HEAVY =
  /is a Parquet file, which is not read here, but by the command line|is compressed by (?:bzip2|LZMA|Zstandard)/;

function pageOf(...files: DroppedFile[]): DroppedHost {
  return new DroppedHost(files, () => disk.jpegCode());
}

/** What becomes of a file: all that was read, or the message, without the folder it lies in. */
async function read(host: Host, path: string): Promise<unknown> {
  try {
    await using images = await HostedImages.openIn(host, [path]);
    const set = await images.read();
    return { ...set, images: { ...set.images, data: Array.from(set.images.data) } };
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

/** The same file on a disk and on a page, which does not know of folders. */
async function both(name: string, content: Uint8Array): Promise<[onDisk: unknown, onPage: unknown]> {
  const path = temporary(name);
  await writeFile(path, content);
  const onDisk = JSON.stringify(await read(disk, path)).replaceAll(`${temporary()}/`, '');
  return [JSON.parse(onDisk), JSON.parse(JSON.stringify(await read(pageOf({ name, bytes: content }), name)))];
}

const names = readdirSync(FOLDER);
const CUT = names.filter((name) => /\.(?:npy|npz|pkl|mat|png|jpg)$/.test(name)).filter((_, i) => i % 3 === 0);

test('whole files', async () => {
  const kinds = { read: 0, refused: 0, heavy: 0 };
  for (const name of names) {
    const [onDisk, onPage] = await both(name, readFileSync(`${FOLDER}/${name}`));
    if (typeof onPage === 'string' && HEAVY.test(onPage)) {
      kinds.heavy++;
      continue;
    }
    expect({ name, ...{ found: onPage } }).toEqual({ name, found: onDisk });
    kinds[typeof onPage === 'string' ? 'refused' : 'read']++;
  }
  expect(kinds.read).toBeGreaterThan(30);
  expect(kinds.refused).toBeGreaterThan(5);
  expect(kinds.heavy).toBe(
    names.filter((name) => /\.parquet$|^(?:bzip2|lzma|zstandard)\.npz$/.test(name)).length,
  );
});

test.each(CUT)('%s cut, damaged, packed, and under other names', async (name) => {
  const whole = readFileSync(`${FOLDER}/${name}`);
  const flipped = Uint8Array.from(whole);
  flipped[Math.floor(whole.length / 2)] ^= 4;
  const packed = gzipSync(whole);
  const cases: [string, Uint8Array][] = [
    [name, whole.subarray(0, Math.floor(whole.length / 2))],
    [name, whole.subarray(0, 5)],
    [name, flipped],
    [`${name}.gz`, packed],
    [`${name}.gz`, packed.subarray(0, packed.length - 9)],
    [`${name}.gz`, whole],
    ['with space and ü.npy', whole],
    ['a.bin', whole],
    [name, new Uint8Array(0)],
  ];
  for (const [called, content] of cases) {
    const [onDisk, onPage] = await both(called, content);
    if (typeof onPage === 'string' && HEAVY.test(onPage)) continue;
    expect({ called, found: onPage }).toEqual({ called, found: onDisk });
  }
});

test('bytes, a Blob and a File with its folder are the same file', async () => {
  const bytes = readFileSync(`${FOLDER}/cifar10-2.pkl`);
  const blob = new Blob([bytes]);
  const expected = await read(pageOf({ name: 'a/b.pkl', bytes }), 'a/b.pkl');
  expect(expected).toHaveProperty('images');
  expect(await read(pageOf({ name: '/a//b.pkl', blob }), 'a/b.pkl')).toEqual(expected);
  const file = Object.assign(new Blob([bytes]), { name: 'b.pkl', webkitRelativePath: 'a/b.pkl' });
  expect(await read(pageOf(file), 'a/b.pkl')).toEqual(expected);
  expect(() => pageOf({ name: 'a', bytes }, { name: './a', blob })).toThrow('dropped twice');
});

test('of a large file only what is asked for is read; what the browser cannot read is named', async () => {
  const sizeBytes = 3 * 2 ** 30;
  const records = Math.floor(sizeBytes / 3073);
  let readBytes = 0;
  const blob = {
    size: records * 3073,
    slice: (start = 0, end = 0) => ({
      arrayBuffer: () => {
        readBytes += end - start;
        return Promise.resolve(new ArrayBuffer(end - start));
      },
    }),
  };
  await using images = await HostedImages.openIn(pageOf({ name: 'a.bin', blob }), ['a.bin']);
  expect(images.count).toBe(records);
  const { labels } = await images.read({ count: 10 });
  expect(labels).toHaveLength(10);
  expect(readBytes).toBeLessThan(2 ** 20);
  const gone = { size: 10, slice: () => ({ arrayBuffer: () => Promise.reject(new Error('no permission')) }) };
  expect(await read(pageOf({ name: 'a.npy', blob: gone }), 'a.npy')).toMatch(
    /^a\.npy: cannot be read: no permission; .*drop it again/,
  );
});
