// Plan: a damaged archive never gives other numbers: of every single bit that flips, and every cut, either the right
// array is read or the file and the member are named. Archives that are whole but packed in another way are told from
// damaged ones. No memory is taken for more than the header of an array announces.
import { buffer } from 'node:stream/consumers';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { ZipFile } from 'yazl';
import { InputError } from '../../src/checks/input-error.js';
import { loadLabels } from '../../src/data/labels.js';
import { loadImages } from '../../src/data/load.js';
import { readNpy } from '../../src/data/npy.js';
import { NpyRows } from '../../src/data/npy-rows.js';
import { bytesOf, inputError, npy, put, ramp, temporary } from './files.js';

const PIXELS = npy('|u1', [2, 2, 3], ramp(12));
const LABELS = npy('<i4', [2], bytesOf(Int32Array.of(1, 0)));

interface Member {
  readonly name: string;
  readonly content: Uint8Array;
  readonly method?: number;
  readonly flags?: number;
  /** What stands in the archive; by default the content as the method has it. */
  readonly packed?: Uint8Array;
  readonly unpackedBytes?: number;
  /** In the directory, in the place of what the headers say. */
  readonly directory?: Partial<Record<'crc' | 'packedBytes' | 'unpackedBytes' | 'method' | 'at', number>>;
}

/** A zip archive, right or wrong. */
function zip(...members: Member[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, content, method = 0, flags = 0, directory: other = {}, ...given } of members) {
    const packed = given.packed ?? (method === 8 ? deflateRawSync(content) : content);
    const fields = {
      method,
      crc: crc32(content),
      packedBytes: packed.length,
      unpackedBytes: given.unpackedBytes ?? content.length,
      at,
    };
    const encoded = Buffer.from(name);
    const common = (values: typeof fields): Buffer => {
      const header = Buffer.alloc(26);
      header.writeUInt16LE(20, 0);
      header.writeUInt16LE(flags | 0x800, 2);
      header.writeUInt16LE(values.method, 4);
      header.writeUInt32LE(values.crc, 10);
      header.writeUInt32LE(values.packedBytes, 14);
      header.writeUInt32LE(values.unpackedBytes, 18);
      header.writeUInt16LE(encoded.length, 22);
      return header;
    };
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common(fields), encoded, packed]);
    const values = { ...fields, ...other };
    const end = Buffer.alloc(14);
    end.writeUInt32LE(values.at, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x00'), common(values), end, encoded);
    parts.push(local);
    at += local.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, list, end]);
}

async function yazl(members: Record<string, Buffer>, compress: boolean): Promise<Buffer> {
  const archive = new ZipFile();
  for (const [name, content] of Object.entries(members)) {
    archive.addBuffer(content, name, { compress, forceZip64Format: true });
  }
  archive.end({ forceZip64Format: true, comment: '' });
  return buffer(archive.outputStream);
}

const one = (member: Partial<Member> = {}) => zip({ name: 'x.npy', content: PIXELS, ...member });

