import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import * as npyjs from 'npyjs';
import { OutputError } from '../../src/files/atomic-file.js';
import { InputError } from '../../src/checks/input-error.js';
import { parseNpy, readNpy, writeNpy, type WritableArray } from '../../src/data/npy.js';
import { python } from '../support/python.js';
import { bytesOf, inputError, npy, put, rawNpy, temporary } from './files.js';
import { SAVED_FLOAT64, SAVED_UINT8 } from './numpy-files.js';

function arrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}

/** As in `inputError`, of a synchronous call. */
function parseError(content: Uint8Array, ...pieces: string[]): Promise<InputError> {
  return inputError(new Promise((resolve) => resolve(parseNpy(content, 'a.npy'))), 'a.npy', ...pieces);
}

const ARRAYS: { name: string; shape: number[]; data: WritableArray }[] = [
  { name: 'float32 matrix', shape: [2, 3], data: Float32Array.of(1.5, -2, 3e-40, NaN, -Infinity, 1 / 3) },
  { name: 'float64 vector', shape: [4], data: Float64Array.of(Math.PI, -0, 1e300, 5e-324) },
  { name: 'int32 of three axes', shape: [2, 1, 2], data: Int32Array.of(-(2 ** 31), 2 ** 31 - 1, 0, -7) },
  { name: 'uint8 vector', shape: [5], data: Uint8Array.of(0, 1, 127, 128, 255) },
  { name: 'one number without axes', shape: [], data: Float32Array.of(42) },
  { name: 'an empty matrix', shape: [0, 7], data: Float32Array.of() },
];

describe('writing', () => {
  for (const { name, shape, data } of ARRAYS) {
    test(`${name} comes back the same, here and in npyjs`, async () => {
      const path = temporary('a.npy');
      await writeNpy(path, shape, data);
      const own = await readNpy(path);
      expect(own.shape).toEqual(shape);
      expect(own.data.constructor).toBe(data.constructor);
      expect(bytesOf(own.data)).toEqual(bytesOf(data));

      const content = await readFile(path);
      const other = npyjs.parse(arrayBuffer(content));
      expect(other.shape).toEqual(shape);
      expect(other.fortranOrder).toBe(false);
      expect(bytesOf(other.data as WritableArray)).toEqual(bytesOf(data));
      expect((content.length - data.byteLength) % 64).toBe(0);
    });

    (python === undefined ? test.skip : test)(`NumPy reads ${name}`, async () => {
      const path = temporary('a.npy');
      await writeNpy(path, shape, data);
      const script = `import numpy, sys; a = numpy.load(sys.argv[1]); print(a.dtype, a.shape, a.tobytes().hex())`;
      const { stdout } = await promisify(execFile)(python!, ['-c', script, path]);
      const dtype = data.constructor.name.replace('Array', '').toLowerCase();
      const axes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
      expect(stdout.trim()).toBe(`${dtype} (${axes}) ${Buffer.from(bytesOf(data)).toString('hex')}`.trim());
    });
  }

  test('a view into a larger buffer writes its own part only', async () => {
    await writeNpy(temporary('a.npy'), [2], Float32Array.of(1, 2, 3, 4).subarray(1, 3));
    expect((await readNpy(temporary('a.npy'))).data).toEqual(Float32Array.of(2, 3));
  });

  test('replaces a file, and leaves nothing else in the folder', async () => {
    const path = await put('a.npy', 'old');
    await writeNpy(path, [1], Float32Array.of(1));
    expect((await readNpy(path)).data).toEqual(Float32Array.of(1));
    expect(await readdir(temporary())).toEqual(['a.npy']);
  });

  test('a shape that does not fit the data is refused before anything is written', async () => {
    const writing = writeNpy(temporary('a.npy'), [2, 2], Float32Array.of(1, 2, 3));
    await expect(writing).rejects.toThrow(/2×2 has 4 elements, the data 3/);
    expect(await readdir(temporary())).toEqual([]);
  });

  test('where writing fails the temporary file goes and the old one stays', async () => {
    await mkdir(temporary('taken.npy'));
    const taken = writeNpy(temporary('taken.npy'), [1], Float32Array.of(1));
    await expect(taken).rejects.toThrow(OutputError);
    await expect(taken).rejects.toThrow(/taken\.npy: cannot be written: a folder has that name.*EISDIR/);
    expect(await readdir(temporary())).toEqual(['taken.npy']);

    const lost = writeNpy(temporary('no/such/a.npy'), [1], Float32Array.of(1));
    await expect(lost).rejects.toThrow(/a\.npy: cannot be written: its folder does not exist.*ENOENT/);
  });
});

