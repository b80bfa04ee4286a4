// Plan: data as it is shipped reads as the library that wrote it reads it back (test/fixtures/make-data.py made the files
// with NumPy, SciPy, Pillow and pyarrow): every value of every picture, every label, whatever packs it. What is not
// read, or is damaged, is refused by name.
import { cp, mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadLabels } from '../../src/data/labels.js';
import { loadImages, type LabelledImages } from '../../src/data/load.js';
import { readNpy } from '../../src/data/npy.js';
import { inputError, put, temporary } from './files.js';

const folder = fileURLToPath(new URL('../fixtures/data', import.meta.url));
const file = (name: string) => join(folder, name);

/** Pixels as they are in the file, [count][height][width][channels]: those of NumPy. */
function interleaved({ images }: LabelledImages, scale = 255): number[] {
  const { data, count, channels, height, width } = images;
  const plane = height * width;
  return Array.from({ length: data.length }, (_, at) => {
    const [image, pixel, channel] = [
      Math.floor(at / (channels * plane)),
      Math.floor(at / channels) % plane,
      at % channels,
    ];
    expect(image).toBeLessThan(count);
    return Math.round(data[(image * channels + channel) * plane + pixel] * scale);
  });
}

async function npyOf(name: string): Promise<number[]> {
  return Array.from((await readNpy(file(name))).data);
}

const bytesOf = (name: string) => readFile(file(name));

describe('pictures', () => {
  test.each<[string, number]>([
    ['rgb.png', 3],
    ['grey.png', 1],
    ['bits1.png', 1],
    ['palette.png', 3],
    ['palette2.png', 3],
    ['opaque.png', 3],
    ['s420.jpg', 3],
    ['s444.jpg', 3],
    ['progressive.jpg', 3],
    ['grey.jpg', 1],
    ...[2, 3, 4, 5, 6, 7, 8].map((turn) => [`turned${turn}.jpg`, 3] as [string, number]),
  ])('%s has the values that Pillow reads', async (name, channels) => {
    const loaded = await loadImages([file(name)]);
    expect(loaded.images.channels).toBe(channels);
    const values = await npyOf(`${name}.npy`);
    const expected = name.startsWith('bits') ? values.map((value) => (value > 0 ? 255 : 0)) : values;
    expect(interleaved(loaded)).toEqual(expected);
    expect(loaded.notes?.join() ?? '').toMatch(
      name.startsWith('turned') ? /1 of 1 pictures are turned/ : /^$/,
    );
  });

  test('16 bits are kept, and not taken for bytes', async () => {
    const loaded = await loadImages([file('grey16.png')]);
    expect(interleaved(loaded, 1)).toEqual(await npyOf('grey16.png.npy'));
    expect(loaded.sources.images[0]).toMatchObject({ dtype: 'uint16', dividedBy: 1 });
  });

  test.each([
    ['resized-5x7.npy', { height: 5, width: 7 }],
    ['enlarged-20x21.npy', { height: 20, width: 21 }],
  ])("--resize is Pillow's, bit for bit: %s", async (name, resize) => {
    const loaded = await loadImages([file('rgb.png')], { resize });
    expect(interleaved(loaded)).toEqual(await npyOf(name));
  });

  test.each([
    ['transparent.png', 'row 3, column 4 has alpha 17 of 255'],
    ['cmyk.jpg', '4 channels'],
    ['animated.png', 'is animated'],
  ])('%s is refused', async (name, message) => {
    await inputError(loadImages([file(name)]), name, message);
  });

  test.each(['s420.jpg', 'progressive.jpg', 'rgb.png', 'grey16.png'])(
    '%s cut off anywhere is refused, never filled up',
    async (name) => {
      const content = await bytesOf(name);
      for (let length = 9; length < content.length - 4; length += Math.ceil(content.length / 40)) {
        await inputError(loadImages([await put(`cut-${name}`, content.subarray(0, length))]), 'cut');
      }
    },
  );
});

