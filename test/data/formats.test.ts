// Every format that is read gives the images and labels that are in the file; what is cut off, too long, damaged or of
// no known format is refused, and named by its place.
import { gzipSync } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';
import { loadImages } from '../../src/data/load.js';
import { bytesOf, inputError, npy, put, ramp, temporary } from './files.js';
import { SAVEZ, SAVEZ_COMPRESSED } from './numpy-files.js';

function idx(magic: number, shape: readonly number[], data: Uint8Array | readonly number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(magic);
  shape.forEach((size, axis) => header.writeUInt32BE(size, 4 + 4 * axis));
  return Buffer.concat([header, Uint8Array.from(data)]);
}

/** Records of CIFAR-10 with these labels; pixel e of record r is (r + e) modulo 251. */
function cifar(labels: readonly number[]): Buffer {
  return Buffer.concat(
    labels.map((label, r) =>
      Uint8Array.from({ length: 3073 }, (_, e) => (e === 0 ? label : (r + e - 1) % 251)),
    ),
  );
}

/** The pixels of `ramp` or of another array of bytes, as they are to be loaded. */
function scaled(bytes: ArrayLike<number>): Float32Array {
  return Float32Array.from(bytes, (value) => value / 255);
}

describe('CIFAR-10', () => {
  test('label, then the three planes', async () => {
    const path = await put('a.bin', cifar([3, 9]));
    const { images, labels, classes, format, files } = await loadImages([path]);
    expect(images).toMatchObject({ count: 2, channels: 3, height: 32, width: 32 });
    expect([...labels!]).toEqual([3, 9]);
    expect({ classes, format, files }).toEqual({ classes: 10, format: 'cifar-10', files: [path] });
    expect(images.data).toEqual(scaled([...cifar([3]).subarray(1), ...cifar([3, 9]).subarray(3074)]));
  });

  test('several files, a window across them, and only that is decoded', async () => {
    // Labels out of range outside the window would be errors.
    const paths = [await put('1.bin', cifar([77, 1, 2])), await put('2.bin', cifar([3, 88, 99]))];
    const { images, labels } = await loadImages(paths, { first: 1, count: 3 });
    expect([...labels!]).toEqual([1, 2, 3]);
    expect(images.data).toHaveLength(3 * 3072);
    expect(images.data.subarray(2 * 3072)).toEqual(scaled(cifar([3]).subarray(1)));
    const second = await loadImages(paths, { first: 3, count: 1 });
    expect([...second.labels!]).toEqual([3]);
  });

  test('more records than one batch of reading', async () => {
    const labels = Array.from({ length: 3000 }, (_, i) => i % 10);
    const path = await put('a.bin', cifar(labels));
    const { images, labels: loaded } = await loadImages([path]);
    expect([...loaded!]).toEqual(labels);
    // Every image starts with its own index modulo 251.
    expect(Float32Array.from(labels, (_, r) => images.data[r * 3072])).toEqual(
      scaled(labels.map((_, r) => r % 251)),
    );
  });

  test('one byte short, one byte long, less than a record', async () => {
    const whole = cifar([1, 2]);
    const short = await put('short.bin', whole.subarray(0, 6145));
    const error = await inputError(
      loadImages([short]),
      short,
      'byte 3073',
      'record 1',
      '3073 bytes',
      '3072 are left',
    );
    expect(error.offset).toBe(3073);
    const long = await put('long.bin', Buffer.concat([whole, Buffer.of(0)]));
    await inputError(loadImages([long]), 'byte 6146', 'record 2', 'but 1 are left');
    await inputError(
      loadImages([await put('tiny.bin', 'x')]),
      'tiny.bin, byte 0',
      'record 0',
      'but 1 are left',
    );
    await inputError(loadImages([await put('a.bin', '')]), 'a.bin', 'is empty (0 bytes)');
  });

  test('label 9 passes, label 10 does not', async () => {
    expect([...(await loadImages([await put('a.bin', cifar([0, 9]))])).labels!]).toEqual([0, 9]);
    const path = await put('b.bin', cifar([0, 9, 10]));
    const error = await inputError(loadImages([path]), path, 'byte 6146', 'label 2 is 10', 'from 0 to 9');
    expect(error.offset).toBe(6146);
    expect((await loadImages([path], { labels: false })).labels).toBeUndefined();
  });

  test('a first record that starts like an IDX file', async () => {
    const content = cifar([0, 1]);
    content.set([0, 0, 8, 3]);
    expect(await loadImages([await put('a.bin', content)])).toMatchObject({
      format: 'cifar-10',
      classes: 10,
    });
  });

  test('gzip', async () => {
    const { labels } = await loadImages([await put('a.bin.gz', gzipSync(cifar([4, 5])))]);
    expect([...labels!]).toEqual([4, 5]);
    const cut = await put('b.bin.gz', gzipSync(cifar([4, 5]).subarray(0, 3080)));
    await inputError(loadImages([cut]), 'byte 3073 of the unpacked content', 'but 7 are left');
  });
});

