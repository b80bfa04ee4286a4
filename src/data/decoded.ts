import { memoryBytes, type Bytes } from './bytes.js';
import type { ArrayPlace } from './convert.js';
import { NATIVE_ORDER, parseDtype, type DecodedArray, type Dtype } from './dtype.js';

// What a reader has decoded, as a content like any other: images and labels of every format are read in one way.

/** A content in memory whose bytes are none of the file, so that errors name no byte. */
export function decodedBytes(place: ArrayPlace, content: Uint8Array): Bytes {
  const bytes = memoryBytes(place, content);
  return { ...bytes, error: (problem, _offset, option) => bytes.error(problem, undefined, option) };
}

/** An array of numbers as such a content, with its type of elements. */
export function decodedArray(place: ArrayPlace, numbers: DecodedArray): { bytes: Bytes; dtype: Dtype } {
  const content = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  return { bytes: decodedBytes(place, content), dtype: dtypeOf(numbers) };
}

function dtypeOf(numbers: DecodedArray): Dtype {
  const kind =
    numbers instanceof Float32Array || numbers instanceof Float64Array
      ? 'f'
      : /^U/.test(numbers.constructor.name)
        ? 'u'
        : 'i';
  const { BYTES_PER_ELEMENT: sizeBytes } = numbers;
  return parseDtype(`${sizeBytes === 1 ? '|' : NATIVE_ORDER}${kind}${sizeBytes}`)!;
}
