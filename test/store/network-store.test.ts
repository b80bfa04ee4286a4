// Stores of networks: every tile has the bits of the whole matrix, the paper's chains among them those of their own
// kernel; the manifest holds the layers, whatever a network is called; what is wrong in it is named; and a store without
// networks is written as before.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readNpy } from '../../src/data/npy.js';
import { randomImages } from '../../src/images/random-images.js';
import { avgpool, conv, dense, erf, gap, relu } from '../../src/network/builder.js';
import { Network } from '../../src/network/network.js';
import type { ArchNetwork } from '../../src/network/network-kernel.js';
import { presetNetwork } from '../../src/network/presets.js';
import { requestName, splitRequests, type KernelRequest } from '../../src/planning/kernel-request.js';
import { computeRequests } from '../../src/planning/prepare-kernels.js';
import { computeInStore } from '../../src/store/compute-in-store.js';
import { describeComputation, readComputation, type Computation } from '../../src/store/computation.js';
import { storeImages } from '../../src/store/store-images.js';
import { sealOf } from '../../src/store/tile-name.js';
import { testGpu } from '../support/gpu.js';

const [images, test4] = [6, 4].map((count, seed) =>
  randomImages(count, { channels: 2, height: 4, width: 4 }, seed + 1),
);
const named = (name: string, network: Network): ArchNetwork => ({ name, source: name, network });
const biased = named(
  'biased',
  Network.of(conv(3, { b: 0.1 }), erf(), avgpool(2), conv(1), relu(), gap(), dense()),
);
const chain = named('cntk-gap:3', presetNetwork('cntk-gap:3'));
const requests: KernelRequest[] = [
  { kernel: 'ntk', arch: biased },
  { kernel: 'nngp', arch: biased },
  { kernel: 'ntk', arch: chain },
];
let folder: string;

beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'cntk-network-store-'))));
afterAll(() => rm(folder, { recursive: true }));

test('tiles have the bits of whole matrices, and a second call computes nothing', async () => {
  const opened = await testGpu();
  const task = {
    folder: join(folder, 'K'),
    kernels: requests,
    images: storeImages({ images, test: test4 }),
    tileImages: 4,
  };
  const { report } = await computeInStore(opened, task);
  expect(report).toMatchObject({ tiles: 3 + 2, pairs: 21 + 24 });
  expect((await computeInStore(opened, task)).report.tiles).toBe(0);
  const split = splitRequests(requests, images);
  const square = await computeRequests(opened, images, { requests, split });
  const cross = await computeRequests(opened, test4, { requests, split, against: images });
  for (const [index, request] of requests.entries()) {
    const name = `${requestName(request)}.npy`;
    expect((await readNpy(join(task.folder, name))).data).toEqual(square.matrices[index]);
    expect((await readNpy(join(task.folder, `test-${name}`))).data).toEqual(cross.matrices[index]);
  }
  // The chain is the paper's kernel, to the bit.
  const spec = [{ kernel: 'ntk', depth: 3, readout: 'gap', trained: 'hidden' } as const];
  const own = await computeRequests(opened, images, { requests: spec, split: splitRequests(spec, images) });
  expect(square.matrices[2]).toEqual(own.matrices[0]);

  const other = named('biased', Network.of(conv(1), relu(), gap(), dense()));
  const wrong: KernelRequest[] = [
    { kernel: 'ntk', arch: other },
    { kernel: 'nngp', arch: other },
    requests[2],
  ];
  await expect(computeInStore(opened, { ...task, kernels: wrong })).rejects.toThrow(
    /another computation: its layers .*ntk-biased [0-9a-f]{16}/,
  );
});

const SHA = 'a'.repeat(64);
const computation = (kernels: readonly KernelRequest[]): Computation =>
  describeComputation({
    kernels,
    imageShape: [2, 4, 4],
    normalization: 'none',
    blocks: [{ name: 'train', rows: 6, columns: 6, rowsSha256: SHA, columnsSha256: SHA }],
    tileImages: 4,
    version: '1.2.3',
    adapter: { name: 'an adapter', backend: 'vulkan', description: '' },
    variants: {},
  });

test('only networks raise the version; the seal of a tile holds their layers', () => {
  expect(computation(requests).formatVersion).toBe(3);
  expect(computation([{ kernel: 'nngp', depth: 3, readout: 'gap' }])).toMatchObject({
    formatVersion: 2,
    kernels: [{ name: 'nngp-gap-d3', kernel: 'nngp', depth: 3, readout: 'gap' }],
  });
  const seal = (network: Network) =>
    sealOf(computation([{ kernel: 'ntk', arch: named('one', network) }]), 'train-0000-0000', SHA);
  expect(seal(Network.of(conv(3), relu(), gap(), dense()))).not.toBe(
    seal(Network.of(conv(1), relu(), gap(), dense())),
  );
});

type Entry = Record<string, unknown>;
test.each<[string, (entry: Entry, whole: Entry) => void, RegExp]>([
  ['no list', (entry) => (entry.network = 3), /kernels\.0\.network/],
  [
    'no layers',
    (entry) => (entry.network = []),
    /kernels\.0\.network: holds no network: the list of layers is empty/,
  ],
  [
    'a layer of no size',
    (entry) => (entry.network = [{ layer: 'conv', size: 0 }, { layer: 'gap' }]),
    /kernels\.0\.network: holds no network: layer 1 \(conv\)/,
  ],
  ['another name', (entry) => (entry.arch = 'other'), /kernels\.0: is called "ntk-biased", but .* ntk-other/],
  ['a kernel that is none', (entry) => (entry.kernel = 'x'), /kernels\.0\.kernel/],
  [
    'the version before',
    (_, whole) => (whole.formatVersion = 2),
    /formatVersion: is 2, but kernels\.0 holds a network/,
  ],
  [
    'images that do not fit',
    (_, whole) => (whole.imageShape = [2, 1, 1]),
    /kernels: biased: layer 3 \(avgpool\)/,
  ],
])('computation.json with %s is refused by name', async (_, change, message) => {
  const copy = structuredClone(computation(requests)) as unknown as Entry;
  const file = join(folder, 'computation.json');
  await writeFile(file, JSON.stringify(copy));
  expect(JSON.stringify(await readComputation(folder))).toBe(await readFile(file, 'utf8'));
  change((copy.kernels as Entry[])[0], copy);
  await writeFile(file, JSON.stringify(copy));
  await expect(readComputation(folder)).rejects.toThrow(message);
});