describe('IDX', () => {
  const images = idx(0x803, [5, 4, 3], ramp(60));
  const labels = idx(0x801, [5], [3, 1, 4, 1, 5]);

  for (const [what, pack, end] of [
    ['plain', (content: Buffer) => content, ''],
    ['gzip', gzipSync, '.gz'],
  ] as const) {
    test(`${what}, with the labels beside`, async () => {
      const path = await put(`train-images-idx3-ubyte${end}`, pack(images));
      await put(`train-labels-idx1-ubyte${end}`, pack(labels));
      const set = await loadImages([path]);
      expect(set.images).toEqual({ data: scaled(ramp(60)), count: 5, channels: 1, height: 4, width: 3 });
      expect([...set.labels!]).toEqual([3, 1, 4, 1, 5]);
      expect(set).toMatchObject({ classes: 6, format: 'idx' });
      const part = await loadImages([path], { first: 1, count: 3 });
      expect(part.images.data).toEqual(scaled(ramp(60)).subarray(12, 48));
      expect([...part.labels!]).toEqual([1, 4, 1]);
      // The label 5 is in the file, though not among these.
      expect(part.classes).toBe(6);
    });
  }

  test('names with a dot, labels given, labels packed and images not', async () => {
    const path = await put('t10k-images.idx3-ubyte', images);
    await put('t10k-labels.idx1-ubyte', labels);
    expect([...(await loadImages([path])).labels!]).toEqual([3, 1, 4, 1, 5]);
    const other = await put('other', images);
    expect((await loadImages([other])).labels).toBeUndefined();
    const given = await put('given.gz', gzipSync(labels));
    expect([...(await loadImages([other], { labels: given })).labels!]).toEqual([3, 1, 4, 1, 5]);
    const mixed = await put('a-images-idx3-ubyte', images);
    await put('a-labels-idx1-ubyte.gz', gzipSync(labels));
    expect([...(await loadImages([mixed])).labels!]).toEqual([3, 1, 4, 1, 5]);
  });

  test('four axes', async () => {
    const path = await put('colour-idx4-ubyte', idx(0x804, [2, 3, 2, 2], ramp(24)));
    expect((await loadImages([path])).images).toMatchObject({ count: 2, channels: 3, height: 2, width: 2 });
  });

  test('one byte short, one byte long, header cut off', async () => {
    const short = await put('images-idx3-ubyte', images.subarray(0, images.length - 1));
    const error = await inputError(
      loadImages([short]),
      short,
      'byte 75',
      '5×4×3 takes 60 bytes',
      'but 59 follow',
    );
    expect(error.offset).toBe(75);
    const long = await put('images-idx3-ubyte', Buffer.concat([images, Buffer.of(0)]));
    await inputError(loadImages([long]), 'byte 76', 'left over', '60 bytes, but 61 follow');
    const header = await put('images-idx3-ubyte', images.subarray(0, 15));
    await inputError(loadImages([header]), 'byte 15', '3 axes take 16 bytes', 'ends at 15');
  });

  test.each([
    ['signed bytes', 0x09, [0xfe, 3], [-2, 3]],
    ['16 bits', 0x0b, [0xff, 0xfe, 1, 0], [-2, 256]],
    ['32 bits', 0x0c, [0xff, 0xff, 0xff, 0xfe, 0, 0, 1, 0], [-2, 256]],
    ['float32', 0x0d, [0xc0, 0, 0, 0, 0x3f, 0x80, 0, 0], [-2, 1]],
    ['float64', 0x0e, [0xc0, 0, 0, 0, 0, 0, 0, 0, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0], [-2, 1]],
  ])('elements of %s, most significant byte first', async (_, type, data, values) => {
    const path = await put('x-images-idx3', idx((type << 8) | 3, [1, 1, 2], data));
    expect([...(await loadImages([path])).images.data]).toEqual(values);
    const half = data.length / 2;
    const given = await put('labels-idx1', idx((type << 8) | 1, [1], data.slice(half)));
    expect([...(await loadImages([path], { labels: given })).labels!]).toEqual([values[1]]);
    const short = await put('short-idx3', idx((type << 8) | 3, [1, 1, 2], data.slice(1)));
    await inputError(
      loadImages([short]),
      'cut off',
      `takes ${data.length} bytes, but ${data.length - 1} follow`,
    );
  });

  test('labels of the EMNIST kind: two axes, one of them long', async () => {
    const column = await put('labels-idx2-int', idx(0xc02, [2, 1], [0, 0, 0, 26, 0, 0, 0, 1]));
    const path = await put('pictures', idx(0x803, [2, 1, 1], [0, 1]));
    expect([...(await loadImages([path], { labels: column })).labels!]).toEqual([26, 1]);
    // QMNIST: the class and what is known of the writer, eight numbers an image.
    const several = await put(
      'labels-idx2-int',
      idx(0xc02, [2, 2], [0, 0, 0, 5, 0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 9]),
    );
    await inputError(loadImages([path], { labels: several }), several, 'row 0 of 2×2 is [5, 9]');
  });

  test('wrong magic, labels in the place of images and the other way round', async () => {
    const magic = await put('train-images-idx3-ubyte', Buffer.concat([Buffer.of(1), images.subarray(1)]));
    await inputError(loadImages([magic]), 'byte 0', 'not an IDX file', '01000803', '00000803');
    const onlyLabels = await put('labels', labels);
    await inputError(loadImages([onlyLabels]), 'holds 5 labels', '00000803');
    const path = await put('pictures', images);
    await inputError(loadImages([path], { labels: path }), 'shape (N,)', '5×4×3');
    await inputError(
      loadImages([path], { labels: await put('text', 'cats and dogs') }),
      'text',
      'np.loadtxt(',
    );
  });

  test('counts that differ', async () => {
    const path = await put('train-images-idx3-ubyte', images);
    const beside = await put('train-labels-idx1-ubyte', idx(0x801, [4], [0, 1, 2, 3]));
    await inputError(loadImages([path]), beside, '4 labels', '5 images', path);
  });

  test('no images', async () => {
    await inputError(
      loadImages([await put('images-idx3-ubyte', idx(0x803, [0, 4, 3], []))]),
      'no images',
      '0×4×3',
    );
  });
});

