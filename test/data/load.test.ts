// Images come out with the right scale, axes, order and labels, from one file or several; what cannot be told, or is no
// number, is refused with its place.
import { chmod, mkdir, symlink } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { fileError, InputError } from '../../src/checks/input-error.js';
import { loadLabels } from '../../src/data/labels.js';
import { loadImages } from '../../src/data/load.js';
import { bytesOf, inputError, npy, put, ramp, temporary } from './files.js';

function floats(shape: readonly number[], values: Float32Array): Buffer {
  return npy('<f4', shape, bytesOf(values));
}

function labels(...values: number[]): Buffer {
  return npy('<i4', [values.length], bytesOf(Int32Array.from(values)));
}

describe('pixels', () => {
  test('bytes are divided by 255, every other type is kept', async () => {
    const bytes = await loadImages([await put('a.npy', npy('|u1', [1, 1, 3], [0, 51, 255]))]);
    expect([...bytes.images.data]).toEqual([0, Math.fround(0.2), 1]);
    const arrays = [
      Int8Array.of(-1, 2, 127),
      Uint16Array.of(0, 51, 65535),
      Int32Array.of(-5, 0, 255),
      Float32Array.of(0.1, -7, 255),
      Float64Array.of(0.1, 1e-50, 255),
    ];
    for (const [i, descr] of ['|i1', '<u2', '<i4', '<f4', '<f8'].entries()) {
      const { images } = await loadImages([await put('a.npy', npy(descr, [1, 1, 3], bytesOf(arrays[i])))]);
      expect([...images.data]).toEqual([...arrays[i]].map(Math.fround));
    }
  });

  test('a scale divides every type, and only a number above 0 is one', async () => {
    const bytes = await put('a.npy', npy('|u1', [1, 1, 3], [0, 51, 255]));
    const floats = await put('b.npy', npy('<f4', [1, 1, 3], bytesOf(Float32Array.of(0, 51, 255))));
    for (const [scale, expected] of [
      [1, [0, 51, 255]],
      [255, [0, Math.fround(0.2), 1]],
      [51, [0, 1, 5]],
    ] as const) {
      const { images } = await loadImages([bytes, floats], { scale });
      expect([...images.data]).toEqual([...expected, ...expected]);
    }
    for (const scale of [0, -1, NaN, Infinity])
      await inputError(loadImages([bytes], { scale }), bytes, `scale of the pixels is ${scale}`, 'above 0');
    await inputError(
      loadImages([bytes], { scale: 1e-37 }),
      '51, divided by 1e-37: that is outside the range of float32',
    );
    await inputError(loadImages([bytes], { scale: 1e60 }), 'nothing is left of pixels up to 255');
  });

  test('files of one set on two scales are refused, whatever part of them is drawn', async () => {
    const bytes = await put('a.npy', npy('|u1', [2, 1, 3], [0, 51, 255, 1, 2, 3]));
    const floats = await put('b.npy', npy('<f4', [1, 1, 3], bytesOf(Float32Array.of(0, 51, 255))));
    await inputError(loadImages([bytes, floats]), floats, bytes, 'uint8, 0 … 255', 'float32, 0 … 255');
    await inputError(loadImages([floats, bytes]), bytes, floats, '\n', 'scale 255 divides', 'scale 1 takes');
    const within = { scaleOption: '--test-scale' };
    await inputError(loadImages([floats, bytes], within), bytes, floats, '--test-scale 255 divides');
    // Where one file is not used there is nothing to disagree with, and no pixel is read in another way.
    const { images, sources } = await loadImages([bytes, floats], { first: 1, count: 1 });
    expect([...images.data]).toEqual([1, 2, 3].map((shade) => Math.fround(shade / 255)));
    expect(sources.images).toEqual([
      {
        ...{ file: bytes, format: 'npy', layout: 'nchw', dtype: 'uint8', first: 1, count: 1 },
        ...{ scale: 'auto', dividedBy: 255, range: [1, 3], meanSize: 2, integers: true },
      },
    ]);
  });

  test.each([NaN, Infinity, -Infinity])('%p is refused with its place', async (value) => {
    const values = new Float32Array(2 * 3 * 4 * 5);
    // Image 1, channel 2, row 3, column 1.
    const index = ((1 * 3 + 2) * 4 + 3) * 5 + 1;
    values[index] = value;
    const content = floats([2, 3, 4, 5], values);
    const path = await put('a.npy', content);
    const place = 'image 1, channel 2, row 3, column 1';
    const layout = 'nchw';
    const error = await inputError(loadImages([path], { layout }), path, place, String(value), 'finite');
    expect(error.offset).toBe(content.length - 4 * (values.length - index));
    // An image that is not used does no harm.
    expect((await loadImages([path], { layout, count: 1 })).images.count).toBe(1);
  });

  test('the place of a NaN in N×H×W×C', async () => {
    const values = new Float32Array(2 * 4 * 5 * 3);
    values[((1 * 4 + 3) * 5 + 1) * 3 + 2] = NaN;
    const path = await put('a.npy', floats([2, 4, 5, 3], values));
    await inputError(loadImages([path], { layout: 'nhwc' }), 'image 1, channel 2, row 3, column 1');
  });

  test('float64 beyond float32', async () => {
    const path = await put('a.npy', npy('<f8', [1, 1, 1], bytesOf(Float64Array.of(1e39))));
    await inputError(loadImages([path]), '1e+39', 'outside the range of float32 (±3.4e38)');
    for (const value of [1e300, -1e300]) {
      const other = await put('b.npy', npy('<f8', [1, 1, 1], bytesOf(Float64Array.of(value))));
      const { message } = await inputError(
        loadImages([other]),
        `is ${value}:`,
        'outside the range of float32',
      );
      expect(message).not.toContain('Infinity');
    }
    const largest = await put('a.npy', npy('<f8', [1, 1, 1], bytesOf(Float64Array.of(3.4028234e38))));
    expect((await loadImages([largest])).images.data[0]).toBe(Math.fround(3.4028234e38));
  });
});

