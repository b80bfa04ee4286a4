// Plan: every matrix that the command writes is that of the definition, square and rectangular, one and many; the
// manifest names all of them; combinations that make no sense are refused before anything is computed.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { normalize } from '../../src/images/normalize.js';
import { readNpy } from '../../src/data/npy.js';
import type { KernelSpec } from '../../src/kernel/kernel-spec.js';
import { referenceKernel } from '../../src/kernel/reference.js';
import { relativeError } from '../support/golden.js';
import { digits, fail, folder, read, succeed, writeDigits } from './cli.js';

beforeAll(async () => {
  await writeDigits('x', 0, 6);
  await writeDigits('z', 6, 10);
});

interface Manifest {
  readonly shape: number[];
  readonly dtype: string;
  readonly kernels: readonly (KernelSpec & { readonly file: string; readonly name: string })[];
  readonly images: { readonly files: string[]; readonly count: number };
  readonly imageShape: number[];
  readonly normalization: string;
  readonly elementLayersPerSecond: number;
  readonly device: { readonly name: string };
  readonly version: string;
}

const GAP3: KernelSpec = { kernel: 'ntk', depth: 3, readout: 'gap', trained: 'hidden' };
/** Design: gap 2e-6, vanilla 1e-5. */
const TOLERANCE = { gap: 2e-6, other: 1e-5 };

describe('cntk kernel', () => {
  test('one kernel becomes one float32 file', async () => {
    const { stdout } = await succeed(...'kernel --images x.npy --depth 3 --out made/for/it/K.npy'.split(' '));
    expect(stdout).toMatch(/^6×6 float32, 21 pairs .*\nmade\/for\/it\/K\.npy\n$/);
    expect(await readdir(join(folder, 'made/for/it'))).toEqual(['K.npy']);
    const { images } = await digits(0, 6);
    const kernel = await readNpy(join(folder, 'made/for/it/K.npy'));
    expect(kernel).toMatchObject({ descr: '<f4', shape: [6, 6] });
    expect(relativeError(kernel.data, referenceKernel(images, images, GAP3))).toBeLessThan(TOLERANCE.gap);
  });

  test.each(['images', 'against'] as const)(
    'a rectangular kernel, standardised by the statistics of %s',
    async (statistics) => {
      const args = `kernel --images x.npy --against z.npy --depth 3 --normalize standardize --statistics ${statistics} --json --out R.npy`;
      const { stdout } = await succeed(...args.split(' '));
      expect(JSON.parse(stdout)).toMatchObject({
        shape: [6, 4],
        kernels: [{ file: 'R.npy', name: 'ntk-gap-d3-hidden' }],
        normalization: 'standardize',
        statisticsOf: statistics,
      });
      const [x, z] = [(await digits(0, 6)).images, (await digits(6, 10)).images];
      const expected =
        statistics === 'images'
          ? (({ train, test }) => referenceKernel(train, test, GAP3))(normalize('standardize', x, z))
          : (({ train, test }) => referenceKernel(test, train, GAP3))(normalize('standardize', z, x));
      const kernel = await readNpy(join(folder, 'R.npy'));
      expect(kernel.shape).toEqual([6, 4]);
      expect(relativeError(kernel.data, expected)).toBeLessThan(TOLERANCE.gap);
    },
  );

  test('several kernels become a folder with a manifest', async () => {
    const args =
      'kernel --images x.npy --first 1 --count 4 --depth 3,5 --kernel ntk,nngp --readout vanilla,gap,lap:1 --trained all,hidden --json --out many';
    const { stdout } = await succeed(...args.split(' '));
    const manifest = JSON.parse(stdout) as Manifest;
    expect(await read('many/manifest.json')).toBe(stdout);
    expect(manifest).toMatchObject({
      shape: [4, 4],
      dtype: 'float32',
      images: { files: ['x.npy'], count: 4 },
      imageShape: [1, 4, 4],
      normalization: 'none',
    });
    expect(manifest.version).toMatch(/^\d+\.\d+\.\d+/);
    expect(manifest.device.name).not.toBe('');
    expect(manifest.elementLayersPerSecond).toBeGreaterThan(0);
    // 2 depths × 3 read-outs × (2 settings of the NTK + NNGP).
    const files = manifest.kernels.map(({ file }) => file);
    expect(new Set(files).size).toBe(18);
    // Beside the results their store: cntk store verify checks it, and the same command finds nothing to do.
    expect((await readdir(join(folder, 'many'))).sort()).toEqual(
      [...files, 'computation.json', 'manifest.json', 'tiles'].sort(),
    );

    const { images } = await digits(1, 5);
    for (const { file, name, ...channel } of manifest.kernels) {
      expect(file).toBe(`${name}.npy`);
      const kernel = await readNpy(join(folder, 'many', file));
      const error = relativeError(kernel.data, referenceKernel(images, images, channel));
      expect({ name, error }).toMatchObject({ error: expect.any(Number) as number });
      expect(error).toBeLessThan(channel.readout === 'gap' ? TOLERANCE.gap : TOLERANCE.other);
    }
  });

  test("without --trained each read-out has the paper's setting", async () => {
    const { stdout } = await succeed(
      ...'kernel --images x.npy --depth 3 --readout vanilla,gap,lap:2 --json --out paper'.split(' '),
    );
    const { kernels } = JSON.parse(stdout) as Manifest;
    expect(kernels.map(({ name }) => name)).toEqual([
      'ntk-vanilla-d3-all',
      'ntk-gap-d3-hidden',
      'ntk-lap2-d3-hidden',
    ]);
  });

  test.each([
    [
      'the NTK of hidden layers at depth 2',
      '--depth 2,3 --out refused',
      /ntk-gap-d2-hidden.*identically zero/,
    ],
    ['several kernels in one file', '--depth 3,4 --out K.npy', /--out K\.npy is one file, but 2 kernels/],
    ['a depth that is given twice', '--depth 3,3 --out refused', /repeats kernel 1/],
    [
      'trained layers of the NNGP',
      '--depth 3 --kernel nngp --trained all --out refused',
      /--trained belongs to/,
    ],
    ['an unknown kernel', '--depth 3 --kernel ntk,foo --out refused', /--kernel: "foo" is none of ntk, nngp/],
    ['a depth that is no integer', '--depth 3,4.5 --out refused', /--depth: "4\.5" is not an integer/],
    ['columns that are not there', '--depth 3 --against-count 3 --out refused', /need --against/],
  ])('%s is refused', async (_, args, message) => {
    await fail(2, message, ...`kernel --images x.npy ${args}`.split(' '));
  });
});