describe('npz', () => {
  const zip = (arrays: Record<string, Buffer>): Uint8Array =>
    zipSync(Object.fromEntries(Object.entries(arrays).map(([name, content]) => [`${name}.npy`, content])));
  const pixels = npy('|u1', [2, 2, 3], ramp(12));
  const other = npy('|u1', [2, 2, 3], new Uint8Array(12));
  const classes = npy('<i4', [2], bytesOf(Int32Array.of(1, 0)));

  test('an archive of NumPy', async () => {
    const set = await loadImages([await put('a.npz', Buffer.from(SAVEZ, 'base64'))]);
    expect(set.images).toEqual({ data: scaled(ramp(12)), count: 2, channels: 1, height: 2, width: 3 });
    expect([...set.labels!]).toEqual([1, 0]);
    expect(set).toMatchObject({ classes: 2, format: 'npz' });
  });

  test('one array of several, with its own labels', async () => {
    const path = await put('mnist.npz', Buffer.from(SAVEZ_COMPRESSED, 'base64'));
    const train = await loadImages([`${path}:x_train`]);
    expect(train.images.data).toEqual(scaled(ramp(12)));
    expect([...train.labels!]).toEqual([1, 0]);
    const test = await loadImages([`${path}:x_test`], { first: 1 });
    expect(test.images.data).toEqual(scaled(ramp(6)));
    expect([...test.labels!]).toEqual([3]);
    const crossed = await loadImages([`${path}:x_test`], { labels: `${path}:y_train` });
    expect([...crossed.labels!]).toEqual([1, 0]);
    await inputError(loadImages([path]), path, 'x_train, y_train, x_test, y_test', `${path}:x_train`);
    await inputError(loadImages([`${path}:x`]), 'no array "x"', 'x_train, y_train, x_test, y_test');
    await inputError(
      loadImages([`${path}:x_train`], { labels: path }),
      'holds the labels is not clear',
      'y_test',
    );
  });

  test.each([
    [['images', 'labels'], 'images', 'labels'],
    [['x', 'y'], 'x', 'y'],
    [['X', 'y'], 'X', 'y'],
    [['data', 'target', 'images'], 'images', 'target'],
    [['data', 'labels'], 'data', 'labels'],
    [['X_train', 'y_train'], 'X_train', 'y_train'],
    [['train_images', 'train_labels'], 'train_images', 'train_labels'],
    [['arr_0'], 'arr_0', undefined],
    [['faces', 'labels'], 'faces', 'labels'],
    [['faces', 'Y'], 'faces', 'Y'],
    [['x_test', 'extra'], 'x_test', undefined],
  ])('of %j takes %s and %s', async (names, images, labels) => {
    const content = (name: string): Buffer => (name === images ? pixels : name === labels ? classes : other);
    const archive = zip(Object.fromEntries(names.map((name) => [name, content(name)])));
    const set = await loadImages([await put('a.npz', archive)]);
    expect(set.images.data).toEqual(scaled(ramp(12)));
    expect(set.labels && [...set.labels]).toEqual(labels === undefined ? undefined : [1, 0]);
  });

  test('what is not clear is asked', async () => {
    const images = await put('a.npz', zip({ left: pixels, right: pixels }));
    await inputError(loadImages([images]), 'left, right', 'not clear', `${images}:left`);
    const labels = await put('a.npz', zip({ images: pixels, labels: classes, y: classes }));
    await inputError(loadImages([labels]), 'labels, y', 'labels of images is not clear');
    expect((await loadImages([labels], { labels: false })).images.count).toBe(2);
  });

  test('wrong archives', async () => {
    const whole = zip({ images: pixels });
    const cut = await put('cut.npz', whole.subarray(0, whole.length - 1));
    await inputError(loadImages([cut]), cut, 'cut off or damaged', `${whole.length - 1} bytes`);
    await inputError(loadImages([await put('no.npz', zipSync({ 'a.txt': strToU8('a') }))]), 'no .npy arrays');
    await inputError(loadImages([await put('no.npz', zipSync({}))]), 'no .npy arrays');
    await inputError(loadImages([await put('no.npz', 'something else')]), 'no.npz', 'cut off or damaged');
    const inner = await put('inner.npz', zip({ images: pixels.subarray(0, pixels.length - 1) }));
    const error = await inputError(loadImages([inner]), '12 bytes, but 11 follow', 'of the unpacked content');
    expect(error.file).toBe(`${inner}:images`);
    expect(error.offset).toBe(pixels.length - 1);
  });
});