describe('folders of pictures', () => {
  async function tree(...files: (readonly [path: string, from: string])[]): Promise<string> {
    for (const [path, from] of files) {
      await mkdir(join(temporary(path), '..'), { recursive: true });
      await cp(file(from), temporary(path));
    }
    return temporary('set');
  }

  test('a folder for each class, as ImageFolder has them; what systems leave is left out', async () => {
    const path = await tree(
      ['set/émeu/b.png', 'rgb.png'],
      ['set/ant/2.jpg', 's420.jpg'],
      ['set/ant/10.png', 'grey.png'],
      ['set/ant/deep/x.jpeg', 's444.jpg'],
      ['set/ant/Thumbs.db', 'rgb.png'],
      ['set/ant/._2.jpg', 'rgb.png'],
      ['set/.hidden/a.png', 'rgb.png'],
      ['set/__MACOSX/a.png', 'rgb.png'],
    );
    await put('set/ant/notes.txt', 'of no use');
    const loaded = await loadImages([path]);
    expect([...loaded.labels!]).toEqual([0, 0, 0, 1]);
    expect(loaded).toMatchObject({
      classNames: ['ant', 'émeu'],
      labelsAreNames: true,
      classes: 2,
      format: 'pictures',
    });
    expect(loaded.images).toMatchObject({ count: 4, channels: 3, height: 12, width: 10 });
    // The order of the names: 10.png, 2.jpg, deep/x.jpeg; the grey one has its shade in all three colours.
    const grey = (await npyOf('grey.png.npy')).flatMap((shade) => [shade, shade, shade]);
    const others = await Promise.all(['s420.jpg', 's444.jpg', 'rgb.png'].map((name) => npyOf(`${name}.npy`)));
    expect(interleaved(loaded)).toEqual([...grey, ...others.flat()]);
    expect(loaded.notes).toEqual([
      expect.stringMatching(/^1 file is no picture and is left out.*notes\.txt/),
      expect.stringMatching(/^1 of 4 pictures are grey among coloured ones/),
    ]);
    // A window of it decodes only what is asked for.
    await put('set/émeu/c.png', (await bytesOf('rgb.png')).subarray(0, 100));
    expect((await loadImages([path], { count: 4 })).images.data).toEqual(loaded.images.data);
    await inputError(loadImages([path]), 'c.png', 'cut off');
  });

  test('folders that are numbers are those numbers; pictures without folders have no classes', async () => {
    const path = await tree(['set/10/a.png', 'rgb.png'], ['set/2/a.png', 'rgb.png']);
    const loaded = await loadImages([path]);
    expect([...loaded.labels!]).toEqual([10, 2]);
    expect(loaded.classNames).toBeUndefined();
    const flat = await loadImages([join(path, '2')]);
    expect(flat).toMatchObject({ labels: undefined, images: { count: 1 } });
  });

  test('names written in two ways are one class', async () => {
    const path = await tree(['set/e\u0301/a.png', 'rgb.png'], ['set/z/a.png', 'rgb.png']);
    expect((await loadImages([path])).classNames).toEqual(['z', 'é']);
  });

  test('what is wrong is named', async () => {
    const path = await tree(['set/a/x.png', 'rgb.png'], ['set/b/y.png', 'rgb.png']);
    await mkdir(join(path, 'c'));
    await inputError(loadImages([path]), join(path, 'c'), 'holds no pictures');
    await symlink(path, join(path, 'c', 'back'));
    await inputError(loadImages([path]), 'a link that leads back');
    const other = await tree(['other/a.png', 'rgb.png'], ['other/c/b.png', 'rgb.png']).then(() =>
      temporary('other'),
    );
    await inputError(loadImages([other]), 'holds pictures (a.png) beside folders (c)');
    await tree(['sets/train/a/a.png', 'rgb.png'], ['sets/test/a/a.png', 'rgb.png']);
    await inputError(loadImages([temporary('sets')]), 'holds sets of images, not classes: test, train');
    await mkdir(temporary('empty'));
    await inputError(loadImages([temporary('empty')]), 'is a folder without pictures');
    await tree(['gif/a.gif', 'rgb.png']);
    await inputError(loadImages([temporary('gif')]), 'a.gif', 'save it as PNG');
    await mkdir(temporary('sizes'));
    await cp(file('rgb.png'), temporary('sizes/a.png'));
    await cp(file('turned6.jpg'), temporary('sizes/b.jpg'));
    const error = await inputError(loadImages([temporary('sizes')]), 'b.jpg', '10×12', 'a.png has 12×10');
    expect(error.option).toBe('resize 12x10');
    const loaded = await loadImages([temporary('sizes')], { resize: { height: 12, width: 10 } });
    expect(loaded.notes!.join()).toMatch(/1 of 2 pictures have other proportions/);
    await put('sizes/c.png', '<html>');
    await inputError(loadImages([temporary('sizes')]), 'c.png', 'a web page');
  });
});

