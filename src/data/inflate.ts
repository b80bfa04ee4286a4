import { builtinModule } from './builtin-module.js';

// Unpacking of deflated data: by Node's zlib where this runs on Node (which does it in C), elsewhere
// by pako, which is zlib in JavaScript and says the same of the same damage.

/** How deflated data is wrapped. */
export type Wrapping = 'gzip' | 'zlib' | 'raw';

/** Consumes the unpacked content, piece by piece. */
export type Take = (content: AsyncIterable<Uint8Array>) => Promise<void>;

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
  if (zlib === undefined || streams === undefined) {
    const { inflateByScript } = await import('./inflate-by-script.js');
    return await inflateByScript(packed, wrapping, take);
  }
  const { createGunzip, createInflate, createInflateRaw } = zlib;
  const engine = { gzip: createGunzip, zlib: createInflate, raw: createInflateRaw }[wrapping]();
  await streams.pipeline(packed, engine, take);
  return engine.bytesWritten;
}
