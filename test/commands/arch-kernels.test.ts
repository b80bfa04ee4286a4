// --arch of kernel, run, plan and slurm: a chain of the paper has the bits of --depth, other networks those of the
// library; reports hold the layers; what makes no sense together, or does not fit, is said with status 2.
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlanReport } from '../../src/commands/printing/plan-table.js';
import { readNpy } from '../../src/data/npy.js';
import { computeNetworks } from '../../src/network/network-gram.js';
import { presetNetwork } from '../../src/network/presets.js';
import { testGpu } from '../support/gpu.js';
import { digits, fail, folder, read, succeed, writeDigits } from './cli.js';

const LAYERS = [{ layer: 'conv', size: 3 }, { layer: 'relu' }, { layer: 'gap' }, { layer: 'dense' }];

beforeAll(async () => {
  await writeDigits('x', 0, 6);
  await writeDigits('z', 6, 10);
  await writeFile(join(folder, 'net, mine.json'), JSON.stringify(LAYERS));
});

test('one network into a file: the bits of --depth where it is a chain of the paper', async () => {
  const { stdout } = await succeed(
    ...'kernel --images x.npy --arch cntk-gap:3 --json --out A.npy'.split(' '),
  );
  await succeed(...'kernel --images x.npy --depth 3 --quiet --out B.npy'.split(' '));
  expect(await readFile(join(folder, 'A.npy'))).toEqual(await readFile(join(folder, 'B.npy')));
  expect(JSON.parse(stdout)).toMatchObject({
    shape: [6, 6],
    kernels: [
      { file: 'A.npy', name: 'ntk-cntk-gap-3', kernel: 'ntk', arch: 'cntk-gap:3', network: { length: 6 } },
    ],
    warnings: [],
  });
});

test('several networks into a store, with test images; files may have any name', async () => {
  const words = [
    'kernel',
    '--images',
    'x.npy',
    '--test',
    'z.npy',
    '--arch',
    'net, mine.json',
    'fc:2,myrtle5',
  ];
  await succeed(...words, '--kernel', 'ntk,nngp', '--out', 'nets');
  const manifest = JSON.parse(await read('nets/manifest.json')) as {
    kernels: { file: string; network: unknown }[];
  };
  const names = ['ntk', 'nngp'].flatMap((kernel) =>
    ['net__mine', 'fc-2', 'myrtle5'].map((n) => `${kernel}-${n}.npy`),
  );
  expect(manifest.kernels.map(({ file }) => file)).toEqual([
    ...names,
    ...names.map((name) => `test-${name}`),
  ]);
  expect(manifest.kernels[0].network).toEqual(LAYERS);
  const [x, z] = [(await digits(0, 6)).images, (await digits(6, 10)).images];
  const networks = ['fc:2', 'myrtle5'].map(presetNetwork);
  const { kernels } = await computeNetworks(await testGpu(), { images: z, against: x, networks });
  for (const [index, name] of ['fc-2', 'myrtle5'].entries()) {
    const { data, shape } = await readNpy(join(folder, `nets/test-ntk-${name}.npy`));
    expect(shape).toEqual([4, 6]);
    expect(data).toEqual(Float32Array.from(kernels[index].ntk!));
  }
  // The same words find nothing to do; other layers of the same name are another computation.
  expect((await succeed(...words, '--kernel', 'ntk,nngp', '--out', 'nets')).stdout).toMatch(
    /0 pairs in 0 tiles/,
  );
  await copyFile(join(folder, 'net, mine.json'), join(folder, 'kept.json'));
  await writeFile(join(folder, 'net, mine.json'), JSON.stringify(LAYERS.slice(2)));
  await fail(
    2,
    /nets holds another computation: its layers/,
    ...words,
    '--kernel',
    'ntk,nngp',
    '--out',
    'nets',
  );
  await copyFile(join(folder, 'kept.json'), join(folder, 'net, mine.json'));
}, 120_000);

