// What people drop together is taken for what it is, in any order and under their names: images, labels, sets to learn
// from and to test on, archives of both, distributions of CIFAR and MNIST, folders of classes; the rest is refused with
// the place and what to do.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { encode } from 'fast-png';
import { zipSync } from 'fflate';
import { InputError } from '../../src/checks/input-error.js';
import { disk } from '../../src/data/disk.js';
import { readDropped, type DroppedFile, type ReadDroppedOptions } from '../../src/web/data/read-dropped.js';
import { bytesOf, inputError, npy, ramp } from '../data/files.js';

const read = (files: Record<string, Uint8Array>, options: ReadDroppedOptions = {}) =>
  readDropped(
    Object.entries(files).map(([name, bytes]): DroppedFile => ({ name, bytes })),
    { jpegCode: () => disk.jpegCode(), ...options },
  );

const images = (count: number, side = 4, start = 0) =>
  npy('|u1', [count, side, side], ramp(count * side * side + start).subarray(start));
const labels = (...values: number[]) =>
  npy('<i8', [values.length], bytesOf(BigInt64Array.from(values, BigInt)));
const idx = (shape: number[], data: Uint8Array) => {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, 8, shape.length]);
  shape.forEach((size, axis) => header.writeUInt32BE(size, 4 + 4 * axis));
  return Buffer.concat([header, data]);
};
const cifar = (...classes: number[]) =>
  Buffer.concat(classes.map((label) => Buffer.concat([Buffer.from([label]), ramp(3072)])));
const picture = readFileSync('test/fixtures/data/rgb.png');

describe('taken for what it is', () => {
  test.each([
    ['x.npy', 'y.npy'],
    ['y.npy', 'x.npy'],
    ['first of all.npy', 'zweite ü.npy'],
    ['digits-labels.npy', 'digits.npy'],
  ])('%s and %s: images and labels in either order', async (one, other) => {
    const isImages = (name: string) => /x\.|first|digits\./.test(name);
    const content = (name: string) => (isImages(name) ? images(3) : labels(2, 0, 1));
    const { train, test, notes } = await read({ [one]: content(one), [other]: content(other) });
    expect(train.images).toMatchObject({ count: 3, channels: 1, height: 4, width: 4 });
    expect(train.images.data[17]).toBeCloseTo(17 / 255, 6);
    expect([...train.labels]).toEqual([2, 0, 1]);
    expect({ test, notes }).toEqual({ test: undefined, notes: [] });
  });

  test('MNIST: four files, packed or not, in a folder or not', async () => {
    const files = {
      't10k-labels-idx1-ubyte.gz': gzipSync(idx([2], Uint8Array.of(1, 0))),
      'train-images-idx3-ubyte.gz': gzipSync(idx([4, 28, 28], ramp(4 * 784))),
      'train-labels-idx1-ubyte': idx([4], Uint8Array.of(0, 1, 2, 3)),
      't10k-images-idx3-ubyte': idx([2, 28, 28], ramp(2 * 784)),
    };
    const inFolder = Object.fromEntries(Object.entries(files).map(([name, b]) => [`mnist raw/${name}`, b]));
    for (const dropped of [files, inFolder]) {
      const { train, test } = await read(dropped);
      expect(train.images).toMatchObject({ count: 4, height: 28, width: 28 });
      expect([...train.labels]).toEqual([0, 1, 2, 3]);
      expect(test?.images.count).toBe(2);
      expect([...test!.labels]).toEqual([1, 0]);
    }
  });

  test('CIFAR-10: batches in the order of their names, what lies beside them left out', async () => {
    const { train, test, classNames, notes } = await read({
      'cifar-10-batches-bin/test_batch.bin': cifar(7),
      'cifar-10-batches-bin/data_batch_2.bin': cifar(3, 4),
      'cifar-10-batches-bin/data_batch_1.bin': cifar(1),
      'cifar-10-batches-bin/batches.meta.txt': Buffer.from('airplane\n'),
      'cifar-10-batches-bin/readme.html': Buffer.from('<html>'),
    });
    expect([...train.labels]).toEqual([1, 3, 4]);
    expect([...test!.labels]).toEqual([7]);
    expect(classNames[7]).toBe('horse');
    expect(notes).toEqual([
      expect.stringMatching(/^2 files hold no data and are left out, as .*batches\.meta\.txt/),
    ]);
  });

  test('an archive of both sets, as Keras ships MNIST', async () => {
    const { train, test } = await read({
      'mnist.npz': zipSync({
        'x_test.npy': images(2),
        'x_train.npy': images(3),
        'y_train.npy': labels(0, 1, 2),
        'y_test.npy': labels(2, 1),
      }),
    });
    expect([...train.labels]).toEqual([0, 1, 2]);
    expect([...test!.labels]).toEqual([2, 1]);
  });

  test('a pickle of CIFAR', async () => {
    const { train, classNames } = await read({
      data_batch_1: readFileSync('test/fixtures/data/cifar10-4.pkl'),
    });
    expect(train.images).toMatchObject({ channels: 3, height: 32, width: 32 });
    expect(classNames).toContain('frog');
  });

  test('folders of classes, below any folder; sets of them; a class that one set lacks moves no other', async () => {
    const { train, classNames } = await read({
      'my pictures/dög/1.png': picture,
      'my pictures/cat/1.png': picture,
    });
    expect([...train.labels].map((label) => classNames[label])).toEqual(['cat', 'dög']);
    const sets = await read({
      'set/train/ant/1.png': picture,
      'set/train/cat/1.png': picture,
      'set/train/dog/1.png': picture,
      'set/val/dog/1.png': picture,
      'set/.DS_Store': Buffer.from('x'),
    });
    expect([...sets.test!.labels].map((label) => sets.classNames[label])).toEqual(['dog']);
  });

  test('pictures with one file of labels, in the order of their names', async () => {
    const { train, notes } = await read({ 'b.png': picture, 'y.npy': labels(1, 0), 'a.png': picture });
    expect([...train.labels]).toEqual([1, 0]);
    expect(train.files).toEqual(['a.png', 'b.png']);
    expect(notes).toEqual([]);
  });

  test('test images alone are one set', async () => {
    const { train, test } = await read({ 'x_test.npy': images(2), 'y_test.npy': labels(0, 1) });
    expect([...train.labels]).toEqual([0, 1]);
    expect(test).toBeUndefined();
  });
});

