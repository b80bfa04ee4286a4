import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { fileError, InputError } from '../checks/input-error.js';
import type { LabelledImages } from './load.js';
import { PixelRange } from './scale.js';

const PIXELS = 8 * 8;
const LARGEST_PIXEL = 16;
const SCALE = { dtype: 'text', scale: LARGEST_PIXEL, dividedBy: LARGEST_PIXEL };

/**
 * The 1,797 handwritten digits that ship with the project (digits/README.md): 8×8 pixels in 0 … 1, ten classes.
 *
 * @throws InputError if the file is missing or damaged, that is, the installation is.
 */
export async function loadDigits(): Promise<LabelledImages> {
  const file = fileURLToPath(new URL('./digits/digits.csv.gz', import.meta.url));
  let text: string;
  try {
    text = (await promisify(gunzip)(await readFile(file))).toString('latin1');
  } catch (error) {
    throw fileError(file, error);
  }
  const rows = text.trimEnd().split('\n');
  const data = new Float32Array(rows.length * PIXELS);
  const labels = new Int32Array(rows.length);
  const range = new PixelRange();
  rows.forEach((row, image) => {
    const values = row.split(',').map(Number);
    if (values.length !== PIXELS + 1) {
      throw new InputError(
        file,
        `line ${image + 1} has ${values.length} numbers, not ${PIXELS + 1}; install again`,
      );
    }
    labels[image] = values[PIXELS];
    for (let p = 0; p < PIXELS; p++) {
      data[image * PIXELS + p] = values[p] / LARGEST_PIXEL;
      range.add(values[p]);
    }
  });
  return {
    images: { data, count: rows.length, channels: 1, height: 8, width: 8 },
    labels,
    classes: 10,
    files: [file],
    format: 'digits',
    sources: {
      images: [
        { file, format: 'digits', layout: 'nchw', first: 0, count: rows.length, ...SCALE, ...range.facts },
      ],
      labels: [{ file, dtype: 'text', count: rows.length, found: true }],
    },
  };
}
