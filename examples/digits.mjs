// The digits that ship with the package (8×8 pixels, ten classes), for the other examples. Run by itself it writes them
// as x.npy, y.npy (the first COUNT, to train) and x-test.npy, y-test.npy (the next COUNT, to test):
//   node examples/digits.mjs FOLDER [COUNT]
import { Buffer } from 'node:buffer';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const file = new URL('../dist/src/data/digits/digits.csv.gz', import.meta.url);
const lines = gunzipSync(readFileSync(file)).toString().trim().split('\n');
const rows = lines.map((line) => line.split(',').map(Number)); // 64 pixels between 0 and 16, and the label

/** Digits first … first + count − 1: pixels between 0 and 1, and labels. */
export function digits(first, count) {
  const part = rows.slice(first, first + count);
  const pixels = part.flatMap((row) => row.slice(0, 64));
  return {
    images: {
      data: Float32Array.from(pixels, (pixel) => pixel / 16),
      count,
      channels: 1,
      height: 8,
      width: 8,
    },
    labels: Int32Array.from(part, (row) => row[64]),
  };
}

/** The .npy format: ten bytes, a header that fills 128 together with them, the numbers. */
function writeNpy(path, type, shape, data) {
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const start = Buffer.from(`\x93NUMPY\x01\x00\x76\x00${header.padEnd(117)}\n`, 'latin1');
  writeFileSync(path, Buffer.concat([start, Buffer.from(data.buffer)]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder = '.', given = '200'] = process.argv.slice(2);
  const count = Number(given);
  mkdirSync(folder, { recursive: true });
  for (const [name, first] of [
    ['', 0],
    ['-test', count],
  ]) {
    const { images, labels } = digits(first, count);
    writeNpy(join(folder, `x${name}.npy`), '<f4', [count, 8, 8], images.data);
    writeNpy(join(folder, `y${name}.npy`), '<i4', [count], labels);
  }
}