test('run: the report holds the network, and the scores are those of its kernel', async () => {
  const files = 'run --train x.npy --test z.npy --out R --ridge 1e-3 --json';
  const { stdout } = await succeed(...files.split(' '), '--arch', 'net, mine.json');
  expect(JSON.parse(stdout)).toMatchObject({
    counts: { train: 6, test: 4 },
    kernel: { name: 'ntk-net__mine', kernel: 'ntk', arch: 'net, mine', network: LAYERS },
  });
  // The same network of the paper's kernel: depth 2, all trained.
  await succeed(
    ...'run --train x.npy --test z.npy --out R2 --ridge 1e-3 --depth 2 --trained all --quiet'.split(' '),
  );
  expect(await readFile(join(folder, 'R/scores.npy'))).toEqual(await readFile(join(folder, 'R2/scores.npy')));
});

test('plan: pairs, work, memory and time of a walk beside those of a pass', async () => {
  const words = 'plan --train-count 60000 --test-count 10000 --shape 3x8x8 --json --arch myrtle5,cntk-gap:3';
  const plan = JSON.parse((await succeed(...words.split(' '))).stdout) as PlanReport;
  expect(plan.job.kernels).toEqual(['ntk-myrtle5', 'ntk-cntk-gap-3']);
  const pairs = (60_000 * 60_001) / 2 + 6e8;
  expect(plan.pairs.total).toBe(pairs);
  // Two layers at 8×8, one at 4×4, one at 2×2; and two layers at 8×8.
  expect(plan.walk).toMatchObject({ networks: 1, elementLayersPerPair: 2 * 4096 + 256 + 16 });
  expect(plan.passes).toMatchObject([{ depth: 3, elementLayersPerPair: 2 * 4096 }]);
  expect(plan.elementLayers).toBe(pairs * (4 * 4096 + 256 + 16));
  expect(plan.deviceBytes).toBeLessThan(2 ** 30);
  const [{ seconds, elementLayersPerSecond }] = plan.estimates;
  const [ofPass, ofWalk] = elementLayersPerSecond;
  expect(seconds.kernels).toBeCloseTo((pairs * 2 * 4096) / ofPass + plan.walk!.elementLayers / ofWalk, 3);
  expect(seconds.solve).toBeGreaterThan(0);
}, 120_000);

test('slurm: the shards get the networks, files by their whole path', async () => {
  const words = [
    'slurm',
    '--images',
    'x.npy',
    '--arch',
    'fc:2',
    'net, mine.json',
    '--out',
    'S',
    '--shards',
    '2',
  ];
  await succeed(...words);
  expect(await read('S/slurm/shards.sh')).toContain(`--arch fc:2 '${join(folder, 'net, mine.json')}'`);
});

const KERNEL = 'kernel --images x.npy';
test.each([
  [`${KERNEL} --out K.npy`, /Give --depth, as 3,11; or --arch/],
  [`${KERNEL} --arch fc:2 --depth 3 --trained all --out K.npy`, /leave out --depth and --trained, or --arch/],
  [`${KERNEL} --arch fc:2,fc:3 --out K.npy`, /2 kernels are asked for \(ntk-fc-2, ntk-fc-3\); name a folder/],
  [`${KERNEL} --arch fc:2,,fc:3 --out K`, /--arch: an empty name/],
  [`${KERNEL} --arch vgg19 --out K.npy`, /vgg19: layer 19 \(avgpool\): .*∞×1×1/],
  ['run --train x.npy --test z.npy --arch fc:2 --readout gap --out Q', /leave out --readout, or --arch/],
  ['run --train x.npy --test z.npy --arch vgg20 --out Q', /unknown network "vgg20"/],
  ['plan --train-count 5 --shape 1x8x8 --arch vgg19', /vgg19: layer 28 \(avgpool\)/],
  ['tune --arch fc:2', /fc:2 is no chain of 3×3 convolutions and relu, and only their kernel has variants/],
])('%s is refused', async (args, message) => {
  await fail(2, message, ...args.split(' '));
});
