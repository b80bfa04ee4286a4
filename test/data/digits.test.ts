// The digits of the package are the file that its README describes: their number, their classes, and the first image.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { loadDigits } from '../../src/data/digits.js';

const folder = new URL('../../src/data/digits/', import.meta.url);

test('the file is the one that its README describes', async () => {
  const [content, readme] = await Promise.all([
    readFile(new URL('digits.csv.gz', folder)),
    readFile(new URL('README.md', folder), 'utf8'),
  ]);
  expect(readme).toContain(createHash('sha256').update(content).digest('hex'));
  expect(readme).toContain(`${content.length.toLocaleString('en')} bytes`);
  expect(readme).toContain('10.24432/C50P49');
  expect(readme).toContain('CC BY 4.0');
});

test('1,797 images of ten classes', async () => {
  const { images, labels, classes, format } = await loadDigits();
  expect({ ...images, data: images.data.length }).toEqual({
    data: 1797 * 64,
    count: 1797,
    channels: 1,
    height: 8,
    width: 8,
  });
  expect(format).toBe('digits');
  expect(classes).toBe(10);
  const perClass = Array.from(
    { length: 10 },
    (_, digit) => labels!.filter((label) => label === digit).length,
  );
  expect(perClass).toEqual([178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
  // Sixteenths from 0 to 1, both ends present.
  expect(new Set(images.data)).toEqual(new Set(Array.from({ length: 17 }, (_, i) => i / 16)));
});

test('the first image is a zero: ink around an empty middle', async () => {
  const { images, labels } = await loadDigits();
  expect(labels![0]).toBe(0);
  const rows = Array.from({ length: 8 }, (_, y) =>
    [...images.data.subarray(y * 8, y * 8 + 8)].map((v) => v * 16),
  );
  expect(rows[0]).toEqual([0, 0, 5, 13, 9, 1, 0, 0]);
  expect(rows[4]).toEqual([0, 5, 8, 0, 0, 9, 8, 0]);
});