test('of many images only as many as asked for are read, as balanced as can be, at their places', async () => {
  const classes = Array.from({ length: 60 }, (_, i) => (i < 50 ? 0 : 1));
  const dropped = { 'x.npy': images(60, 1), 'y.npy': labels(...classes) };
  const { train } = await read(dropped, { limit: 10 });
  expect(train.images.count).toBe(10);
  expect([...train.labels].filter((label) => label === 1)).toHaveLength(5);
  // The value of an image is its place: labels and images belong together.
  const places = [...train.images.data].map((value) => Math.round(value * 255));
  expect(places.map((place) => classes[place])).toEqual([...train.labels]);
  expect(new Set(places).size).toBe(10);
  const first = await read(dropped, { limit: 10, subset: 'first' });
  expect([...first.train.images.data].map((value) => Math.round(value * 255))).toEqual([...ramp(10)]);
});

test('of very many pictures only those that are drawn are opened', async () => {
  let opened = 0;
  const blob = {
    size: picture.length,
    slice: () => ({
      arrayBuffer: () => {
        opened++;
        return Promise.resolve(Uint8Array.from(picture).buffer);
      },
    }),
  };
  const files = Array.from({ length: 3000 }, (_, i): DroppedFile => ({
    name: `set/${i % 3}/${i}.png`,
    blob,
  }));
  const { train, classNames } = await readDropped(files, { limit: 30 });
  expect(train.images.count).toBe(30);
  expect(classNames).toEqual(['0', '1', '2']);
  expect([0, 1, 2].map((label) => train.labels.filter((own) => own === label).length)).toEqual([10, 10, 10]);
  expect(opened).toBeLessThan(100);
});

test('labels that are any numbers become places in the names of the classes, the same in both sets', async () => {
  const { train, test, classNames } = await read({
    'x_train.npy': images(3),
    'y_train.npy': labels(1, -1, 70_000),
    'x_test.npy': images(2),
    'y_test.npy': labels(-1, 5),
  });
  expect(classNames).toEqual(['-1', '1', '5', '70000']);
  expect([...train.labels]).toEqual([1, 0, 3]);
  expect([...test!.labels]).toEqual([0, 2]);
});

