import { InputError } from '../checks/input-error.js';
import type { LabelledImages } from './image-files.js';
import { PixelRange } from './scale.js';

const PIXELS = 8 * 8;
const LARGEST_PIXEL = 16;
const SCALE = { dtype: 'text', scale: LARGEST_PIXEL, dividedBy: LARGEST_PIXEL };

/**
 * The digits of a text with a line for each: 64 pixels of 0 … 16 and the class, parted by commas.
 *
 * @param file Its name, for messages.
 * @throws InputError naming a line that is not whole
 */
export function parseDigits(file: string, text: string): LabelledImages {
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
