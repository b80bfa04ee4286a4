// Reading a part of a file gives those bytes, whether it is plain, packed or in memory, and a file that changes while it
// is read is noticed.
import { appendFile, truncate } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { memoryBytes } from '../../src/data/bytes.js';
import { disk } from '../../src/data/disk.js';
import { loadImages } from '../../src/data/load.js';
import { openContent } from '../../src/data/open-content.js';
import { inputError, npy, put, ramp } from './files.js';

const CONTENT = npy('|u1', [1000], ramp(1000));
const END = CONTENT.length;

test.each(['plain', 'gzip', 'memory'])('%s: any part can be read, nothing beyond the end', async (kind) => {
  const path = await put('a', kind === 'gzip' ? gzipSync(CONTENT) : CONTENT);
  const bytes =
    kind === 'memory' ? memoryBytes({ path }, CONTENT) : (await openContent(disk, path, 'array')).bytes;
  try {
    expect(bytes.sizeBytes).toBe(END);
    for (const [offset, length] of [
      [0, END],
      [0, 0],
      [END - 1, 1],
      [END, 0],
      [3, 500],
    ]) {
      expect(Uint8Array.from(await bytes.read(offset, length))).toEqual(
        Uint8Array.from(CONTENT.subarray(offset, offset + length)),
      );
    }
    const beyond = bytes.read(END - 1, 2);
    const error = await inputError(beyond, path, `expected ${END + 1} bytes`, `ends after ${END}`);
    expect(error.offset).toBe(END);
  } finally {
    await bytes.close();
  }
});

test('a file that shrinks or grows while it is read', async () => {
  const path = await put('a', CONTENT);
  const { bytes } = await openContent(disk, path, 'array');
  try {
    await bytes.assertUnchanged();
    await appendFile(path, 'more');
    await inputError(
      bytes.assertUnchanged(),
      path,
      'was changed while it was read',
      `${END} bytes`,
      `now ${END + 4}`,
    );
    await truncate(path, 400);
    await inputError(bytes.read(0, END), path, `expected ${END} bytes`, 'ends after 400');
  } finally {
    await bytes.close();
  }
});

test('images whose file is written to between two batches of reading are refused', async () => {
  const n = 9000;
  const content = npy('|u1', [n, 32, 32], new Uint8Array(n * 1024));
  const path = await put('a.npy', content);
  expect((await loadImages([path])).images.count).toBe(n);
  const loading = loadImages([path]);
  // The header is read, three batches of 4 MiB are to come.
  await appendFile(path, 'x');
  await inputError(loading, path);
});
