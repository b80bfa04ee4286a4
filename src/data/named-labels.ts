import type { ArrayPlace } from './convert.js';
import { decodedArray } from './decoded.js';
import type { PackedLabels } from './packed.js';
import { byCodePoints } from '../text/byte-text.js';

/**
 * Labels that are names: numbered in the sorted order of the names, as torchvision and scikit-learn do. Names that are
 * all whole numbers are those numbers.
 *
 * @param texts [count]
 */
export function namedLabels(place: ArrayPlace, texts: readonly string[]): PackedLabels {
  const numbers = texts.map(Number);
  const areNumbers = texts.every((text, i) => String(numbers[i]) === text && (numbers[i] | 0) === numbers[i]);
  const names = areNumbers ? undefined : sortedNames(texts);
  const places = new Map(names?.map((name, index) => [name, index]));
  const values = Int32Array.from(texts, (text, i) => places.get(text) ?? numbers[i]);
  const { bytes, dtype } = decodedArray(place, values);
  return {
    bytes,
    dtype,
    count: texts.length,
    elements: 1,
    offsetBytes: 0,
    strideBytes: dtype.sizeBytes,
    ...(names !== undefined && { names, areNames: true, classes: names.length }),
  };
}

/** Each name once, by code points as Python sorts. */
export function sortedNames(names: Iterable<string>): string[] {
  return [...new Set(names)].sort(byCodePoints);
}
