// Plan: files on other scales, and axes in either order, stop every command that reads images, and the options that
// the message names lead to the right values; a kernel standardised by default is that of `cntk run`; reports name
// every file that was read.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { loadDigits } from '../../src/data/digits.js';
import { readNpy, writeNpy } from '../../src/data/npy.js';
import { bytesOf, npy } from '../data/files.js';
import { cli, digits, fail, folder, read, succeed, writeDigits } from './cli.js';

const TRAIN = 12;
const TEST = 8;

/** Digits as unsigned bytes, and the same shades 0 … 255 as another type. */
async function writeShades(name: string, first: number, end: number): Promise<void> {
  const { images, labels } = await digits(first, end);
  const shape = [images.count, images.height, images.width];
  const shades = images.data.map((shade) => Math.round(255 * shade));
  await writeFile(join(folder, `${name}-bytes.npy`), npy('|u1', shape, Uint8Array.from(shades)));
  await writeNpy(join(folder, `${name}-floats.npy`), shape, Float32Array.from(shades));
  await writeNpy(join(folder, `${name}-doubles.npy`), shape, Float64Array.from(shades));
  const longs = BigInt64Array.from([...shades].map(BigInt));
  await writeFile(join(folder, `${name}-longs.npy`), npy('<i8', shape, bytesOf(longs)));
  for (const type of ['bytes', 'floats', 'doubles', 'longs'])
    await writeNpy(join(folder, `${name}-${type}-labels.npy`), [images.count], labels);
}

beforeAll(async () => {
  await writeShades('train', 0, TRAIN);
  await writeShades('test', TRAIN, TRAIN + TEST);
  await writeDigits('x', 0, TRAIN);
  await writeDigits('z', TRAIN, TRAIN + TEST);
});

const words = (line: string) => line.split(' ');

describe('scale', () => {
  test.each(['floats', 'doubles', 'longs'])(
    'bytes beside %s of 0 … 255: the advice gives the scores of bytes alone',
    async (type) => {
      const line = `run --train train-bytes.npy --test test-${type}.npy --depth 3 --ridge 0.01 --normalize none`;
      await fail(
        2,
        /test-\w+\.npy: its pixels are on another scale than those of train-bytes\.npy\n {2}train-bytes\.npy: uint8, 0 … 255, .*divided by 255\n {2}test-\w+\.npy: (?:\w+64|float32), 0 … 255, .*read as they are\n--scale 255 divides/,
        ...words(`${line} --out refused`),
      );
      await succeed(...words(`${line} --scale 255 --out scaled-${type}`));
      await succeed(...words(line.replace(type, 'bytes')), '--out', `bytes-${type}`);
      const [scaled, bytes] = await Promise.all(
        [`scaled-${type}`, `bytes-${type}`].map((out) => readNpy(join(folder, out, 'scores.npy'))),
      );
      expect(scaled).toEqual(bytes);
    },
  );

  test('two sides on scales of their own', async () => {
    const line = 'run --train x.npy --test test-floats.npy --depth 3 --ridge 0.01 --json';
    const { stderr } = await cli(...words(`${line} --out refused`));
    const advice = /^(--scale 1 --test-scale 255) brings them to one scale/m.exec(stderr)![1];
    const { stdout } = await succeed(...words(`${line} ${advice} --out sides`));
    expect(JSON.parse(stdout)).toMatchObject({
      files: {
        train: { sources: [{ file: 'x.npy', scale: 1, dividedBy: 1, range: [0, 1] }] },
        test: { sources: [{ file: 'test-floats.npy', scale: 255, dividedBy: 255, range: [0, 255] }] },
      },
    });
  });

  test.each([
    ['files of one set', 'kernel --images train-bytes.npy test-floats.npy --out K.npy', '--scale'],
    ['--against', 'kernel --images train-bytes.npy --against test-floats.npy --out K.npy', '--scale'],
    ['--test', 'kernel --images train-floats.npy --test test-bytes.npy --out K', '--scale'],
    ['files of --test', 'run --train x.npy --test test-floats.npy test-bytes.npy --out R', '--test-scale'],
    ['unit norms', 'run --train train-bytes.npy --test test-floats.npy --normalize unit --out R', '--scale'],
    ['demo', 'demo --train train-bytes.npy --test test-floats.npy --out D', '--scale'],
    ['smalldata', 'paper smalldata --train train-bytes.npy test-floats.npy --images 9 --out S', '--scale'],
  ])('%s', async (_, line, option) => {
    const depth = /^(run|kernel)/.test(line) ? ' --depth 3' : '';
    await fail(2, new RegExp(`on another scale.*\n[^]*\n${option} 255 divides`), ...words(line + depth));
  });

  test.each([
    ['0', /--scale: "0" is neither auto nor a number above 0/],
    ['-1', /--scale: "-1"/],
    ['Infinity', /--scale: "Infinity"/],
    ['bytes', /--scale: "bytes"/],
  ])('--scale %s is refused', async (value, message) => {
    await fail(2, message, ...words(`kernel --images x.npy --depth 3 --out K.npy --scale=${value}`));
  });

  test('options for images that are not there are refused', async () => {
    for (const name of ['against', 'test'])
      await fail(
        2,
        new RegExp(`--${name}-scale`),
        ...words(`kernel --images x.npy --depth 3 --out K.npy --${name}-scale 2`),
      );
    await fail(2, /--test-scale needs --test/, ...words('demo --train x.npy --test-scale 2 --out D'));
    await fail(2, /--scale needs --train/, ...words('demo --scale 2 --out D'));
  });

  test('a store goes on however the same pixels were asked for', async () => {
    const line = 'kernel --images train-bytes.npy --depth 3 --out goes-on';
    await succeed(...words(line));
    const { stdout } = await succeed(...words(`${line} --scale 255 --json`));
    expect(JSON.parse(stdout)).toMatchObject({ computed: { tiles: 0 } });
    const other = await cli(...words(`${line} --scale 1`));
    expect(other.stderr).toMatch(/goes-on holds another computation: its images/);
  });

  test('slurm hands them on, and only what was said', async () => {
    const line =
      'slurm --images train-bytes.npy --test test-floats.npy --depth 3 --shards 2 --scale 255 --test-scale 255 --out jobs --json';
    const { shards } = JSON.parse((await succeed(...words(line))).stdout) as { shards: string };
    const script = await readFile(shards, 'utf8');
    expect(script).toMatch(/--scale 255 --test-scale 255 /);
    expect(script).not.toMatch(/--statistics|--against-scale/);
  });
});