describe('layout', () => {
  const data = ramp(2 * 3 * 6 * 5);
  /** [2][6][5][3] of `data` brought to [2][3][6][5], by its definition. */
  const transposed = Float32Array.from(data, (_, i) => {
    const [n, c, y, x] = [Math.floor(i / 90), Math.floor(i / 30) % 3, Math.floor(i / 5) % 6, i % 5];
    return data[((n * 6 + y) * 5 + x) * 3 + c] / 255;
  });

  test('N×H×W×C is brought to N×C×H×W', async () => {
    const path = await put('a.npy', npy('|u1', [2, 6, 5, 3], data));
    const layout = 'nhwc';
    const { images } = await loadImages([path], { layout });
    expect(images).toEqual({ data: transposed, count: 2, channels: 3, height: 6, width: 5 });
    const second = await loadImages([path], { layout, first: 1 });
    expect(second.images.data).toEqual(transposed.subarray(90));
  });

  test.each([
    // shape, layout, channels × height × width
    [[2, 3, 4, 4], 'auto', [3, 4, 4]],
    [[2, 4, 4, 3], 'auto', [3, 4, 4]],
    [[2, 3, 32, 16], 'auto', [3, 32, 16]],
    [[2, 16, 32, 3], 'auto', [3, 16, 32]],
    [[2, 1, 8, 1], 'auto', [1, 8, 1]],
    [[2, 3, 4, 5], 'nchw', [3, 4, 5]],
    [[2, 3, 8, 3], 'nhwc', [3, 3, 8]],
    [[2, 5, 8, 3], 'nchw', [5, 8, 3]],
    [[2, 5, 8, 7], 'nhwc', [7, 5, 8]],
    [[2, 5, 8], 'auto', [1, 5, 8]],
    [[2, 5, 3], 'nhwc', [1, 5, 3]],
  ] as const)('%j as %s has images of %j', async (shape, layout, expected) => {
    const path = await put(
      'a.npy',
      npy('|u1', shape, new Uint8Array(shape.reduce<number>((a, b) => a * b, 1))),
    );
    const { images } = await loadImages([path], { layout });
    expect([images.channels, images.height, images.width]).toEqual(expected);
  });

  test('axes that may be in either order are asked for with both readings, and each hint is followed', async () => {
    const path = await put('a.npy', npy('|u1', [2, 12, 50, 1], new Uint8Array(1200)));
    const { message } = await inputError(loadImages([path]), path, '2×12×50×1');
    const readings = [...message.matchAll(/(\d+) channels? of (\d+)×(\d+) pixels \(layout (\w+)\)/g)];
    expect(readings).toHaveLength(2);
    for (const [, channels, height, width, layout] of readings) {
      const { images } = await loadImages([path], { layout: layout as 'nchw' | 'nhwc' });
      expect(images).toMatchObject({ channels: +channels, height: +height, width: +width });
    }
  });

  test('one colour image without the axis of images is no set of narrow grey ones', async () => {
    const pixels = new Uint8Array(3 * 16 * 17);
    const path = await put('a.npy', npy('|u1', [16, 17, 3], pixels));
    await inputError(loadImages([path]), path, 'x.reshape(1, 16, 17, 3)', '16 grey images of 17×3', 'nchw');
    const reshaped = await loadImages([await put('b.npy', npy('|u1', [1, 16, 17, 3], pixels))]);
    expect(reshaped.images).toMatchObject({ count: 1, channels: 3, height: 16, width: 17 });
    const narrow = await loadImages([path], { layout: 'nchw' });
    expect(narrow.images).toMatchObject({ count: 16, channels: 1, height: 17, width: 3 });
    // Three grey images are three grey images.
    const three = await loadImages([await put('c.npy', npy('|u1', [3, 16, 17], pixels))]);
    expect(three.images).toMatchObject({ count: 3, channels: 1, height: 16, width: 17 });
    const small = await loadImages([await put('d.npy', npy('|u1', [15, 16, 3], pixels.subarray(96)))]);
    expect(small.images).toMatchObject({ count: 15, channels: 1, height: 16, width: 3 });
  });

  test('other numbers of axes, and empty ones', async () => {
    for (const [shape, piece] of [
      [[6], '(6,)'],
      [[2, 3], '2×3'],
      [[1, 1, 1, 2, 3], '1×1×1×2×3'],
    ] as const) {
      await inputError(
        loadImages([await put('a.npy', npy('|u1', shape, ramp(6)))]),
        '3 axes',
        piece,
        'reshape',
      );
    }
    await inputError(loadImages([await put('a.npy', npy('|u1', [0, 2, 3], []))]), 'holds no images', '0×2×3');
    await inputError(loadImages([await put('a.npy', npy('|u1', [2, 0, 3], []))]), 'without pixels', '2×0×3');
  });
});

