// Plan: an array that is stored column by column (Fortran, MATLAB, x.T) reads as the same array stored row by row, as
// images, labels, kernels and plain arrays; order has no meaning where at most one axis is longer than 1. Headers
// that are made to take time take none.
import { gzipSync } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';
import { loadLabels } from '../../src/data/labels.js';
import { loadImages } from '../../src/data/load.js';
import { parseNpy, readNpy } from '../../src/data/npy.js';
import { NpyRows } from '../../src/data/npy-rows.js';
import { parsePythonLiteral } from '../../src/data/python-literal.js';
import { toRowMajor } from '../../src/data/row-major.js';
import { python, runPython } from '../support/python.js';
import { bytesOf, inputError, npy, put, ramp, rawNpy, temporary } from './files.js';

const withNumpy = python === undefined ? test.skip : test;

function columnMajor(descr: string, shape: readonly number[], data: Uint8Array): Buffer {
  const axes = shape.map((size) => `${size},`).join(' ');
  return rawNpy(`{'descr': '${descr}', 'fortran_order': True, 'shape': (${axes}), }`, data);
}

describe('column-major arrays', () => {
  test('are transposed by their definition', () => {
    const shape = [2, 3, 4];
    // Element (i, j, k) is 100 i + 10 j + k; in the file i runs fastest.
    const file = Uint16Array.from(
      { length: 24 },
      (_, e) => 100 * (e % 2) + 10 * (Math.floor(e / 2) % 3) + Math.floor(e / 6),
    );
    const rows = Uint16Array.from(
      { length: 24 },
      (_, e) => 100 * Math.floor(e / 12) + 10 * (Math.floor(e / 4) % 3) + (e % 4),
    );
    expect(toRowMajor(bytesOf(file), shape, 2)).toEqual(bytesOf(rows));
    expect(parseNpy(columnMajor('<u2', shape, bytesOf(file)), 'a.npy')).toEqual({
      descr: '<u2',
      shape,
      data: rows,
    });
  });

  withNumpy('of NumPy: images, labels, kernels, arrays, plain, gzip and in an archive', async () => {
    const cases = [
      ['images', `r.integers(0, 256, (3, 5, 4, 2)).astype(np.uint8)`],
      ['grey', `r.standard_normal((3, 5, 4)).astype('>f4')`],
      ['onehot', `np.eye(3)[[2, 0, 1, 1]]`],
      ['kernel', `r.standard_normal((6, 4))`],
    ];
    await runPython(
      `import gzip, numpy as np; r = np.random.default_rng(0)
${cases.map(([name, array]) => `x = ${array}; np.save('${name}-C.npy', x); np.save('${name}-F.npy', np.asfortranarray(x)); np.savez_compressed('${name}-F.npz', x=np.asfortranarray(x)); gzip.open('${name}-F.npy.gz', 'wb').write(open('${name}-F.npy', 'rb').read())`).join('\n')}`,
      temporary(),
    );
    const files = (name: string) =>
      ['C.npy', 'F.npy', 'F.npy.gz', 'F.npz', 'F.npz:x'].map((end) => temporary(`${name}-${end}`));
    const read = async <T>(name: string, load: (path: string) => Promise<T>): Promise<void> => {
      const [rows, ...columns] = await Promise.all(files(name).map(load));
      for (const each of columns) expect(each).toEqual(rows);
    };
    await read('images', async (path) => (await loadImages([path], { layout: 'nhwc' })).images);
    await read('grey', async (path) => (await loadImages([path])).images);
    await read('onehot', async (path) => [...(await loadLabels(path)).labels]);
    expect([...(await loadLabels(temporary('onehot-F.npy'))).labels]).toEqual([2, 0, 1, 1]);
    await read('kernel', async (path) => (await readNpy(path)).data);
    await read('kernel', async (path) => {
      await using rows = await NpyRows.open(path);
      return [rows.count, rows.columns, ...(await rows.rows(1, 3)), ...(await rows.rows(2, 2, 1, 3))];
    });
  });

  test('of at most one axis longer than 1 are read as they are', async () => {
    const data = bytesOf(BigInt64Array.of(3n, 1n, 2n));
    for (const shape of [[3], [3, 1], [1, 1, 3]]) {
      expect([...parseNpy(columnMajor('<i8', shape, data), 'y.npy').data]).toEqual([3, 1, 2]);
    }
    expect([...parseNpy(columnMajor('<i8', [], data.subarray(0, 8)), 'y.npy').data]).toEqual([3]);
    expect(parseNpy(columnMajor('<i8', [4, 0, 4], new Uint8Array(0)), 'y.npy').shape).toEqual([4, 0, 4]);
    expect([...(await loadLabels(await put('y.npy', columnMajor('<i8', [3], data)))).labels]).toEqual([
      3, 1, 2,
    ]);
  });

  test('the place of a NaN in one is that of the array, without a byte of the file', async () => {
    const values = new Float32Array(24);
    // Image 1, row 2, column 3 of 2×3×4.
    values[1 + 2 * (2 + 3 * 3)] = NaN;
    const error = await inputError(
      loadImages([await put('x.npy', columnMajor('<f4', [2, 3, 4], bytesOf(values)))]),
      'image 1, channel 0, row 2, column 3',
    );
    expect(error.offset).toBeUndefined();
  });
});