describe('layout', () => {
  test('what stays ambiguous is refused by every command, with both readings', async () => {
    await writeNpy(join(folder, 'signals.npy'), [6, 12, 50, 1], new Float32Array(3600).fill(0.5));
    for (const line of [
      'kernel --images signals.npy --depth 3 --out K.npy',
      'kernel --images x.npy --against signals.npy --depth 3 --out K.npy',
      'run --train signals.npy --test signals.npy --depth 3 --out R',
      'plan --train signals.npy --no-measure',
      'demo --train signals.npy --out D',
      'paper smalldata --train signals.npy --out S',
    ])
      await fail(
        2,
        /signals\.npy: 6×12×50×1 may be 12 channels of 50×1 pixels \(layout nchw\) or 1 channel of 12×50 pixels \(layout nhwc\); say which \(--layout nchw\|nhwc\)$/m,
        ...words(line),
      );
    for (const [layout, shape] of [
      ['nchw', [12, 50, 1]],
      ['nhwc', [1, 12, 50]],
    ]) {
      const { stdout } = await succeed(
        ...words(`plan --train signals.npy --no-measure --json --layout ${layout as string}`),
      );
      expect(JSON.parse(stdout)).toMatchObject({ job: { imageShape: shape } });
    }
  });

  test.each(['run', 'plan', 'paper smalldata'])('%s --help says the rule', async (command) => {
    const { stdout } = await succeed(...words(command), '--help');
    expect(stdout.replace(/\s+/g, ' ')).toContain('two equal neighbouring axes are height and width');
  });
});

describe('statistics', () => {
  test('by default those of the training images: both forms of the test kernel, and run, agree bit for bit', async () => {
    const common = '--depth 3 --normalize standardize --tune off';
    await succeed(...words(`kernel --images x.npy --test z.npy ${common} --out both`));
    const { stdout } = await succeed(
      ...words(`kernel --images z.npy --against x.npy ${common} --json --out T.npy`),
    );
    expect(JSON.parse(stdout)).toMatchObject({ statisticsOf: 'against' });
    await succeed(...words(`kernel --images x.npy ${common} --out K.npy`));
    for (const [file, other] of [
      ['both/ntk-gap-d3-hidden.npy', 'K.npy'],
      ['both/test-ntk-gap-d3-hidden.npy', 'T.npy'],
    ])
      expect(await readNpy(join(folder, file))).toEqual(await readNpy(join(folder, other)));

    const ridge = '--ridge 0.01';
    await succeed(...words(`run --train x.npy --test z.npy ${common} ${ridge} --out whole`));
    await succeed(
      ...words(`solve --kernel K.npy --labels x-labels.npy --test-kernel T.npy ${ridge} --out parts`),
    );
    expect(await readNpy(join(folder, 'parts/scores.npy'))).toEqual(
      await readNpy(join(folder, 'whole/scores.npy')),
    );
    // The control: other statistics give another kernel.
    await succeed(
      ...words(`kernel --images z.npy --against x.npy ${common} --statistics images --out I.npy`),
    );
    expect((await readNpy(join(folder, 'I.npy'))).data).not.toEqual(
      (await readNpy(join(folder, 'T.npy'))).data,
    );
  });

  test('a store begun by the old default goes on only by its name', async () => {
    const line = 'kernel --images z.npy --against x.npy --depth 3 --normalize standardize --out old';
    await succeed(...words(`${line} --statistics images`));
    const before = await readFile(join(folder, 'old/ntk-gap-d3-hidden.npy'));
    await fail(
      2,
      /old was begun with the statistics of --images.*--statistics images goes on/,
      ...words(line),
    );
    const { stdout } = await succeed(...words(`${line} --statistics images --json`));
    expect(JSON.parse(stdout)).toMatchObject({ computed: { tiles: 0 } });
    expect(await readFile(join(folder, 'old/ntk-gap-d3-hidden.npy'))).toEqual(before);
  });
});