describe('first and count', () => {
  test('both sides of each end', async () => {
    const paths = [
      await put('a.npy', npy('|u1', [2, 1, 1], [0, 1])),
      await put('b.npy', npy('|u1', [3, 1, 1], [2, 3, 4])),
    ];
    const load = async (first?: number, count?: number): Promise<number[]> =>
      [...(await loadImages(paths, { first, count })).images.data].map((value) => Math.round(value * 255));
    expect(await load()).toEqual([0, 1, 2, 3, 4]);
    expect(await load(4)).toEqual([4]);
    expect(await load(1, 3)).toEqual([1, 2, 3]);
    expect(await load(2, 3)).toEqual([2, 3, 4]);
    expect(await load(0, 5)).toEqual([0, 1, 2, 3, 4]);
    await inputError(load(5), 'first image is 5', 'there are 5', paths.join(', '));
    await inputError(load(0, 6), '6 images are asked for', 'there are 5');
    await inputError(load(2, 4), '4 images from image 2 on', 'there are 3');
    for (const wrong of [0, -1, 1.5, NaN]) await inputError(load(0, wrong), `number of images is ${wrong}`);
    for (const wrong of [-1, 0.5, NaN]) await inputError(load(wrong), `first image is ${wrong}`);
    await inputError(loadImages([]), 'no file of images');
  });
});

