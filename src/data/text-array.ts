import type { ArrayPlace } from './convert.js';
import { decodedBytes } from './decoded.js';
import type { Dtype } from './dtype.js';
import type { OpenArray } from './open-npy.js';
import { utf8Text } from '../text/byte-text.js';

// Arrays of text are labels, and nothing else: each element is a name.

/** A type whose elements are names of so many bytes: they are no numbers. */
export interface TextDtype extends Dtype {
  readonly texts: (content: Uint8Array, length: number) => readonly string[];
}

export function isText(dtype: Dtype): dtype is TextDtype {
  return 'texts' in dtype;
}

/** The type of text that NumPy describes by `<U5` or `|S5`; undefined if it is no description of text. */
export function parseTextDtype(descr: string): TextDtype | undefined {
  const match = /^[<>|=]?([USa])(\d+)$/.exec(descr);
  if (match === null) return undefined;
  const [, kind, size] = match;
  const sizeBytes = Number(size) * (kind === 'U' ? 4 : 1);
  return textDtype(descr, sizeBytes, (content, length) => decodeText(descr, content, length));
}

/** NumPy's text: UTF-32 (`U`) or bytes (`S`, taken for UTF-8), padded with zeros. */
export function decodeText(descr: string, content: Uint8Array, length: number): readonly string[] {
  const sizeBytes = length === 0 ? 0 : content.length / length;
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const little = !descr.startsWith('>');
  return Array.from({ length }, (_, i) => {
    const start = i * sizeBytes;
    if (!/^.?U/.test(descr)) {
      let end = start + sizeBytes;
      while (end > start && content[end - 1] === 0) end--;
      return utf8Text(content.subarray(start, end));
    }
    let text = '';
    for (let at = start; at < start + sizeBytes; at += 4) {
      const point = view.getUint32(at, little);
      if (point === 0) break;
      text += point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
    }
    return text;
  });
}

/** Names that a reader has decoded, as an array. */
export function textArray(texts: readonly string[], shape: readonly number[], place: ArrayPlace): OpenArray {
  const dtype = textDtype('text', 0, () => texts);
  return {
    bytes: decodedBytes(place, new Uint8Array(0)),
    header: { dtype, shape, dataOffset: 0, columnMajor: false },
  };
}

function textDtype(descr: string, sizeBytes: number, texts: TextDtype['texts']): TextDtype {
  return { descr, name: 'text', sizeBytes, Array: Float64Array, native: false, read: () => NaN, texts };
}
