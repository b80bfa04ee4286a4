import type { Bytes } from './bytes.js';
import { numpyLine } from './convert.js';
import type { Dtype, DecodedArray } from './dtype.js';
import type { PackedLabels } from './packed.js';
import { formatShape } from './shape.js';

/**
 * Labels out of an array of shape (N,) or N×1, or one-hot rows of shape N×K: that they are one-hot is seen when they
 * are read.
 *
 * @throws InputError for any other shape.
 */
export function packedLabels(
  bytes: Bytes,
  array: { readonly dtype: Dtype; readonly shape: readonly number[]; readonly dataOffset: number },
): PackedLabels {
  const { dtype, shape, dataOffset } = array;
  const [count, elements = 1] = shape;
  if (shape.length < 1 || shape.length > 2 || elements === 0) {
    const remedy =
      shape.length === 0
        ? `; one label is an array too: ${numpyLine(bytes, 'vector', (y) => `np.atleast_1d(${y})`)}`
        : '';
    throw bytes.error(
      `labels are an array of shape (N,) or N×1, or one-hot rows N×K, but this one is ${formatShape(shape)}${remedy}`,
    );
  }
  return {
    bytes,
    dtype,
    count,
    elements,
    offsetBytes: dataOffset,
    strideBytes: elements * dtype.sizeBytes,
    ...(elements > 1 && { classes: elements }),
  };
}

/**
 * The class that a one-hot row stands for.
 *
 * @param row Its index, for messages.
 * @throws InputError if it is not one-hot: rows of probabilities, of several classes, or of no class.
 */
export function oneHotClass(labels: PackedLabels, row: number, numbers: DecodedArray): number {
  const values = Array.from(numbers);
  const ones = values.flatMap((value, k) => (value === 1 ? [k] : []));
  // Elsewhere 0, or −1 throughout.
  const other = values.find((value) => value !== 1);
  const isOther = other === 0 || other === -1;
  if (ones.length === 1 && isOther && values.every((value, k) => value === other || k === ones[0]))
    return ones[0];
  throw labels.bytes.error(
    `labels are classes, (N,) or N×1, or one-hot rows, but row ${row} of ${labels.count}×${labels.elements} ${notOneHot(labels, values, ones)}`,
    labels.offsetBytes + row * labels.strideBytes,
  );
}

function notOneHot(
  { bytes, count }: PackedLabels,
  values: readonly number[],
  ones: readonly number[],
): string {
  const shown = `[${values.slice(0, 8).join(', ')}${values.length > 8 ? ', …' : ''}]`;
  const column = numpyLine(bytes, 'column0', (y) => `${y}[:, 0]`);
  if (values.every((value) => value === 0 || value === 1)) {
    const classes =
      ones.length === 0 ? 'no class' : `${ones.length} classes (${ones.slice(0, 8).join(', ')})`;
    return `is ${shown}: ${classes}; each image needs one class, unless several labels of each are the targets (multi-label); to take one column alone, as two classes: ${column}`;
  }
  const sum = values.reduce((total, value) => total + value, 0);
  if (values.every((value) => value >= 0 && value <= 1) && Math.abs(sum - 1) < 1e-3) {
    const likeliest = numpyLine(bytes, 'classes', (y) => `${y}.argmax(axis=1)`);
    return `is ${shown}: probabilities; if the likeliest class is meant: ${likeliest}`;
  }
  if (count === 1) {
    const vector = numpyLine(bytes, 'vector', (y) => `${y}.ravel()`);
    return `is ${shown}; if these are the labels of ${values.length} images: ${vector}`;
  }
  return `is ${shown}; if one column holds the classes, save it, as the first: ${column}`;
}