describe('several files', () => {
  test('one shape, whatever the layout and type', async () => {
    const one = await put('a.npy', npy('|u1', [1, 3, 2, 2], ramp(12)));
    const other = await put('b.npy', floats([2, 2, 2, 3], new Float32Array(24).fill(0.5)));
    const { images, format, files } = await loadImages([one, other]);
    expect(images).toMatchObject({ count: 3, channels: 3, height: 2, width: 2 });
    expect(images.data[12]).toBe(0.5);
    expect({ format, files }).toEqual({ format: 'npy', files: [one, other] });
  });

  test('different shapes are refused with both', async () => {
    const one = await put('a.npy', npy('|u1', [1, 3, 5], ramp(15)));
    const other = await put('b.npy', npy('|u1', [1, 5, 3], ramp(15)));
    await inputError(loadImages([one, other]), other, '1×5×3', one, '1×3×5');
  });

  test('formats are joined', async () => {
    const cifar = await put('a.bin', new Uint8Array(3073));
    const array = await put('b.npy', npy('|u1', [1, 3, 32, 32], new Uint8Array(3072)));
    const { format } = await loadImages([cifar, array], { labels: false });
    expect(format).toBe('cifar-10+npy');
  });

  test('their labels follow each other; labels for some only are refused', async () => {
    const one = await put('x_1.npy', npy('|u1', [2, 1, 1], [0, 1]));
    const other = await put('x_2.npy', npy('|u1', [2, 1, 1], [2, 3]));
    await put('y_1.npy', labels(5, 6));
    await inputError(loadImages([one, other]), other, 'no labels', one);
    await put('y_2.npy', labels(7, 8));
    const set = await loadImages([one, other], { first: 1, count: 2 });
    expect([...set.labels!]).toEqual([6, 7]);
    expect(set.classes).toBe(9);
    const shared = await put('all.npy', labels(1, 2, 3, 4));
    expect([...(await loadImages([one, other], { labels: shared, first: 1 })).labels!]).toEqual([2, 3, 4]);
    expect([...(await loadImages([one, other], { labels: shared, first: 2 })).labels!]).toEqual([3, 4]);
    const short = await put('short.npy', labels(1, 2, 3));
    await inputError(loadImages([one, other], { labels: short }), short, '3 labels', '4 images');
  });
});