describe('reports name every file', () => {
  test('labels beside the images', async () => {
    const { stdout } = await succeed(
      ...words('run --train x.npy --test z.npy --test-labels z-labels.npy --depth 3 --json --out named'),
    );
    expect(await read('named/report.json')).toBe(stdout);
    expect(JSON.parse(stdout)).toMatchObject({
      files: {
        train: {
          files: ['x.npy'],
          format: 'npy',
          count: TRAIN,
          sources: [
            {
              file: 'x.npy',
              format: 'npy',
              dtype: 'float32',
              layout: 'nchw',
              first: 0,
              count: TRAIN,
              scale: 'auto',
              dividedBy: 1,
              range: [0, 1],
            },
          ],
          labels: [{ file: 'x-labels.npy', dtype: 'int32', count: TRAIN, found: true }],
        },
        test: { labels: [{ file: 'z-labels.npy', count: TEST, found: false }] },
      },
    });
  });

  test('the arrays of an archive, IDX labels, and windows over several files', async () => {
    const [x, y] = await Promise.all(['x.npy', 'x-labels.npy'].map((name) => readFile(join(folder, name))));
    await writeFile(join(folder, 'many.npz'), zipSync({ 'images.npy': x, 'labels.npy': y }));
    const pixels = Uint8Array.from({ length: 2 * 16 }, (_, i) => i);
    await writeFile(
      join(folder, 't10k-images-idx3-ubyte'),
      Buffer.concat([Buffer.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 4]), pixels]),
    );
    await writeFile(join(folder, 't10k-labels-idx1-ubyte'), Buffer.from([0, 0, 8, 1, 0, 0, 0, 2, 3, 4]));
    const { stdout } = await succeed(
      ...words('run --train many.npz --test t10k-images-idx3-ubyte --depth 3 --json --out archive'),
    );
    expect(JSON.parse(stdout)).toMatchObject({
      files: {
        train: {
          files: ['many.npz'],
          sources: [{ file: 'many.npz:images', format: 'npz' }],
          labels: [{ file: 'many.npz:labels', found: true }],
        },
        test: {
          sources: [{ file: 't10k-images-idx3-ubyte', dtype: 'uint8', dividedBy: 255 }],
          labels: [{ file: 't10k-labels-idx1-ubyte', dtype: 'uint8', found: true }],
        },
      },
    });
    const manifest = await succeed(
      ...words('kernel --images x.npy z.npy --first 10 --count 5 --depth 3 --json --out window'),
    );
    expect(JSON.parse(manifest.stdout)).toMatchObject({
      images: {
        files: ['x.npy', 'z.npy'],
        first: 10,
        count: 5,
        sources: [
          { file: 'x.npy', first: 10, count: 2 },
          { file: 'z.npy', first: 0, count: 3 },
        ],
      },
    });
    expect(await read('window/manifest.json')).toBe(manifest.stdout);
    await succeed(...words('kernel --images x.npy --depth 3 --out S.npy'));
    const solved = await succeed(
      ...words('solve --kernel S.npy --labels many.npz --ridge 0.01 --json --out solved'),
    );
    expect(JSON.parse(solved.stdout)).toMatchObject({
      files: { kernel: 'S.npy', labels: 'many.npz:labels' },
    });
  });

  test('the digits of the package', async () => {
    const { stdout } = await succeed(
      ...words('demo --train-count 20 --test-count 10 --out digits --json --quiet'),
    );
    const [file] = (await loadDigits()).files.map((path) => path.split('/').at(-1)!);
    const { train } = JSON.parse(stdout) as { train: { sources: { file: string }[] } };
    expect(train.sources[0].file).toMatch(new RegExp(`${file}$`));
  });
});
