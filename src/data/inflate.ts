import type { ZStream } from 'pako';
import { builtinModule } from './builtin-module.js';

// Unpacking of deflated data: by Node's zlib where this runs on Node (which does it in C), elsewhere
// by pako, which is zlib in JavaScript and says the same of the same damage.

/** How deflated data is wrapped. */
export type Wrapping = 'gzip' | 'zlib' | 'raw';

/** Consumes the unpacked content, piece by piece. */
type Take = (content: AsyncIterable<Uint8Array>) => Promise<void>;

/**
 * Unpacks a stream and hands its content over.
 *
 * @returns how many of the packed bytes are data: what follows the end of the data is not
 * @throws Error of `take`, or saying what is wrong with the data
 */
export async function inflate(
  packed: AsyncIterable<Uint8Array>,
  wrapping: Wrapping,
  take: Take,
): Promise<number> {
  const zlib = builtinModule('zlib');
  const streams = builtinModule('stream/promises');
  if (zlib === undefined || streams === undefined) return await inflateByScript(packed, wrapping, take);
  const { createGunzip, createInflate, createInflateRaw } = zlib;
  const engine = { gzip: createGunzip, zlib: createInflate, raw: createInflateRaw }[wrapping]();
  await streams.pipeline(packed, engine, take);
  return engine.bytesWritten;
}

/** The same without Node. */
export async function inflateByScript(
  packed: AsyncIterable<Uint8Array>,
  wrapping: Wrapping,
  take: Take,
): Promise<number> {
  const pako = await import('pako');
  const stream = new pako.ZStream();
  // Bits of the window; 16 more stand for gzip, a negative number for nothing around the data.
  pako.zlibInflateInit2(stream, { gzip: 31, zlib: 15, raw: -15 }[wrapping]);
  let before = 0;
  const nextStream = () => {
    before += stream.total_in;
    pako.zlibInflateReset(stream);
  };
  await take(unpacked(pako, stream, packed, wrapping === 'gzip' ? nextStream : undefined));
  return before + stream.total_in;
}

const OUTPUT_BYTES = 2 ** 16;

async function* unpacked(
  { Z_BUF_ERROR, Z_NEED_DICT, Z_NO_FLUSH, Z_OK, Z_STREAM_END, zlibInflate }: typeof import('pako'),
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