describe('reading', () => {
  const cases: [descr: string, values: number[], little: NodeJS.TypedArray][] = [
    ['i1', [-128, 127], Int8Array.of(-128, 127)],
    ['u1', [0, 255], Uint8Array.of(0, 255)],
    ['b1', [0, 1], Uint8Array.of(0, 1)],
    ['i2', [-32768, 32767], Int16Array.of(-32768, 32767)],
    ['u2', [1, 65535], Uint16Array.of(1, 65535)],
    ['i4', [-(2 ** 31), 5], Int32Array.of(-(2 ** 31), 5)],
    ['u4', [1, 2 ** 32 - 1], Uint32Array.of(1, 2 ** 32 - 1)],
    ['i8', [-(2 ** 53) + 1, 2 ** 53 - 1], BigInt64Array.of(-(2n ** 53n) + 1n, 2n ** 53n - 1n)],
    ['u8', [1, 2 ** 53 - 1], BigUint64Array.of(1n, 2n ** 53n - 1n)],
    ['f4', [-0.5, 3.25], Float32Array.of(-0.5, 3.25)],
    ['f8', [Math.E, -1e-300], Float64Array.of(Math.E, -1e-300)],
    // Half precision: the least above zero, and the largest below infinity.
    ['f2', [2 ** -24, -65504], Uint16Array.of(1, 0xfbff)],
  ];
  for (const [code, values, little] of cases) {
    const size = little.BYTES_PER_ELEMENT;
    test(`elements ${code} in either byte order, aligned or not`, () => {
      const bytes = bytesOf(little);
      // Each number the other way round: all bytes reversed, numbers put back in order.
      const big = Uint8Array.from(bytes, (_, i) => bytes[i - (i % size) + size - 1 - (i % size)]);
      const order = size === 1 ? '|' : '<';
      expect([...parseNpy(npy(`${order}${code}`, [2], bytes), 'a.npy').data]).toEqual(values);
      expect([...parseNpy(npy(`>${code}`, [2], big), 'a.npy').data]).toEqual(values);
      for (const pad of ['', ' ', '  ', '   ']) {
        const dictionary = `{'descr': '${order}${code}', 'fortran_order': False, 'shape': (2,), }${pad}`;
        expect([...parseNpy(rawNpy(dictionary, bytes), 'a.npy').data]).toEqual(values);
      }
    });
  }

  test('versions 1, 2 and 3, and other spellings of the header', () => {
    const data = bytesOf(Int32Array.of(1, 2, 3));
    for (const version of [1, 2, 3]) {
      for (const shape of ['(3,)', '(3, )', '(3L,)', '( 3 , )', '(3,1)', '(1, 3)']) {
        const dictionary = `{"shape": ${shape}, 'descr': "<i4", 'fortran_order':False}`;
        expect([...parseNpy(rawNpy(dictionary, data, version), 'a.npy').data]).toEqual([1, 2, 3]);
      }
    }
  });

  test('files of NumPy itself', () => {
    const uint8 = parseNpy(Buffer.from(SAVED_UINT8, 'base64'), 'a.npy');
    expect(uint8).toEqual({
      descr: '|u1',
      shape: [2, 2, 3],
      data: Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
    });
    expect(parseNpy(Buffer.from(SAVED_FLOAT64, 'base64'), 'a.npy').data).toEqual(
      Float64Array.of(1.5, -2.25, 1e300),
    );
  });

  test('what npyjs writes', async () => {
    const path = await put('a.npy', new Uint8Array(npyjs.dump(Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2])));
    expect(await readNpy(path)).toEqual({
      descr: '<f4',
      shape: [3, 2],
      data: Float32Array.of(1, 2, 3, 4, 5, 6),
    });
  });

  test('gzip, whatever its name', async () => {
    const path = await put('a.npy', gzipSync(npy('<i4', [2], bytesOf(Int32Array.of(7, 8)))));
    expect((await readNpy(path)).data).toEqual(Int32Array.of(7, 8));
  });

  test('an aligned array shares the memory it was read into', () => {
    const content = Uint8Array.from(npyBytesAligned());
    const { data } = parseNpy(content, 'a.npy');
    expect(data.buffer).toBe(content.buffer);
  });
});