describe('pickles', () => {
  const cifar = async (name: string) => {
    const rows = Array.from((await readNpy(file('cifar-rows.npy'))).data);
    const loaded = await loadImages([file(name)]);
    expect(Array.from(loaded.images.data, (value) => Math.round(255 * value))).toEqual(rows);
    expect(loaded.images).toMatchObject({ count: 4, channels: 3, height: 32, width: 32 });
    return loaded;
  };

  test.each([0, 1, 2, 3, 4, 5])('CIFAR-10 by protocol %d', async (protocol) => {
    const { labels, classNames } = await cifar(`cifar10-${protocol}.pkl`);
    expect([...labels!]).toEqual([3, 9, 0, 3]);
    expect(classNames![3]).toBe('cat');
  });

  test('CIFAR-10 as Python 2 wrote it', async () => {
    expect([...(await cifar('python2.pkl')).labels!]).toEqual([3, 9, 0, 3]);
  });

  test('CIFAR-100, column-major: its fine labels, or the coarse ones by name', async () => {
    const { labels, classNames } = await cifar('cifar100.pkl');
    expect([...labels!]).toEqual([99, 0, 7, 7]);
    expect([classNames![99], classNames![0]]).toEqual(['worm', 'apple']);
    const coarse = await loadLabels(file('cifar100.pkl:coarse_labels'));
    expect([...coarse.labels]).toEqual([13, 4, 18, 18]);
    expect(coarse.classNames![13]).toBe('non-insect_invertebrates');
    expect([...(await loadLabels(file('cifar100.pkl'))).labels]).toEqual([99, 0, 7, 7]);
  });

  test('arrays of other types, big-endian, and labels that are names', async () => {
    const { images } = await loadImages([file('arrays.pkl')], { labels: false });
    expect([...images.data]).toEqual(Array.from({ length: 24 }, (_, i) => i));
    expect(await loadLabels(file('arrays.pkl:y_train'))).toMatchObject({ classNames: ['ant', 'bee'] });
  });

  test.each([0, 2, 4])('a program in a pickle of protocol %d is named, and not run', async (protocol) => {
    await inputError(
      loadImages([file(`attack-${protocol}.pkl`)]),
      'posix.system',
      'nothing in a pickle is executed',
    );
  });

  test.each([
    ['an instance', '\x80\x02(i__main__\nX\n.', '__main__.X'],
    ['a class', '\x80\x02c__main__\nX\n)\x81.', '__main__.X'],
    ['a persistent name', '\x80\x02U\x01aQ.', 'outside of the file'],
    ['an extension', '\x80\x02\x82\x01.', 'extension'],
    ['a call of a number', '\x80\x02K\x01)R.', 'no part of an array'],
    ['an empty stack', '\x80\x02.', 'stack is empty'],
    ['no mark', '\x80\x02t.', 'mark is missing'],
    ['an unknown opcode', '\x80\x02\xff.', 'no opcode'],
    ['a later protocol', '\x80\x05\x80\x06.', 'protocol is 6'],
    [
      'an array without its bytes',
      '\x80\x02cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R(K\x01K\x09\x85cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R\x89U\x02abtb.',
      'takes 9 bytes, but has 2',
    ],
  ])('%s is refused', async (_, pickle, message) => {
    await inputError(loadImages([await put('x.pkl', Buffer.from(pickle, 'latin1'))]), 'x.pkl', message);
  });

  test('cut off anywhere', async () => {
    const content = await bytesOf('cifar10-2.pkl');
    for (const length of [3, 40, 200, 5000, content.length - 1])
      await inputError(loadImages([await put('cut.pkl', content.subarray(0, length))]), 'pickle');
  });
});

describe('MATLAB', () => {
  test('SVHN: images by the last axis, and ten is the digit 0', async () => {
    const { data, shape } = await readNpy(file('svhn.npy'));
    const loaded = await loadImages([file('svhn.mat')]);
    const [height, width, channels, count] = shape;
    const expected: number[] = [];
    for (let i = 0; i < count; i++)
      for (let e = 0; e < height * width * channels; e++) expected.push(data[e * count + i]);
    expect(interleaved(loaded)).toEqual(expected);
    expect([...loaded.labels!]).toEqual([1, 0, 9, 0, 2]);
    expect([...(await loadLabels(file('svhn.mat'))).labels]).toEqual([1, 0, 9, 0, 2]);
  });

  test("SciPy's from NumPy's order; labels of -1 and 1", async () => {
    const [svhn, plain] = [await loadImages([file('svhn.mat')]), await loadImages([file('plain.mat')])];
    expect(plain.images).toEqual(svhn.images);
    expect([...plain.labels!]).toEqual([1, -1, 1, 1, -1]);
  });

  test('what may be either order, or is no array, is refused', async () => {
    await inputError(loadImages([file('ambiguous.mat')]), '4×4×4×4 may be', 'np.moveaxis');
    await inputError(
      loadImages([file('cell.mat')]),
      'no full numeric array',
      'c (a cell array)',
      's (a structure)',
    );
  });

  test.each([100, 127, 140, 200, 5000])('cut off at byte %d', async (length) => {
    const content = await bytesOf('svhn.mat');
    await inputError(loadImages([await put('cut.mat', content.subarray(0, length))]), 'MATLAB file');
  });
});