/** The pixels of an archive, in bytes, or what is wrong. */
async function attempt(archive: Uint8Array): Promise<number[] | InputError> {
  try {
    const { images } = await loadImages([await put('a.npz', archive)]);
    return [...images.data].map((value) => Math.round(value * 255));
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

const ARCHIVES: [what: string, make: () => Uint8Array | Promise<Uint8Array>][] = [
  ['stored', () => one()],
  ['deflated', () => one({ method: 8 })],
  ['zip64, stored', () => yazl({ 'x.npy': PIXELS }, false)],
  ['zip64, deflated', () => yazl({ 'x.npy': PIXELS }, true)],
  ['of fflate', () => zipSync({ 'x.npy': PIXELS })],
];

describe.each(ARCHIVES)('an archive %s', (_, make) => {
  test('gives its array whole; with any one bit flipped, the right array or an error', async () => {
    const whole = await make();
    expect(await attempt(whole)).toEqual([...ramp(12)]);
    let refused = 0;
    for (let bit = 0; bit < 8 * whole.length; bit += 3) {
      const flipped = Uint8Array.from(whole);
      flipped[bit >> 3] ^= 1 << (bit & 7);
      const result = await attempt(flipped);
      if (result instanceof InputError) refused++;
      else expect(result).toEqual([...ramp(12)]);
    }
    expect(refused).toBeGreaterThan(100);
  });

  test('cut anywhere, or with something after its end, is refused', async () => {
    const whole = await make();
    for (let length = 4; length < whole.length; length += 5) {
      expect(await attempt(whole.subarray(0, length))).toBeInstanceOf(InputError);
    }
    const path = await put('a.npz', Buffer.concat([whole, Buffer.from('junk')]));
    await inputError(loadImages([path]), path, 'cut off or damaged', 'extra bytes');
  });
});

describe('checksums and sizes', () => {
  test.each([0, 8])('method %d: both checksums, the file and the member are named', async (method) => {
    const changed = Uint8Array.from(PIXELS);
    changed[PIXELS.length - 1] ^= 1;
    const path = await put(
      'a.npz',
      zip({
        name: 'train/x.npy',
        content: PIXELS,
        method,
        packed: method === 8 ? deflateRawSync(changed) : changed,
      }),
    );
    const hex = (content: Uint8Array) => crc32(content).toString(16).padStart(8, '0');
    const error = await inputError(
      loadImages([path]),
      'CRC-32',
      `is ${hex(changed)}, but the archive says ${hex(PIXELS)}`,
      'fetch or save the archive again',
    );
    expect(error.file).toBe(`${path}:train/x`);
  });

  test('labels of an archive are checked as its images are', async () => {
    const wrong = Uint8Array.from(LABELS);
    wrong[LABELS.length - 4] ^= 1;
    const archive = (labels: Uint8Array) =>
      put(
        'a.npz',
        zip({ name: 'x.npy', content: PIXELS }, { name: 'y.npy', content: LABELS, packed: labels }),
      );
    expect([...(await loadImages([await archive(LABELS)])).labels!]).toEqual([1, 0]);
    await inputError(loadImages([await archive(wrong)]), 'a.npz:y', 'CRC-32');
    // Labels that are not used do no harm.
    expect((await loadImages([await archive(wrong)], { labels: false })).images.count).toBe(2);
  });

  test.each([
    ['crc', 1, 'CRC-32'],
    ['packedBytes', PIXELS.length - 1, 'packed size'],
    ['unpackedBytes', PIXELS.length - 1, 'unpacked size'],
    ['method', 8, 'method'],
  ] as const)('a directory that says another %s than the header', async (field, value, piece) => {
    const error = await attempt(one({ directory: { [field]: value } }));
    expect(error).toMatchObject({ message: expect.stringContaining(`says ${piece}`) as string });
  });

  test('members that overlap, or have one name', async () => {
    const two = (directory: Member['directory'], name = 'y.npy') =>
      put('a.npz', zip({ name: 'x.npy', content: PIXELS }, { name, content: PIXELS, directory }));
    await inputError(readNpy(`${await two({ at: 0 })}:x`), 'a.npz:x', 'overlaps');
    await inputError(readNpy(`${await two({ at: 40 })}:x`), 'overlaps');
    await inputError(readNpy(`${await two({}, 'x.npy')}:x`), '2 members called "x.npy"');
    expect((await readNpy(`${await two({})}:x`)).shape).toEqual([2, 2, 3]);
  });

  test('an array cut off before it was packed', async () => {
    const cut = PIXELS.subarray(0, PIXELS.length - 1);
    for (const method of [0, 8]) {
      await inputError(
        loadImages([await put('a.npz', one({ content: cut, method }))]),
        '12 bytes, but 11 follow',
      );
    }
    const long = Buffer.concat([PIXELS, Buffer.of(0)]);
    for (const method of [0, 8]) {
      await inputError(loadImages([await put('a.npz', one({ content: long, method }))]), 'left over');
    }
  });
});

describe('members that are whole, but not read', () => {
  test.each([
    [9, 'Deflate64', '7z x '],
    [95, 'XZ', '7z x '],
    [77, 'an unknown method', '7z x '],
  ])('method %d', async (method, name, remedy) => {
    const path = await put('a.npz', one({ method, packed: PIXELS }));
    const { message } = await inputError(
      loadImages([path]),
      `${path}:x`,
      `${name} (method ${method})`,
      remedy,
    );
    expect(message).not.toMatch(/damaged|cut off/);
  });

  test('encrypted', async () => {
    const path = await put('a.npz', one({ flags: 1 }));
    const { message } = await inputError(loadImages([path]), 'is encrypted', 'password', '7z x ');
    expect(message).not.toMatch(/damaged|cut off/);
  });
});

describe('bounds', () => {
  const MIB = 2 ** 20;
  const arrayBytes = () => process.memoryUsage().arrayBuffers;

  /** Fails if it takes more memory than this on the way. */
  async function within(limit: number, action: () => Promise<unknown>): Promise<void> {
    const before = arrayBytes();
    let most = 0;
    const timer = setInterval(() => (most = Math.max(most, arrayBytes() - before)), 1);
    await action().finally(() => clearInterval(timer));
    expect(Math.max(most, arrayBytes() - before)).toBeLessThan(limit);
  }

  test('a deflated member does not grow beyond what its header announces', async () => {
    const bomb = Buffer.concat([PIXELS, Buffer.alloc(128 * MIB)]);
    // Both directory and header lie about the size.
    const path = await put('a.npz', one({ content: bomb, method: 8, unpackedBytes: PIXELS.length }));
    const honest = await put('b.npz', one({ content: bomb, method: 8 }));
    await within(64 * MIB, async () => {
      await inputError(loadImages([path]), 'unpack to more than the 86 bytes that its header announces');
      await inputError(loadImages([honest]), 'left over', 'announces 86 bytes', String(bomb.length));
    });
  });

  test('nor does a gzip file, whatever it holds', async () => {
    const zeros = Buffer.alloc(128 * MIB);
    const array = await put('a.npy.gz', gzipSync(Buffer.concat([PIXELS, zeros])));
    const idx = await put(
      'a.gz',
      gzipSync(Buffer.concat([Buffer.from('00000801000000020100', 'hex'), zeros])),
    );
    const unknown = await put('b.gz', gzipSync(zeros));
    await within(64 * MIB, async () => {
      await inputError(
        loadImages([array]),
        array,
        'more than the 86 bytes that its header announces',
        'gunzip -k',
      );
      await inputError(loadLabels(idx), idx, 'more than the 10 bytes');
      await inputError(loadImages([unknown]), 'format is not known');
    });
  });

  test('an announced size beyond all memory is refused before it is taken', async () => {
    const start = npy('<f8', [1_000_000, 1_000, 1_000], []);
    const gzip = await put('a.npy.gz', gzipSync(Buffer.concat([start, Buffer.alloc(MIB)])));
    await within(64 * MIB, async () => {
      await inputError(readNpy(gzip), 'announces 80000000000', 'but memory holds');
      await inputError(readNpy(await put('a.npy', start)), '8000000000000 bytes, but 0 follow');
    });
  });

  test('rows of a stored member are read from the file', async () => {
    const n = 4096;
    const data = new Float32Array(n * n).map((_, i) => i % 1000);
    const path = await put('K.npz', one({ name: 'K.npy', content: npy('<f4', [n, n], bytesOf(data)) }));
    await within(48 * MIB, async () => {
      await using rows = await NpyRows.open(path);
      expect(await rows.rows(n - 1, 1)).toEqual(data.subarray((n - 1) * n));
    });
  });

  test('an archive of very many members', async () => {
    const members = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, i) => [`array-${i}.npy`, LABELS] as const),
    );
    const path = await put('many.npz', zipSync(members, { level: 0 }));
    expect((await readNpy(`${path}:array-19999`)).data).toEqual(Int32Array.of(1, 0));
    const { message } = await inputError(readNpy(path), 'and 19980 more');
    expect(message.length).toBeLessThan(1000);
  }, 30_000);
});

test('the file is closed with the last of its arrays', async () => {
  const path = await put(
    'a.npz',
    zip({ name: 'x.npy', content: PIXELS }, { name: 'y.npy', content: LABELS }),
  );
  const { readdir } = await import('node:fs/promises');
  const open = async () => (await readdir('/proc/self/fd').catch(() => [])).length;
  const before = await open();
  for (let i = 0; i < 5; i++) {
    await loadImages([path]);
    await inputError(loadImages([`${path}:y`]), '3 axes');
    await inputError(readNpy(path), 'not clear');
    await inputError(readNpy(temporary('none.npz')), 'no such file');
  }
  expect(await open()).toBe(before);
});
