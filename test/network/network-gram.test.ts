// On the device every golden network has its golden kernels; identical images have exactly the value of an image with
// itself; batches, tiles and what else is asked for change no bit; what cannot be computed is refused before it starts.
import { computeGram } from '../../src/kernel/gram.js';
import { ImageError } from '../../src/images/image-checks.js';
import type { ImageStack } from '../../src/images/images.js';
import { NetworkError } from '../../src/network/network-error.js';
import { computeNetworks } from '../../src/library/networks.js';
import { Network } from '../../src/network/network.js';
import { presetNetwork } from '../../src/network/presets.js';
import { referenceNetwork } from '../../src/network/reference.js';
import { loadGolden, relativeError } from '../support/golden.js';
import { errorOfLargest, loadGoldenNetworks } from '../support/golden-networks.js';
import { testGpu } from '../support/gpu.js';
import { randomNumbers } from '../support/run-shader.js';

const golden = loadGoldenNetworks();
/** Of the largest value: sums in float32, and arccos near its ends; 2.2e-7 seen. */
const TOLERANCE = 5e-6;
/** Where a network ends in pooling, errors average out. */
const POOLED_TOLERANCE = 2e-6;

const pools = ({ layers }: Network) => layers.some(({ layer }) => layer === 'gap' || layer === 'avgpool');

test.each(golden.map((entry) => [entry.name, entry] as const))('%s', async (_, entry) => {
  const { network, images, ntk, nngp } = entry;
  const { kernels } = await computeNetworks(await testGpu(), { networks: [network], images });
  const tolerance = pools(network) ? POOLED_TOLERANCE : TOLERANCE;
  expect(errorOfLargest(kernels[0].ntk!, ntk) <= tolerance).toBe(true);
  expect(errorOfLargest(kernels[0].nngp, nngp) <= tolerance).toBe(true);
});

test('real 32×32 images: the golden kernels of the paper, all in one walk', async () => {
  const cases = loadGolden().filter(({ name }) =>
    ['gap-hidden', 'vanilla-all', 'vanilla-hidden'].some((end) => name === `cifar-normalised-d3-${end}`),
  );
  expect(cases).toHaveLength(3);
  const networks = cases.map(({ spec }) => {
    const hidden = spec.kernel === 'ntk' && spec.trained === 'hidden';
    const frozen = hidden ? { trained: false } : {};
    return Network.from([
      { layer: 'conv', size: 3, ...frozen },
      { layer: 'relu' },
      { layer: 'conv', size: 3 },
      { layer: 'relu' },
      { layer: spec.readout === 'gap' ? 'gap' : 'flatten' },
      { layer: 'dense', ...frozen },
    ]);
  });
  const { images } = cases[0];
  const { kernels } = await computeNetworks(await testGpu(), { networks, images });
  for (const [index, { spec, expected }] of cases.entries()) {
    const bound = spec.readout === 'gap' ? 2e-6 : 1e-5;
    expect(relativeError(kernels[index].ntk!, expected) <= bound).toBe(true);
  }
}, 300_000);

/** Two channels of 6×5 pixels: random; its copy; its negative; constant; black; black but for a corner; random. */
function special(): ImageStack {
  const size = 60;
  const random = Array.from(randomNumbers(size, 3));
  const images = [
    random,
    random,
    random.map((v) => -v),
    random.map(() => 0.3),
    random.map(() => 0),
    random.map((v, e) => (e % 30 < 2 ? v : 0)),
    Array.from(randomNumbers(size, 4)),
    random,
  ];
  const data = Float32Array.from(images.flat());
  return { data, count: images.length, channels: 2, height: 6, width: 5 };
}

const VARIED = [
  [
    'chain',
    [
      { layer: 'conv', size: 3 },
      { layer: 'relu' },
      { layer: 'conv', size: 3 },
      { layer: 'relu' },
      { layer: 'gap' },
      { layer: 'dense' },
    ],
  ],
  [
    'pooled',
    [
      { layer: 'conv', size: 5, stride: 2 },
      { layer: 'relu', slope: 0.2 },
      { layer: 'avgpool', size: 2, stride: 1 },
      { layer: 'conv', size: 2, padding: 'circular' },
      { layer: 'erf' },
      { layer: 'flatten' },
      { layer: 'dense' },
      { layer: 'relu' },
      { layer: 'dense' },
    ],
  ],
  [
    'residual',
    [
      { layer: 'conv', size: 3, b: 0.1 },
      {
        layer: 'residual',
        branches: [
          [{ layer: 'relu' }, { layer: 'conv', size: 3 }],
          [
            { layer: 'gaussian', gamma: 2 },
            { layer: 'conv', size: 1 },
          ],
          [],
        ],
      },
      { layer: 'relu' },
      { layer: 'lap', radius: 1 },
      { layer: 'flatten', scale: 'mean' },
      { layer: 'dense', b: 0.1 },
    ],
  ],
] as const;