describe('Parquet', () => {
  test.each(['none', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4'])(
    'packed by %s, in three row groups',
    async (codec) => {
      const loaded = await loadImages([file(`${codec}.parquet`)]);
      expect([...loaded.labels!]).toEqual([2, 0, 1, 1, 2]);
      expect(loaded).toMatchObject({
        classNames: ['cat', 'dog', 'émeu'],
        format: 'parquet',
        images: { count: 5 },
      });
      expect(loaded.labelsAreNames).toBeUndefined();
      const first = await npyOf('rgb.png.npy');
      const row = 10 * 3;
      const rolled = (by: number) => [
        ...first.slice(first.length - by * row),
        ...first.slice(0, first.length - by * row),
      ];
      expect(interleaved(loaded)).toEqual([0, 1, 2, 3, 4].flatMap((by) => (by === 0 ? first : rolled(by))));
    },
  );

  test('columns by name: bare bytes, a dictionary of names, lists', async () => {
    const loaded = await loadImages([file('columns.parquet')]);
    expect(loaded).toMatchObject({ classNames: ['a', 'b', 'c'], labelsAreNames: true, images: { count: 5 } });
    expect([...loaded.labels!]).toEqual([0, 1, 2, 0, 1]);
    expect([...(await loadLabels(file('columns.parquet:coarse_label'))).labels]).toEqual([0, 1, 1, 0, 0]);
    const tags = await loadImages([file('columns.parquet')], {
      labels: file('columns.parquet:tags'),
      labelsAs: 'values',
    });
    expect(tags).toMatchObject({ outputs: 2, labels: undefined });
    expect([...tags.values!]).toEqual([1, 0, 1, 1, 0, 0, 0, 1, 1, 0]);
    await inputError(loadImages([file('columns.parquet:pictures')]), 'no column "pictures"', 'img');
  });

  test('paths without bytes, and a file that is cut off', async () => {
    await inputError(
      loadImages([file('paths.parquet')]),
      'row 0 of column image has no bytes, only the path',
    );
    const content = await bytesOf('snappy.parquet');
    for (const length of [4, 100, content.length - 1])
      await inputError(loadImages([await put('cut.parquet', content.subarray(0, length))]), 'Parquet');
    const damaged = Buffer.from(content).fill(0xff, 20, 200);
    await inputError(loadImages([await put('damaged.parquet', damaged)]), 'damaged.parquet');
  });
});

describe('archives', () => {
  test.each(['stored', 'deflated', 'bzip2', 'lzma', 'zstandard'])(
    '.npz packed by %s, labels that are names',
    async (method) => {
      const loaded = await loadImages([file(`${method}.npz`)]);
      expect(interleaved(loaded)).toEqual(await npyOf('npz-x.npy'));
      expect([...loaded.labels!]).toEqual([1, 0, 1, 2, 0, 1]);
      expect(loaded).toMatchObject({ classNames: ['a', 'b', 'ü'], labelsAreNames: true });
    },
  );

  test('labels that are objects', async () => {
    expect([...(await loadImages([file('objects.npz')])).labels!]).toEqual([1, 0, 1, 2, 0, 1]);
  });

  test.each(['bzip2', 'lzma', 'zstandard'])('%s that is damaged', async (method) => {
    const content = await bytesOf(`${method}.npz`);
    content[content.indexOf('x.npy') + 40] ^= 0x55;
    await inputError(loadImages([await put('damaged.npz', content)]), 'damaged.npz:x');
  });
});

test('CIFAR-100 in binary: fine labels, or coarse', async () => {
  const record = (coarse: number, fine: number) =>
    Uint8Array.from({ length: 3074 }, (_, e) => (e === 0 ? coarse : e === 1 ? fine : (e + fine) % 251));
  const path = await put('train.bin', Buffer.concat([record(19, 99), record(0, 4)]));
  const fine = await loadImages([path]);
  expect([...fine.labels!]).toEqual([99, 4]);
  expect(fine).toMatchObject({ classes: 100, format: 'cifar-100' });
  expect(Math.round(255 * fine.images.data[3072])).toBe((2 + 4) % 251);
  const coarse = await loadImages([`${path}:coarse`]);
  expect([...coarse.labels!]).toEqual([19, 0]);
  expect(coarse.images).toEqual(fine.images);
  expect([...(await loadImages([path], { labels: `${path}:coarse` })).labels!]).toEqual([19, 0]);
  await inputError(loadImages([`${path}:middle`]), 'fine and coarse labels, but not "middle"');
  await inputError(loadImages([await put('wrong.bin', record(19, 100))]), 'label 0 is 100');
});
