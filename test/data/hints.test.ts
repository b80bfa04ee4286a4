// Plan: every hint of the readers is followed. A message about a format, an element type or labels that are not read
// ends in a command line; typed into a shell as it stands, it writes a file that the readers then read to the values
// that were put in. Where Python or one of its modules is missing, the line itself is still compared.
import { readdir, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { InputError } from '../../src/checks/input-error.js';
import { loadLabels } from '../../src/data/labels.js';
import { loadImages } from '../../src/data/load.js';
import { readNpy } from '../../src/data/npy.js';
import { NpyRows } from '../../src/data/npy-rows.js';
import { followHint, hasModules, hintOf, python, runPython } from '../support/python.js';
import { bytesOf, inputError, npy, put, rawNpy, temporary } from './files.js';

const withNumpy = python === undefined ? test.skip : test;

/** Reads as images, as labels or as a kernel. */
const READ = {
  images: async (path: string) => {
    const { images, labels } = await loadImages([path]);
    const { count, channels, height, width } = images;
    return {
      shape: [count, channels, height, width],
      values: [...images.data],
      labels: labels && [...labels],
    };
  },
  labels: async (path: string) => [...(await loadLabels(path)).labels],
  kernel: async (path: string) => {
    await using rows = await NpyRows.open(path);
    return [...(await rows.rows(0, rows.count))];
  },
};

/** What is new in the folder after the hint of this error was followed. */
async function follow(error: InputError): Promise<string> {
  const before = await readdir(temporary());
  await followHint(error.message, temporary());
  const added = (await readdir(temporary())).filter((name) => !before.includes(name));
  expect(added).toHaveLength(1);
  return temporary(added[0]);
}

describe('labels', () => {
  const cases: [what: string, save: string, hint: string, expected: number[]][] = [
    ['probabilities', `np.array([[.1, .7, .2], [.5, .2, .3]])`, 'argmax', [1, 0]],
    ['several classes', `np.array([[1, 1, 0], [0, 1, 0]])`, '[:, 0]', [1, 0]],
    ['two columns', `np.array([[4, 19], [2, 7]])`, '[:, 0]', [4, 2]],
    ['a row', `np.array([[3, 1, 2]])`, 'ravel', [3, 1, 2]],
    ['one number', `np.array(3)`, 'atleast_1d', [3]],
    ['a field', `np.array([(1, 2.), (0, 3.)], [('class', 'i4'), ('weight', 'f8')])`, '["class"]', [1, 0]],
    ['complex numbers', `np.array([1j + 1, 0])`, 'np.real', [1, 0]],
  ];
  for (const [what, array, hint, expected] of cases) {
    // One that needs all kinds of quotes; of each other kind of place one is enough.
    const places = [
      "it's a.npy",
      ...(what === 'probabilities' ? ['a.npy.gz', 'a.npz:the y', 'a.npz.gz:y'] : []),
    ];
    for (const place of places) {
      withNumpy(`${what} in ${place}`, async () => {
        const { file, name } = /^(?<file>[^:]*)(?::(?<name>.*))?$/.exec(place)!.groups!;
        const save = !place.includes(':') ? `np.save(f, y)` : `np.savez(f, **{${JSON.stringify(name)}: y})`;
        const pack = file.endsWith('.gz') ? 'gzip.compress' : 'bytes';
        await runPython(
          `import gzip, io, numpy as np; y = ${array}; f = io.BytesIO(); ${save}; open(${JSON.stringify(file)}, 'wb').write(${pack}(f.getvalue()))`,
          temporary(),
        );
        const error = await inputError(loadLabels(temporary(place)), temporary(place), hint);
        expect(await READ.labels(await follow(error))).toEqual(expected);
      });
    }
  }

  for (const end of ['', '.gz']) {
    withNumpy(`the columns of an IDX file of the QMNIST kind${end}`, async () => {
      const content = Buffer.from(
        '00000c020000000300000002' + '0000000500000009'.repeat(2) + '0000000100000009',
        'hex',
      );
      const path = await put(`labels-idx2-int${end}`, end === '' ? content : gzipSync(content));
      const error = await inputError(loadLabels(path), path, 'row 0 of 3×2 is [5, 9]', '[:, 0]');
      expect(await READ.labels(await follow(error))).toEqual([5, 5, 1]);
    });
  }

  test('the messages name the row or the type, and speak of classes', async () => {
    const several = await put('several.npy', npy('|u1', [2, 3], [0, 1, 0, 1, 0, 1]));
    await inputError(loadLabels(several), 'row 1 of 2×3 is [1, 0, 1]: 2 classes (0, 2)', 'one class');
    const none = await put('none.npy', npy('|u1', [2, 3], [0, 1, 0, 0, 0, 0]));
    await inputError(loadLabels(none), 'row 1', 'no class');
    const soft = await put('soft.npy', npy('<f4', [1, 2], bytesOf(Float32Array.of(0.25, 0.75))));
    await inputError(loadLabels(soft), 'row 0', 'probabilities', 'argmax(axis=1)');
    const wrong = await put('nan.npy', npy('<f4', [1, 2], bytesOf(Float32Array.of(NaN, 1))));
    await inputError(loadLabels(wrong), 'row 0', '[NaN, 1]');
  });

  test('one-hot rows are classes, in every type; of one that is not the file of labels is at fault', async () => {
    const oneHot = [0, 1, 0, 0, 0, 1, 1, 0, 0];
    for (const [descr, data] of [
      ['|b1', Uint8Array.from(oneHot)],
      ['<i8', BigInt64Array.from(oneHot, BigInt)],
      ['<f4', Float32Array.from(oneHot)],
    ] as const) {
      const path = await put('y.npy', npy(descr, [3, 3], bytesOf(data)));
      expect(await loadLabels(path)).toEqual({ labels: Int32Array.of(1, 2, 0), classes: 3, file: path });
    }
    const images = await put('x.npy', npy('|u1', [3, 1, 1], [1, 2, 3]));
    expect([...(await loadImages([images])).labels!]).toEqual([1, 2, 0]);
    const wrong = await put(
      'y.npy',
      npy('<f4', [3, 3], bytesOf(Float32Array.from([...oneHot.slice(0, 8), NaN]))),
    );
    const error = await inputError(loadImages([images]), wrong, 'row 2');
    expect(error.file).toBe(wrong);
  });
});

describe('images and kernels of other types', () => {
  const cases: [what: string, role: 'images' | 'kernel', array: string, hint: string][] = [
    ['text', 'images', `x.astype(str)`, 'astype(np.float32)'],
    ['objects', 'images', `x.astype(object)`, 'tolist()'],
    ['complex numbers', 'images', `x.astype('c8')`, 'np.real'],
    ['bfloat16', 'images', `(x.view(np.uint32) >> 16).astype(np.uint16).view('V2')`, 'bfloat16'],
    ['a field', 'images', `x.view([('grey', 'f4')])`, '["grey"]'],
    ['long double', 'images', `x.astype(np.longdouble)`, 'astype(np.float32)'],
    ['time differences', 'kernel', `x[0].astype('m8[s]')`, 'astype(np.float32)'],
    ['half precision', 'kernel', `x[0].astype('f2')`, 'astype(np.float32)'],
    ['integers', 'kernel', `x[0].astype('i4')`, 'astype(np.float32)'],
  ];
  for (const [what, role, array, hint] of cases) {
    withNumpy(`${role} of ${what}`, async () => {
      const values = [1, 2.5, 3, 4].map((value) =>
        what === 'integers' || what.startsWith('time') ? Math.floor(value) : value,
      );
      await runPython(
        `import numpy as np; x = np.array(${JSON.stringify(values)}, np.float32).reshape(1, 2, 2); np.save('x.npy', ${array})`,
        temporary(),
      );
      const error = await inputError(READ[role](temporary('x.npy')), 'x.npy', hint);
      const read = await READ[role](await follow(error));
      expect(role === 'images' ? (read as { values: number[] }).values : read).toEqual(values);
    });
  }

  withNumpy('a dictionary that np.save pickled', async () => {
    await runPython(
      `import numpy as np; np.save('x.npy', {'images': np.ones((2, 3, 3)), 'labels': np.array([1, 0])})`,
      temporary(),
    );
    const error = await inputError(loadImages([temporary('x.npy')]), '.item()');
    expect(await READ.images(await follow(error))).toMatchObject({ shape: [2, 1, 3, 3], labels: [1, 0] });
  });
});

/** Makes a file of two pictures 3×2×2 with labels 1 and 0, called x and y where the format has names. */
const SETUP = `
import gzip, io, os, pickle, tarfile, zipfile, numpy as np
x = np.arange(24, dtype=np.uint8).reshape(2, 3, 2, 2); y = np.array([1, 0])
`;
const PICTURE = `
from PIL import Image
def encoded(a, kind='PNG'):
    b = io.BytesIO(); Image.fromarray(a).save(b, kind); return b.getvalue()
`;

describe('formats of other programs', () => {
  const cases: [
    file: string,
    modules: string,
    make: string,
    what: string,
    shape?: number[],
    labels?: number[],
  ][] = [
    ['x.h5', 'h5py', `import h5py; f = h5py.File(F, 'w'); f['x'] = x; f['y'] = y; f.close()`, 'HDF5'],
    [
      'user.h5',
      'h5py',
      `import h5py; f = h5py.File(F, 'w', userblock_size=512); f['x'] = x; f['y'] = y; f.close()`,
      'HDF5',
    ],
    [
      'seven.mat',
      'h5py',
      `import h5py; f = h5py.File(F, 'w', userblock_size=512); f['x'] = np.moveaxis(x, 0, -1).T; f['y'] = y.reshape(1, -1); f.close(); f = open(F, 'r+b'); f.write(b'MATLAB 7.3 MAT-file, Platform: GLNXA64'); f.close()`,
      'MATLAB 7.3',
    ],
    [
      'x.safetensors',
      'safetensors',
      `from safetensors.numpy import save_file; save_file({'x': x, 'y': y}, F)`,
      'safetensors',
    ],
    [
      'x.feather',
      'pandas, pyarrow, PIL',
      `${PICTURE}import pandas; pandas.DataFrame({'x': [{'bytes': encoded(a.transpose(1, 2, 0))} for a in x], 'y': y}).to_feather(F)`,
      'Arrow',
    ],
    [
      'x.arrow',
      'pyarrow, pandas, PIL',
      `${PICTURE}import pyarrow as pa; t = pa.table({'x': [{'bytes': encoded(a.transpose(1, 2, 0))} for a in x], 'y': y}); w = pa.ipc.new_stream(F, t.schema); w.write_table(t); w.close()`,
      'Arrow stream',
    ],
    ['x.pt', 'torch', `import torch; torch.save({'x': torch.tensor(x), 'y': torch.tensor(y)}, F)`, 'PyTorch'],
    [
      'pair.pt',
      'torch',
      `import torch; torch.save({'train': (torch.tensor(x),)}, F)`,
      'PyTorch',
      [2, 3, 2, 2],
      [],
    ],
    [
      'x.pth',
      'torch',
      `import torch; torch.save({'x': torch.tensor(x), 'y': torch.tensor(y)}, F, _use_new_zipfile_serialization=False)`,
      'PyTorch',
    ],
    [
      'x.csv',
      '',
      `x = x.reshape(6, 1, 2, 2)[:2]; np.savetxt(F, x[:, 0].reshape(2, -1), '%d', delimiter=',')`,
      'text',
      [2, 1, 2, 2],
      [],
    ],
    [
      'mnist.csv',
      '',
      `x = x.reshape(6, 1, 2, 2)[:2]; np.savetxt(F, np.hstack([y[:, None], x[:, 0].reshape(2, -1)]), '%d', delimiter=',', header='label,a,b,c,d', comments='')`,
      'text',
      [2, 1, 2, 2],
      [1, 0],
    ],
    ['x.txt', '', `np.savetxt(F, x.reshape(2, -1))`, 'text', [2, 3, 2, 2], []],
    [
      '0.bmp',
      'PIL',
      `${PICTURE}open(F, 'wb').write(encoded(x[0].transpose(1, 2, 0), 'BMP'))`,
      'picture',
      [1, 3, 2, 2],
      [],
    ],
    [
      '0.tif',
      'PIL',
      `${PICTURE}open(F, 'wb').write(encoded(x[0].transpose(1, 2, 0), 'TIFF'))`,
      'picture',
      [1, 3, 2, 2],
      [],
    ],
  ];
  for (const [file, modules, make, what, shape = [2, 3, 2, 2], labels = [1, 0]] of cases) {
    const missing = python === undefined || (modules !== '' && !hasModules(modules));
    (missing ? test.skip : test)(`${file}: ${what}`, async () => {
      await runPython(`${SETUP}F = ${JSON.stringify(file)}\n${make}`, temporary());
      const error = await inputError(loadImages([temporary(file)]), what);
      const path = await follow(error);
      const found = await READ.images(path);
      expect(found.shape).toEqual(shape);
      expect(found.labels ?? []).toEqual(labels);
      const count = shape.reduce((product, size) => product * size, 1);
      const scale = ['text'].includes(what) ? 1 : 255;
      if (count <= 24)
        expect(found.values.map((value) => Math.round(value * scale))).toEqual(
          Array.from({ length: count }, (_, i) => i),
        );
    });
  }

  for (const [file, text, expected] of [
    ['y.csv', '3\n1\n2\n', [2, 0, 1]],
    ['y.txt', 'cat\nant\n', [1, 0]],
    ['annotations.csv', 'file,class\na.png,cat\nb.png,ant\n', [1, 0]],
  ] as const) {
    withNumpy(`labels in ${file}`, async () => {
      const error = await inputError(loadLabels(await put(file, text)), 'text');
      expect(await READ.labels(await follow(error))).toEqual(expected);
    });
  }

  withNumpy('archives of files: tar, zip, and what they hold can be named', async () => {
    await runPython(
      `${SETUP}
np.save('x.npy', x)
t = tarfile.open('a.tar.gz', 'w:gz'); t.add('x.npy', 'folder/x.npy'); t.close()
z = zipfile.ZipFile('b.zip', 'w'); z.write('x.npy', 'in/x.data'); z.close()
os.remove('x.npy')`,
      temporary(),
    );
    const tar = await inputError(loadImages([temporary('a.tar.gz')]), 'tar archive', 'as folder/x.npy');
    await followHint(tar.message, temporary());
    expect((await loadImages([temporary('folder/x.npy')])).images.count).toBe(2);
    const zip = await inputError(loadImages([temporary('b.zip')]), 'no .npy arrays', '"in/x.data"');
    await followHint(zip.message, temporary());
    expect((await loadImages([temporary('b-files/in/x.data')])).images.count).toBe(2);
  });

  test('lines that need no Python, and what is no data at all', async () => {
    const gz = gzipSync(npy('<f4', [1, 2, 2], new Uint8Array(16)));
    const text = (content: string) => Buffer.from(content, 'latin1');
    for (const [content, ...messages] of [
      [text('\xfd7zXZ\0 and more'), 'xz', 'xz -dk '],
      [text('BZh91AY&SY'), 'bzip2', 'bzip2 -dk '],
      [text('\x28\xb5\x2f\xfd....'), 'Zstandard', 'zstd -d '],
      [text('\n<!DOCTYPE html><p>'), 'web page', 'fetch'],
      [text('version https://git-lfs.github.com/spec/v1\n'), 'Git LFS', 'git lfs pull'],
      [gzipSync(gz), 'twice', 'gunzip'],
      [text('\x00\x01\x02 who knows'), 'format is not known', '000102207768'],
      [Buffer.alloc(3073), 'fits the binary version of CIFAR-10', '.bin'],
      [Buffer.alloc(3074), 'fits the binary version of CIFAR-100', '.bin'],
    ] as const) {
      await inputError(loadImages([await put('a', content)]), temporary('a'), ...messages);
    }
  });

  test('a file of TensorFlow is known by the checksum of its first length', async () => {
    // The start of a file that TFRecordWriter wrote: length 5, masked CRC-32C of these eight bytes.
    const record = Buffer.from('0500000000000000eab2043e68656c6c6f00000000', 'hex');
    const error = await inputError(loadImages([await put('a', record)]), 'TFRecord');
    expect(hintOf(error.message)).toContain('tf.data.TFRecordDataset(');
    record[8] ^= 1;
    await inputError(loadImages([await put('a', record)]), 'format is not known');
  });
});

describe('names of arrays', () => {
  for (const name of [
    'train/x',
    'a:b',
    'two words',
    '',
    'größe',
    "it's",
    'x.npy',
    'a:b/c.npz:d',
    '$HOME',
    '..',
  ]) {
    withNumpy(`${JSON.stringify(name)} in the hint is what the shell hands over`, async () => {
      await runPython(
        `import numpy as np; np.savez('many.npz', **{${JSON.stringify(name)}: np.ones((2, 2)), 'zz': np.eye(2)})`,
        temporary(),
      );
      for (const file of ['many.npz', 'many.zip']) {
        if (file.endsWith('.zip'))
          await runPython(`import os; os.rename('many.npz', 'many.zip')`, temporary());
        const error = await inputError(NpyRows.open(temporary(file)), 'which of the arrays', 'zz');
        const [, hint] = /name it, as (.*)$/s.exec(error.message)!;
        const typed = await shellWords(hint);
        expect(await READ.kernel(typed)).toEqual([1, 1, 1, 1]);
        expect((await readNpy(`${temporary(file)}:zz`)).data).toEqual(Float64Array.of(1, 0, 0, 1));
      }
    });
  }

  test('of files that are not there, of no archive, and of an archive that lacks it', async () => {
    await inputError(readNpy(temporary('none.npz:a/b')), `${temporary('none.npz')}: no such file`);
    await inputError(readNpy(temporary('none:a')), `${temporary('none:a')}: no such file`);
    const path = await put('x.npy', npy('<f4', [1], new Uint8Array(4)));
    await inputError(readNpy(`${path}:x`), path, 'holds one array', 'without ":x"');
    const colon = await put('a:b.npy', npy('<f4', [1], new Uint8Array(4)));
    expect((await readNpy(colon)).data).toHaveLength(1);
  });
});

async function shellWords(line: string): Promise<string> {
  await writeFile(temporary('line.sh'), `printf %s ${line}`);
  const { execFile } = await import('node:child_process');
  const { promisify } = await import('node:util');
  return (await promisify(execFile)('/bin/sh', [temporary('line.sh')])).stdout;
}

test('a header of no dictionary is refused with what it holds', async () => {
  await inputError(readNpy(await put('a.npy', rawNpy('[1, 2]', new Uint8Array(4)))), 'lacks', '[1, 2]');
});
