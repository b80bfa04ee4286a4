// What pages unpack data with gives the bytes of Node's zlib, stops where it stops, and says the same of the same damage.
import { createHash } from 'node:crypto';
import { crc32 as nodeCrc32, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { crc32, crc32ByScript } from '../../src/data/crc32.js';
import { inflateByScript } from '../../src/data/inflate-by-script.js';
import { inflate, type Wrapping } from '../../src/data/inflate.js';
import { ramp } from './files.js';

const CONTENT = Buffer.concat([ramp(3000), Buffer.alloc(9000), Buffer.from('the end')]);
const PACKED: Readonly<Record<Wrapping, Buffer>> = {
  gzip: gzipSync(CONTENT),
  zlib: deflateSync(CONTENT),
  raw: deflateRawSync(CONTENT),
};

// eslint-disable-next-line @typescript-eslint/require-await
async function* inPieces(packed: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < packed.length; at += size) yield packed.subarray(at, at + size);
}

const digest = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');

/** The content, as its digest, and the bytes used; or the message. */
async function attempt(engine: typeof inflate, packed: Uint8Array, wrapping: Wrapping, size = 1000) {
  const parts: Uint8Array[] = [];
  try {
    const used = await engine(inPieces(packed, size), wrapping, async (content) => {
      for await (const part of content) parts.push(Uint8Array.from(part));
    });
    return { used, content: digest(Buffer.concat(parts)) };
  } catch (error) {
    return (error as Error).message;
  }
}

describe.each(['gzip', 'zlib', 'raw'] as const)('%s', (wrapping) => {
  const packed = PACKED[wrapping];

  test('the content, whatever the pieces, and how many bytes it took', async () => {
    for (const size of [1, 7, packed.length]) {
      const script = await attempt(inflateByScript, packed, wrapping, size);
      expect(script).toEqual({ used: packed.length, content: digest(CONTENT) });
    }
    expect(await attempt(inflate, packed, wrapping)).toEqual({
      used: packed.length,
      content: digest(CONTENT),
    });
  });

  test('cut anywhere: the same message', async () => {
    for (let length = 0; length < packed.length; length += 13) {
      const script = await attempt(inflateByScript, packed.subarray(0, length), wrapping);
      expect(script).toBe('unexpected end of file');
      if (length > 0)
        expect(await attempt(inflate, packed.subarray(0, length), wrapping)).toBe('unexpected end of file');
    }
  });

  test('with any bit flipped: the same content or the same message', async () => {
    const messages = new Set<string>();
    for (let bit = 0; bit < 8 * packed.length; bit += 5) {
      const flipped = Uint8Array.from(packed);
      flipped[bit >> 3] ^= 1 << (bit & 7);
      const [script, node] = [
        await attempt(inflateByScript, flipped, wrapping),
        await attempt(inflate, flipped, wrapping),
      ];
      expect(script).toEqual(node);
      if (typeof script === 'string') messages.add(script);
    }
    expect(messages.size).toBeGreaterThan(3);
  });
});

test('two streams of gzip, and what may follow one', async () => {
  const zeros = Buffer.alloc(8);
  for (const parts of [
    [PACKED.gzip, PACKED.gzip],
    [PACKED.gzip, zeros],
    [PACKED.gzip, Buffer.from('junk')],
  ]) {
    const packed = Buffer.concat(parts);
    const script = await attempt(inflateByScript, packed, 'gzip', packed.length);
    expect(script).toEqual(await attempt(inflate, packed, 'gzip', packed.length));
  }
  const raw = Buffer.concat([PACKED.raw, Buffer.from('junk')]);
  expect(await attempt(inflateByScript, raw, 'raw', raw.length)).toMatchObject({ used: PACKED.raw.length });
});

test('checksums, in one piece and in two', () => {
  const expected = nodeCrc32(CONTENT);
  for (const sum of [crc32, crc32ByScript]) {
    expect(sum(CONTENT)).toBe(expected);
    expect(sum(CONTENT.subarray(9), sum(CONTENT.subarray(0, 9)))).toBe(expected);
    expect(sum(new Uint8Array(0))).toBe(0);
  }
});