function npyBytesAligned(): Buffer {
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }`;
  return rawNpy(dictionary.padEnd(128 - 10 - 1), bytesOf(Float32Array.of(1, 2)));
}

describe('wrong files', () => {
  const whole = npy('<f4', [2, 3], bytesOf(new Float32Array(6)));
  const dataOffset = whole.length - 24;

  test('another start', async () => {
    const error = await parseError(
      Buffer.from('NUMPY, no'),
      'not a .npy file',
      '4e554d50592c',
      '934e554d5059',
    );
    expect(error.offset).toBe(0);
    await parseError(Buffer.alloc(0), 'starts with nothing');
  });

  test('every cut of a file is noticed, with the byte where it ends', async () => {
    expect(parseNpy(whole, 'a.npy').data).toHaveLength(6);
    for (let length = 6; length < whole.length; length++) {
      const error = await parseError(whole.subarray(0, length), `byte ${length}`, 'cut off');
      expect(error.offset).toBe(length);
    }
    const cut = whole.subarray(0, whole.length - 1);
    await parseError(cut, '2×3 of <f4 takes 24 bytes, but 23 follow the header');
    await parseError(
      whole.subarray(0, dataOffset - 1),
      `should end at byte ${dataOffset}`,
      `ends at ${dataOffset - 1}`,
    );
  });

  test('one byte too many', async () => {
    const error = await parseError(
      Buffer.concat([whole, Buffer.of(0)]),
      'left over',
      '24 bytes',
      '25 follow',
    );
    expect(error.offset).toBe(whole.length);
  });

  test('versions 0 and 4', async () => {
    for (const version of [0, 4]) {
      const content = Buffer.from(whole);
      content[6] = version;
      expect((await parseError(content, `version ${version}.0`, '1, 2 and 3')).offset).toBe(6);
    }
  });

  test('types that are not read', async () => {
    for (const descr of ['<f3', '<f16', '<m8[s]', '=f4', '|f4', 'f4']) {
      const error = await parseError(npy(descr, [1], [0, 0, 0, 0]), `type ${descr} `, 'f4', 'astype');
      expect(error.offset).toBe(10);
    }
    for (const [descr, what] of [
      ['<c8', 'complex'],
      ['<U3', 'text'],
      ['|S3', 'text'],
      ['|O', 'Python objects'],
      ['|V2', 'bfloat16'],
    ]) {
      await parseError(npy(descr, [1], [0, 0, 0, 0]), `type ${descr} `, what, "python3 -c '");
    }
    const fields = `{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }`;
    await parseError(rawNpy(fields, new Uint8Array(4)), 'a structured type');
  });

  test('a header without its parts', async () => {
    const parts = [`'descr': '<f4'`, `'fortran_order': False`, `'shape': (1,)`];
    for (const missing of parts) {
      const header = `{${parts.filter((part) => part !== missing).join(', ')}}`;
      await parseError(rawNpy(header, new Uint8Array(4)), 'byte 10', 'lacks', header);
    }
    await parseError(rawNpy(`{${parts.slice(0, 2).join()}, 'shape': (-1,)}`, new Uint8Array(4)), 'lacks');
    await parseError(rawNpy('', new Uint8Array(4)), 'not readable');
  });

  test('64-bit integers that float64 cannot hold', async () => {
    const content = npy('<i8', [2], bytesOf(BigInt64Array.of(2n ** 53n - 1n, 2n ** 53n)));
    const error = await parseError(content, 'element 1', '9007199254740992', '2^53 - 1');
    expect(error.offset).toBe(content.length - 8);
  });

  test('files that cannot be read', async () => {
    await inputError(readNpy(temporary('none.npy')), temporary('none.npy'), 'no such file', 'ENOENT');
    await inputError(readNpy(temporary()), 'is a folder');
    await inputError(readNpy(await put('empty.npy', '')), 'empty.npy', 'is empty (0 bytes)');
    const error = await inputError(readNpy(await put('cut.npy', whole.subarray(0, 90))), 'cut.npy, byte 90');
    expect(error.file).toBe(temporary('cut.npy'));
    const packed = await put('cut.npy.gz', gzipSync(whole.subarray(0, 90)));
    await inputError(readNpy(packed), 'cut.npy.gz, byte 90 of the unpacked content');
  });
});