describe.each(VARIED)('%s', (_, layers) => {
  const network = Network.from(layers);
  const images = special();
  const n = images.count;

  test('black, constant, opposite and nearly black images: the definition', async () => {
    const { kernels } = await computeNetworks(await testGpu(), { networks: [network], images });
    const expected = referenceNetwork(network, images, images);
    expect(errorOfLargest(kernels[0].ntk!, expected.ntk) <= TOLERANCE).toBe(true);
    expect(errorOfLargest(kernels[0].nngp, expected.nngp) <= TOLERANCE).toBe(true);
  });

  test('identical images have exactly the value of the image with itself, in one block and in several', async () => {
    const gpu = await testGpu();
    for (const sizes of [{}, { memoryBytes: 200_000, tileImages: 3 }]) {
      const { kernels } = await computeNetworks(gpu, { networks: [network], images, ...sizes });
      for (const kernel of [kernels[0].ntk!, kernels[0].nngp]) {
        for (const [i, j] of [
          [0, 1],
          [1, 0],
          [7, 0],
          [1, 7],
          [1, 1],
          [7, 7],
        ])
          expect(kernel[i * n + j]).toBe(kernel[0]);
        // The control: another image has another value.
        expect(kernel[6]).not.toBe(kernel[0]);
        for (let i = 0; i < n; i++) expect(kernel[i * n + 6]).toBe(kernel[6 * n + i]);
      }
    }
  });

  test('batches of one pair, blocks of one image, other networks beside it, and no NTK change no bit', async () => {
    const gpu = await testGpu();
    const { kernels } = await computeNetworks(gpu, { networks: [network], images });
    const small = await computeNetworks(gpu, {
      networks: [network],
      images,
      memoryBytes: 200_000,
      tileImages: 1,
    });
    expect(small.kernels).toEqual(kernels);
    const beside = await computeNetworks(gpu, { networks: [presetNetwork('cntk-gap:3'), network], images });
    expect(beside.kernels[1]).toEqual(kernels[0]);
    const nngp = await computeNetworks(gpu, { networks: [network], images, ntk: false });
    expect(nngp.kernels[0]).toEqual({ ntk: undefined, nngp: kernels[0].nngp });
  });

  test('rows against columns are the same block of the kernel', async () => {
    const gpu = await testGpu();
    const part = (first: number, count: number) => ({
      ...images,
      count,
      data: images.data.slice(60 * first, 60 * (first + count)),
    });
    const { kernels } = await computeNetworks(gpu, { networks: [network], images });
    const block = await computeNetworks(gpu, {
      networks: [network],
      images: part(5, 3),
      against: part(0, 7),
    });
    for (const name of ['ntk', 'nngp'] as const) {
      const rows = [5, 6, 7].flatMap((i) => Array.from(kernels[0][name]!.slice(i * n, i * n + 7)));
      expect(errorOfLargest(block.kernels[0][name]!, rows) <= 1e-6).toBe(true);
    }
  });
});

test('an activation on the pixels themselves: the definition, on both executors', async () => {
  const network = Network.from([
    { layer: 'relu' },
    { layer: 'conv', size: 3 },
    { layer: 'relu' },
    { layer: 'flatten' },
    { layer: 'dense' },
  ]);
  const images = { data: randomNumbers(3 * 5 * 64, 5), count: 3, channels: 5, height: 8, width: 8 };
  const expected = referenceNetwork(network, images, images);
  for (const kernel of ['auto', 'general'] as const) {
    const { kernels } = await computeNetworks(await testGpu(), { networks: [network], images, kernel });
    expect(errorOfLargest(kernels[0].ntk!, expected.ntk) <= TOLERANCE).toBe(true);
    expect(errorOfLargest(kernels[0].nngp, expected.nngp) <= TOLERANCE).toBe(true);
  }
});

test('large and small pixels, where biases and erf see the scale', async () => {
  const network = Network.from(VARIED[1][1]);
  const base = special();
  for (const size of [1e-3, 255]) {
    const images = { ...base, data: base.data.map((v) => v * size) };
    const { kernels } = await computeNetworks(await testGpu(), { networks: [network], images });
    const expected = referenceNetwork(network, images, images);
    expect(errorOfLargest(kernels[0].ntk!, expected.ntk) <= TOLERANCE).toBe(true);
    expect(errorOfLargest(kernels[0].nngp, expected.nngp) <= TOLERANCE).toBe(true);
  }
});