describe('refused', () => {
  test.each<[what: string, files: Record<string, Uint8Array>, ...pieces: string[]]>([
    ['nothing', {}, 'none were dropped'],
    ['labels alone', { 'y.npy': labels(1, 2) }, 'y.npy', 'no images were dropped with it', 'drop both'],
    ['images alone', { 'x.npy': images(2) }, 'x.npy', 'images need labels', 'drop their file too'],
    [
      'too few labels',
      { 'x.npy': images(3), 'y.npy': labels(1, 2) },
      'y.npy',
      '2 labels',
      '3 images in x.npy',
    ],
    [
      'images of two shapes',
      { 'a.npy': images(2), 'b.npy': images(2, 5) },
      'b.npy',
      '1×5×5',
      'a.npy has 1×4×4',
    ],
    [
      'test images of another shape',
      {
        'x_train.npy': images(2),
        'y_train.npy': labels(0, 1),
        'x_test.npy': images(2, 5),
        'y_test.npy': labels(0, 1),
      },
      'x_test.npy',
      '1×5×5',
      'x_train.npy has 1×4×4',
    ],
    [
      'bytes beside floats up to 255',
      {
        'x_train.npy': images(16),
        'y_train.npy': labels(...Array.from({ length: 16 }, (_, i) => i % 2)),
        'x_test.npy': npy('<f4', [16, 4, 4], bytesOf(Float32Array.from(ramp(256)))),
        'y_test.npy': labels(...Array.from({ length: 16 }, (_, i) => i % 2)),
      },
      'x_test.npy',
      'another scale',
      'on the command line --scale 255',
    ],
    ['an empty file', { 'x.npy': new Uint8Array(0) }, 'x.npy', 'is empty (0 bytes)'],
    ['text called .npy', { 'x.npy': Buffer.from('one,two\n1,2\n') }, 'x.npy', 'is not a .npy file'],
    [
      'what is no gzip',
      { 'x.npy.gz': Buffer.from('\x1f\x8bjunk that is no gzip', 'latin1') },
      'x.npy.gz',
      'gzip',
    ],
    [
      'a batch cut in the middle',
      { 'data_batch_1.bin': cifar(1, 2).subarray(0, 5000) },
      'data_batch_1.bin',
      'record 1 is cut off',
      '3073',
    ],
    [
      'an archive whose images are damaged, and whose labels are not',
      { 'a.npz': zipSync({ 'x.npy': images(2).subarray(0, -5), 'y.npy': labels(0, 1) }) },
      'a.npz:x',
      'cut off',
    ],
    [
      'axes that may be either way',
      { 'x.npy': npy('|u1', [2, 12, 50, 1], ramp(1200)), 'y.npy': labels(0, 1) },
      'x.npy',
      'say which; the command line has an option for it: --layout nchw|nhwc',
    ],
    [
      'pictures of two sizes',
      { 'p/a/1.png': picture, 'p/b/1.png': encode({ width: 7, height: 5, data: ramp(35), channels: 1 }) },
      'p/b/1.png',
      'all are to have one size',
      'the command line has an option for it: --resize',
    ],
    ['text', { 'notes.txt': Buffer.from('hello\n') }, 'notes.txt', 'text'],
    ['a table', { 'x.csv': Buffer.from('1,2\n3,4\n') }, 'x.csv', 'text', 'python3'],
    [
      'pictures beside arrays',
      { 'a/1.png': picture, 'x.npy': images(1) },
      'x.npy',
      'one set of data at a time',
    ],
    ['a GIF', { 'a.gif': Buffer.from('GIF89a........') }, 'a.gif', 'picture'],
    [
      'Parquet',
      { 'a.parquet': readFileSync('test/fixtures/data/snappy.parquet') },
      'a.parquet',
      'Parquet',
      'command line',
    ],
    [
      'rows that are no pictures',
      { 'x.npy': npy('<f4', [3, 49], new Uint8Array(3 * 49 * 4)) },
      'x.npy',
      'reshape(-1, 7, 7)',
    ],
    [
      'two files of labels',
      { 'a.npy': images(2), 'one.npy': labels(0, 1), 'two.npy': labels(1, 0) },
      'a.npy',
      'one.npy or two.npy',
    ],
  ])('%s', async (_, files, ...pieces) => {
    await inputError(read(files), ...pieces);
  });

  test('two files of one name', async () => {
    const bytes = images(1);
    const twice = readDropped([
      { name: 'x.npy', bytes },
      { name: 'x.npy', bytes },
    ]);
    await expect(twice).rejects.toThrow(InputError);
    await expect(twice).rejects.toThrow('x.npy: was dropped twice');
  });
});