describe('files in no known format', () => {
  test.each([
    ['a.txt', Buffer.from('hello, world'), 'text'],
    ['a.dat', Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]), '0102030405060708'],
    ['a.gif', Buffer.from('GIF89a', 'latin1'), 'picture'],
    [
      'a.tar.gz',
      gzipSync(Buffer.concat([Buffer.alloc(257, 'a'), Buffer.from('ustar'), Buffer.alloc(250)])),
      'tar',
    ],
  ])('%s', async (name, content, piece) => {
    await inputError(loadImages([await put(name, content)]), name, 'byte 0', 'format is not', piece);
  });

  test('a name that promises a format names that format in the error', async () => {
    await inputError(loadImages([await put('a.npy', 'text')]), 'not a .npy file');
    await inputError(loadImages([await put('a.idx', 'text')]), 'not an IDX file');
  });

  test('damaged gzip', async () => {
    const whole = gzipSync(npy('|u1', [2, 2, 3], ramp(12)));
    const cut = await put('a.npy.gz', whole.subarray(0, whole.length - 1));
    await inputError(
      loadImages([cut]),
      cut,
      'gzip',
      'cut off or damaged',
      `${whole.length - 1} packed bytes`,
    );
    const flipped = Buffer.from(whole);
    flipped[whole.length - 6] ^= 1;
    await inputError(loadImages([await put('b.npy.gz', flipped)]), 'b.npy.gz', 'gzip', 'damaged');
  });

  test('no file, a folder, a device', async () => {
    await inputError(loadImages([temporary('none.bin')]), temporary('none.bin'), 'ENOENT');
    await inputError(loadImages([temporary()]), 'is a folder');
    await inputError(loadImages(['/dev/null']), '/dev/null', 'not a regular file');
  });
});
