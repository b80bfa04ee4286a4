import { truncate } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { memoryBytes } from '../../src/data/bytes.js';
import { inputError, put, ramp } from './files.js';

test.each(['plain', 'gzip', 'memory'])('%s: any part can be read, nothing beyond the end', async (kind) => {
  const content = ramp(1000);
  const path = await put('a', kind === 'gzip' ? gzipSync(content) : content);
  const bytes = kind === 'memory' ? memoryBytes({ path }, content) : await opened(path);
  try {
    expect(bytes.sizeBytes).toBe(1000);
    for (const [offset, length] of [
      [0, 1000],
      [0, 0],
      [999, 1],
      [1000, 0],
      [3, 500],
    ]) {
      expect(Uint8Array.from(await bytes.read(offset, length))).toEqual(
        content.slice(offset, offset + length),
      );
    }
    const error = await inputError(bytes.read(999, 2), path, 'expected 1001 bytes', 'ends after 1000');
    expect(error.offset).toBe(1000);
  } finally {
    await bytes.close();
  }
});

test('a file that shrinks while it is read', async () => {
  const path = await put('a', ramp(1000));
  const bytes = await openBytes(path);
  try {
    await truncate(path, 400);
    await inputError(bytes.read(0, 1000), path, 'expected 1000 bytes', 'ends after 400');
  } finally {
    await bytes.close();
  }
});