test('a deep chain on few pixels, where true values leave float32', async () => {
  const images = { data: randomNumbers(6, 1), count: 3, channels: 2, height: 1, width: 1 };
  const { kernels } = await computeNetworks(await testGpu(), {
    networks: [presetNetwork('cntk-v:60')],
    images,
  });
  const expected = referenceNetwork(presetNetwork('cntk-v:60'), images, images);
  expect(expected.ntk[0]).toBeLessThan(1e-50);
  expect(errorOfLargest(kernels[0].ntk!, expected.ntk) <= 1e-5).toBe(true);
});

test('the kernel of chains, the fused plane kernel and the general executor agree', async () => {
  const images = special();
  const gpu = await testGpu();
  const { matrices } = await computeGram(gpu, {
    images,
    kernels: [
      { kernel: 'ntk', depth: 5, readout: 'gap', trained: 'hidden' },
      { kernel: 'nngp', depth: 5, readout: 'lap:2' },
    ],
  });
  const networks = ['cntk-gap:5', 'cntk-lap:5:2'].map(presetNetwork);
  for (const kernel of ['general', 'runs'] as const) {
    const { kernels } = await computeNetworks(gpu, { networks, images, kernel });
    expect(errorOfLargest(kernels[0].ntk!, matrices[0]) <= POOLED_TOLERANCE).toBe(true);
    expect(errorOfLargest(kernels[1].nngp, matrices[1]) <= TOLERANCE).toBe(true);
  }
  // A network that is such a chain has the bits of the kernel of chains.
  const { kernels } = await computeNetworks(gpu, { networks, images });
  expect(kernels[0].ntk).toEqual(Float64Array.from(matrices[0]));
  expect(kernels[1].nngp).toEqual(Float64Array.from(matrices[1]));
});

describe('refused before anything runs', () => {
  const run = async (options: Partial<Parameters<typeof computeNetworks>[1]>) =>
    computeNetworks(await testGpu(), {
      networks: [presetNetwork('cntk-gap:3')],
      images: special(),
      ...options,
    });

  test('no network, images that do not fit, pixels that are no numbers', async () => {
    await expect(run({ networks: [] })).rejects.toThrow(NetworkError);
    await expect(run({ networks: [presetNetwork('vgg19')] })).rejects.toThrow(
      /avgpool.* does not fit into ∞×1×1/,
    );
    const images = special();
    images.data[70] = NaN;
    await expect(run({ images })).rejects.toThrow(ImageError);
    await expect(run({ against: { ...special(), channels: 1, height: 12 } })).rejects.toThrow(
      /2×6×5.*1×12×5/,
    );
  });

  test('too little memory for one pair, with what it needs', async () => {
    await expect(run({ memoryBytes: 10_000, kernel: 'general' })).rejects.toThrow(
      /^a pair of images needs tensors of .* MB.*raise the memory/,
    );
  });

  test('a run that is aborted while its driver compiles, at once', async () => {
    const controller = new AbortController();
    const images = { data: randomNumbers(2 * 24 * 28, 5), count: 2, channels: 1, height: 24, width: 28 };
    const layers = [3, 5, 3].flatMap((size) => [{ layer: 'conv', size }, { layer: 'erf' }]);
    const network = Network.from([...layers, { layer: 'gap' }, { layer: 'dense' }]);
    const { signal } = controller;
    const run = computeNetworks(await testGpu(), { networks: [network], images, signal });
    controller.abort(new Error('enough'));
    await expect(run).rejects.toThrow('enough');
  });

  test('an aborted run', async () => {
    const controller = new AbortController();
    const onProgress = () => controller.abort(new Error('enough'));
    for (const kernel of ['auto', 'general'] as const) {
      await expect(
        run({ signal: controller.signal, onProgress, memoryBytes: 200_000, kernel }),
      ).rejects.toThrow('enough');
    }
  });
});

test('a network without activations has no variances and no element-layers: its kernels are those of the definition', async () => {
  const network = presetNetwork('fc:1');
  const images = special();
  const { kernels, elementLayersPerPair } = await computeNetworks(await testGpu(), {
    networks: [network],
    images,
  });
  const { ntk, nngp } = referenceNetwork(network, images, images);
  expect(elementLayersPerPair).toBe(0);
  expect(errorOfLargest(kernels[0].ntk!, ntk) <= TOLERANCE).toBe(true);
  expect(errorOfLargest(kernels[0].nngp, nngp) <= TOLERANCE).toBe(true);
});
