import {
  Z_BUF_ERROR,
  Z_NEED_DICT,
  Z_NO_FLUSH,
  Z_OK,
  Z_STREAM_END,
  zlibInflate,
  zlibInflateInit2,
  zlibInflateReset,
  ZStream,
} from 'pako';
import type { Take, Wrapping } from './inflate.js';

/** `inflate` without Node. */
export async function inflateByScript(
  packed: AsyncIterable<Uint8Array>,
  wrapping: Wrapping,
  take: Take,
): Promise<number> {
  const stream = new ZStream();
  // Bits of the window; 16 more stand for gzip, a negative number for nothing around the data.
  zlibInflateInit2(stream, { gzip: 31, zlib: 15, raw: -15 }[wrapping]);
  let before = 0;
  const nextStream = () => {
    before += stream.total_in;
    zlibInflateReset(stream);
  };
  await take(unpacked(stream, packed, wrapping === 'gzip' ? nextStream : undefined));
  return before + stream.total_in;
}

const OUTPUT_BYTES = 2 ** 16;

async function* unpacked(
  stream: ZStream,
  packed: AsyncIterable<Uint8Array>,
  nextStream: (() => void) | undefined,
): AsyncGenerator<Uint8Array> {
  let status: number = Z_OK;
  for await (const piece of packed) {
    Object.assign(stream, { input: piece, next_in: 0, avail_in: piece.length });
    do {
      if (status === Z_STREAM_END) {
        // Another stream of gzip may follow; zeros are padding.
        if (nextStream === undefined || stream.avail_in === 0 || piece[stream.next_in] === 0) break;
        nextStream();
      }
      Object.assign(stream, { output: new Uint8Array(OUTPUT_BYTES), next_out: 0, avail_out: OUTPUT_BYTES });
      status = zlibInflate(stream, Z_NO_FLUSH);
      if (status < 0 && status !== Z_BUF_ERROR) throw new Error(stream.msg);
      if (status === Z_NEED_DICT) throw new Error('Missing dictionary');
      if (stream.next_out > 0) yield stream.output.subarray(0, stream.next_out);
    } while (stream.avail_in > 0 || stream.avail_out === 0);
  }
  if (status !== Z_STREAM_END) throw new Error('unexpected end of file');
}
