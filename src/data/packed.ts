import type { Bytes } from './bytes.js';
import type { Format } from './formats.js';
import { decodeNumbers, type Dtype, type DecodedArray } from './dtype.js';
import { oneHotClass } from './label-shape.js';
import { countIn, type Range } from './ranges.js';
import { PixelRange, scaleOf, type PixelFacts, type PixelScale } from './scale.js';
import type { PackedShape } from './shape.js';

/** `count` records of `elements` numbers each, `strideBytes` apart in a file; nothing of them is decoded yet. */
export interface PackedRecords {
  readonly bytes: Bytes;
  readonly dtype: Dtype;
  readonly count: number;
  readonly elements: number;
  /** The first number of the first record. */
  readonly offsetBytes: number;
  readonly strideBytes: number;
}

export interface PackedImages extends PackedRecords, PackedShape {
  readonly format: Exclude<Format, 'picture'> | 'pictures';
  /** What the user should know of how they are read, a sentence each. */
  readonly notes?: readonly string[];
}

/** Labels: one number each, its class, or one-hot rows of `elements` numbers. */
export interface PackedLabels extends PackedRecords {
  /** The number of classes, where the format fixes it (CIFAR-10: 10; one-hot rows: their length). */
  readonly classes?: number;
  /** Their names: label c is called names[c]. */
  readonly names?: readonly string[];
  /** The labels are names in the file, and numbers only here: those of the sorted names. */
  readonly areNames?: boolean;
}

const BATCH_BYTES = 4 * 2 ** 20;

/**
 * The records of these ranges, read a few MiB at a time: `index` and `offset` are the record's place in the file,
 * `position` counts those that are visited.
 */
async function forEachRecord(
  records: PackedRecords,
  ranges: readonly Range[],
  visit: (record: { position: number; index: number; offset: number }, numbers: DecodedArray) => void,
): Promise<void> {
  const { bytes, dtype, elements, offsetBytes, strideBytes } = records;
  const batch = Math.max(1, Math.floor(BATCH_BYTES / strideBytes));
  let position = 0;
  for (const { first, count } of ranges) {
    for (let start = first; start < first + count; start += batch) {
      const size = Math.min(batch, first + count - start);
      const from = offsetBytes + start * strideBytes;
      const content = await bytes.read(from, (size - 1) * strideBytes + elements * dtype.sizeBytes);
      for (let i = 0; i < size; i++, position++) {
        const numbers = decodeNumbers(dtype, content, i * strideBytes, elements);
        visit({ position, index: start + i, offset: from + i * strideBytes }, numbers);
      }
    }
  }
  await bytes.assertUnchanged();
}

/**
 * Decodes images to float32, divided as `scale` says.
 *
 * @param out Pixels, [count][channels][height][width], written from its start.
 * @returns what the pixels are like
 * @throws InputError naming image, channel, row, column and byte of a pixel that is NaN, infinite or too large.
 */
export async function readPixels(
  images: PackedImages,
  ranges: readonly Range[],
  scale: PixelScale,
  out: Float32Array,
): Promise<PixelFacts> {
  const { channels, height, width, elements, dtype, bytes } = images;
  const scaled = scaleOf(dtype, scale, bytes.file);
  const { dividedBy } = scaled;
  const range = new PixelRange();
  // Distance in `out` of neighbours in the file: (pixel, channel) → channel · height · width + pixel for nhwc.
  const interleaved = images.order === 'nhwc' ? channels : 1;
  const plane = elements / interleaved;
  await forEachRecord(images, ranges, ({ position, index, offset }, numbers) => {
    const base = position * elements;
    for (let e = 0, pixel = 0; pixel < plane; pixel++) {
      for (let c = 0; c < interleaved; c++, e++) {
        const value = numbers[e];
        const target = c * plane + pixel;
        out[base + target] = value / dividedBy;
        if (!Number.isFinite(out[base + target])) {
          const [channel, rest] = [Math.floor(target / (height * width)), target % (height * width)];
          const place = `image ${index}, channel ${channel}, row ${Math.floor(rest / width)}, column ${rest % width}`;
          const remedy = !Number.isFinite(value)
            ? 'pixels must be finite; clean the data first'
            : dividedBy < 1
              ? 'that is outside the range of float32 (±3.4e38); divide by a larger number'
              : 'it is outside the range of float32 (±3.4e38); clean the data first';
          throw bytes.error(
            `the pixel of ${place} is ${value}${dividedBy === 1 ? '' : `, divided by ${dividedBy}`}: ${remedy}`,
            offset + e * dtype.sizeBytes,
            dividedBy < 1 ? 'scale' : undefined,
          );
        }
        range.add(value);
      }
    }
  });
  const facts = { ...scaled, count: countIn(ranges), ...range.facts };
  const size = Math.max(...facts.range.map(Math.abs));
  if (size > 0 && dividedBy > 1 && Math.fround(size / dividedBy) === 0) {
    throw bytes.error(`nothing is left of pixels up to ${size} when they are divided by ${dividedBy}`);
  }
  return facts;
}

/** Labels are kept, and predictions written, as 32-bit integers. */
const [SMALLEST_LABEL, LARGEST_LABEL] = [-(2 ** 31), 2 ** 31 - 1];

/**
 * Class labels as integers, [count]; by default all.
 *
 * @throws InputError naming index and byte of a label that is no integer of 32 bits, or none of the format's classes.
 */
export async function readLabels(
  labels: PackedLabels,
  ranges: readonly Range[] = [{ first: 0, count: labels.count }],
): Promise<Int32Array> {
  const values = new Int32Array(countIn(ranges));
  const [smallest, largest] =
    labels.classes === undefined ? [SMALLEST_LABEL, LARGEST_LABEL] : [0, labels.classes - 1];
  await forEachRecord(labels, ranges, ({ position, index, offset }, numbers) => {
    const value = labels.elements === 1 ? numbers[0] : oneHotClass(labels, index, numbers);
    if (!Number.isInteger(value) || value < smallest || value > largest) {
      const expected = `labels are integers from ${smallest} to ${largest}`;
      const isNumber = Number.isFinite(value) && !Number.isInteger(value);
      const hint =
        isNumber && labels.classes === undefined
          ? '; numbers to be predicted are the targets of a regression (real), not labels'
          : '';
      throw labels.bytes.error(`label ${index} is ${value}; ${expected}${hint}`, offset);
    }
    values[position] = value;
  });
  return values;
}

/**
 * Labels as numbers of any kind, [count][elements].
 *
 * @throws InputError naming index and byte of one that is not finite; and if they are names.
 */
export async function readValues(labels: PackedLabels, ranges: readonly Range[]): Promise<Float64Array> {
  if (labels.areNames === true) {
    throw labels.bytes.error(`holds names, as ${JSON.stringify(labels.names?.[0])}; numbers are wanted here`);
  }
  const values = new Float64Array(countIn(ranges) * labels.elements);
  await forEachRecord(labels, ranges, ({ position, index, offset }, numbers) => {
    const wrong = numbers.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0)
      throw labels.bytes.error(`target ${index} is ${numbers[wrong]}; targets must be finite`, offset);
    values.set(numbers, position * labels.elements);
  });
  return values;
}