describe('a kernel out of an archive', () => {
  const kernel = npy('<f8', [2, 2], bytesOf(Float64Array.of(1, 2, 3, 4)));

  test('its only array, or the one named', async () => {
    const read = async (path: string) => {
      await using rows = await NpyRows.open(path);
      return [...(await rows.rows(0, 2))];
    };
    const sole = await put('K.npz', zipSync({ 'ntk.npy': kernel, 'notes.txt': strToU8('by hand') }));
    expect(await read(sole)).toEqual([1, 2, 3, 4]);
    expect(await read(`${sole}:ntk`)).toEqual([1, 2, 3, 4]);
    expect(await read(await put('K.npz.gz', gzipSync(zipSync({ 'ntk.npy': kernel }))))).toEqual([1, 2, 3, 4]);
    const several = await put('S.npz', zipSync({ 'ntk.npy': kernel, 'nngp.npy': kernel }));
    await inputError(read(several), 'ntk, nngp', 'holds the kernel', `name it, as ${several}:ntk`);
    expect(await read(`${several}:nngp`)).toEqual([1, 2, 3, 4]);
    await inputError(read(`${several}:lap`), 'no array "lap"', 'ntk, nngp');
    expect((await readNpy(`${several}:ntk`)).data).toEqual(Float64Array.of(1, 2, 3, 4));
  });
});

describe('headers', () => {
  const quick = async (header: string): Promise<void> => {
    const started = performance.now();
    await inputError(
      readNpy(await put('a.npy', rawNpy(header.slice(0, 65_000), new Uint8Array(0)))),
      'a.npy',
    );
    expect(performance.now() - started).toBeLessThan(1000);
  };

  test.each([
    [
      'digits without a bracket',
      `{'descr': '<f4', 'fortran_order': False, 'shape': (${'1'.repeat(30)}None, 1, 4, 4), }`,
    ],
    ['very many digits', `{'descr': '<f4', 'fortran_order': False, 'shape': (${'1'.repeat(60_000)}`],
    ['very many axes', `{'descr': '<f4', 'fortran_order': False, 'shape': (${'1, '.repeat(20_000)})}`],
    [
      'an axis too long for a number',
      `{'descr': '<f4', 'fortran_order': False, 'shape': (${'9'.repeat(40)},)}`,
    ],
    ['spaces', `{'descr': '<f4', 'fortran_order': False, 'shape': (1${' '.repeat(60_000)}x`],
    ['quotes', `{${`'descr':`.repeat(7_000)}`],
    ['brackets', '('.repeat(65_000)],
    ['commas', `{'shape': (${','.repeat(60_000)}`],
    ['a long string', `{'descr': '${'x'.repeat(60_000)}`],
    ['fields within fields', `{'descr': ${`[('a', `.repeat(9_000)}`],
  ])('%s take no time', async (_, header) => quick(header));

  test.each([
    [`{'a': (1, 2), 'b': [True, False, None], "c": "x"}`, { a: [1, 2], b: [true, false, null], c: 'x' }],
    ['()', []],
    ['(3)', 3],
    ['( 3L , )', [3]],
    ['-7', -7],
    ['{}', {}],
    [
      `[('x', '<f4'), ('y', '|u1', (2,))]`,
      [
        ['x', '<f4'],
        ['y', '|u1', [2]],
      ],
    ],
  ])('the literal %s', (text, value) => expect(parsePythonLiteral(text)).toEqual(value));

  test.each([
    '',
    '(',
    '(,)',
    '(1 2)',
    '{1: 2}',
    "{'a' 1}",
    "'a",
    'True1',
    '1.5',
    '1 1',
    '__import__("os")',
    ' x',
  ])('%s is no literal', (text) => expect(() => parsePythonLiteral(text)).toThrow(SyntaxError));

  test('a name of a header is only that: __proto__ is no object of this program', async () => {
    const header = `{'descr': '<f4', 'fortran_order': False, '__proto__': {'shape': (1,)}}`;
    await inputError(readNpy(await put('a.npy', rawNpy(header, new Uint8Array(4)))), 'lacks');
  });
});

test('pixels of half precision, big-endian and of no images', async () => {
  // 1, 0.5, −2, 65504 in half precision.
  const half = Uint16Array.of(0x3c00, 0x3800, 0xc000, 0x7bff);
  const { images } = await loadImages([await put('x.npy', npy('<f2', [1, 2, 2], bytesOf(half)))]);
  expect([...images.data]).toEqual([1, 0.5, -2, 65504]);
  const infinite = npy('>f2', [1, 1, 1], [0x7c, 0x00]);
  await inputError(loadImages([await put('x.npy', infinite)]), 'is Infinity');
  await inputError(loadImages([await put('x.npy', columnMajor('|u1', [0, 2, 2], ramp(0)))]), 'no images');
});