describe('labels', () => {
  const images = npy('|u1', [3, 1, 2], ramp(6));

  test.each([
    ['X.npy', 'X-labels.npy'],
    ['X.npy', 'X_labels.npy'],
    ['X.npy', 'y.npy'],
    ['X.npy', 'Y.npy'],
    ['x_train.npy', 'y_train.npy'],
    ['X_test.npy', 'y_test.npy'],
    ['train-images.npy', 'train-labels.npy'],
    ['trainImages.npy', 'trainLabels.npy'],
    ['digits.npy', 'digits_labels.npy'],
    ['data.npy', 'target.npy'],
    ['x.npy', 'y.npy.gz'],
    ['box.npy', 'box-labels.npy'],
  ])('of %s are found in %s', async (name, beside) => {
    const path = await put(name, images);
    await put(beside, beside.endsWith('.gz') ? gzipSync(labels(2, 0, 1)) : labels(2, 0, 1));
    // Neither a name within a word nor the labels of other images.
    await put('boy.npy', labels(9, 9, 9));
    await put('y_other.npy', labels(9, 9, 9));
    const set = await loadImages([path]);
    expect([...set.labels!]).toEqual([2, 0, 1]);
    expect(set.classes).toBe(3);
    expect((await loadImages([path], { labels: false })).labels).toBeUndefined();
  });

  test('none beside', async () => {
    expect(await loadImages([await put('images.npy', images)])).toMatchObject({
      labels: undefined,
      classes: undefined,
    });
  });

  test('two beside are refused with both names', async () => {
    const path = await put('x.npy', images);
    await put('y.npy', labels(0, 1, 2));
    await put('x_labels.npy', labels(0, 1, 2));
    await inputError(loadImages([path]), path, 'y.npy or x_labels.npy');
  });

  test.each([
    ['<i8', [3], bytesOf(BigInt64Array.of(2n, 0n, 1n))],
    ['|u1', [3], [2, 0, 1]],
    ['|b1', [3], [1, 0, 1]],
    ['<f4', [3], bytesOf(Float32Array.of(2, 0, 1))],
    ['<f8', [3, 1], bytesOf(Float64Array.of(2, 0, 1))],
    ['>i4', [3, 1], [0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1]],
  ])('of type %s and shape %j', async (descr, shape, data) => {
    const path = await put('x.npy', images);
    const given = await put('given.npy', npy(descr, shape, data));
    const expected = descr === '|b1' ? [1, 0, 1] : [2, 0, 1];
    expect([...(await loadImages([path], { labels: given })).labels!]).toEqual(expected);
    expect((await loadLabels(given)).classes).toBe(Math.max(...expected) + 1);
  });

  test.each([
    [-(2 ** 31) - 1, 'label 1 is -2147483649'],
    [0.5, 'label 1 is 0.5'],
    [NaN, 'label 1 is NaN'],
    [2 ** 31, 'label 1 is 2147483648'],
  ])('%p is none', async (value, piece) => {
    const content = npy('<f8', [3], bytesOf(Float64Array.of(0, value, 0)));
    const given = await put('given.npy', content);
    const path = await put('x.npy', images);
    const error = await inputError(
      loadImages([path], { labels: given }),
      given,
      piece,
      'integers from -2147483648 to 2147483647',
    );
    expect(error.offset).toBe(content.length - 16);
    await inputError(loadLabels(given), piece);
  });

  test('of other shapes and counts', async () => {
    const path = await put('x.npy', images);
    const oneHot = await put('a.npy', npy('|u1', [3, 2], ramp(6)));
    // Rows of several numbers that are no classes of one-hot.
    await inputError(loadImages([path], { labels: oneHot }), oneHot, 'row 1 of 3×2 is [2, 3]');
    await inputError(
      loadImages([path], { labels: await put('a.npy', npy('|u1', [], [1])) }),
      'a single number',
    );
    for (const count of [2, 4]) {
      const given = await put('a.npy', labels(...ramp(count)));
      await inputError(loadImages([path], { labels: given }), given, `${count} labels`, '3 images', path);
    }
    await inputError(loadImages([path], { labels: temporary('none.npy') }), 'none.npy', 'ENOENT');
    await inputError(loadLabels(await put('a.npy', npy('|u1', [0], []))), 'holds no labels');
  });
});

describe('files that cannot be read', () => {
  test('a folder, a file in a file, a link to itself', async () => {
    await mkdir(temporary('folder.npy'));
    await inputError(
      loadImages([temporary('folder.npy')]),
      'folder.npy',
      'is a folder',
      'name the files in it',
    );
    const file = await put('a.npy', 'text');
    await inputError(loadImages([`${file}/b.npy`]), 'not a folder', 'ENOTDIR');
    await symlink('loop.npy', temporary('loop.npy'));
    await inputError(loadImages([temporary('loop.npy')]), 'loop.npy', 'cannot be read', 'ELOOP');
  });

  // The superuser may read everything.
  (process.getuid?.() === 0 ? test.skip : test)('without permission', async () => {
    const path = await put('a.npy', npy('|u1', [1, 1, 1], [0]));
    await chmod(path, 0);
    await inputError(loadImages([path]), path, 'permission denied', 'EACCES');
  });

  test('an error of the file system is said in words, an InputError stays', () => {
    const denied = Object.assign(new Error('EACCES: permission denied, open'), { code: 'EACCES' });
    const error = fileError('a.npy', denied);
    expect(error.message).toBe('a.npy: permission denied; make the file readable for this user (EACCES)');
    expect(error.cause).toBe(denied);
    expect(fileError('b.npy', error)).toBe(error);
    expect(fileError('a.npy', new Error('odd')).message).toBe('a.npy: cannot be read: odd');
    expect(new InputError('a.npy', 'wrong', { offset: 0 }).message).toBe('a.npy, byte 0: wrong');
  });
});
