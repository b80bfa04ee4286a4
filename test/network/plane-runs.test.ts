// The planner gives the fused plane kernel every run of stride-1 convolutions and activations that it covers; what it
// computes is the definition for every window, border, activation and end of a run; and what it cannot take it leaves.
import {
  avgpool,
  conv,
  dense,
  erf,
  flatten,
  gap,
  gaussian,
  relu,
  residual,
} from '../../src/network/builder.js';
import type { Layer } from '../../src/network/layers.js';
import { computeNetworks } from '../../src/network/network-gram.js';
import { Network } from '../../src/network/network.js';
import { planNetworks } from '../../src/network/plan.js';
import { presetNetwork } from '../../src/network/presets.js';
import { referenceNetwork } from '../../src/network/reference.js';
import { errorOfLargest } from '../support/golden-networks.js';
import type { OpenGpu } from '../../src/node.js';
import { asHardware, testGpu, withoutSubgroups } from '../support/gpu.js';
import { randomNumbers } from '../support/run-shader.js';

const limits = {
  maxStorageBufferBindingSize: 2 ** 27,
  maxBufferSize: 2 ** 28,
  maxComputeWorkgroupStorageSize: 16384,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupsPerDimension: 65535,
};

function runsOf(network: Network, size = 32, subgroupSize = 32) {
  const image = { channels: 3, height: size, width: size };
  const { runs } = planNetworks([network], image, { device: { limits, subgroupSize } });
  return runs.map(({ sourceKind, layers, sink, width, kernel }) => {
    const portable = kernel === 'portable' ? ', portable' : '';
    return `${width}: ${sourceKind} → ${layers.length} → ${sink}${portable}`;
  });
}

test.each([
  ['myrtle5', ['32: pixels → 2 → parts', '16: parts → 1 → parts', '8: parts → 1 → sums']],
  ['cntk-gap:11', ['32: pixels → 10 → sums']],
  ['cntk-v:4', ['32: pixels → 3 → whole']],
  [
    'vgg19',
    [
      '32: pixels → 2 → parts',
      '16: parts → 2 → parts',
      '8: parts → 4 → parts',
      '4: parts → 4 → parts',
      '2: parts → 4 → sums, portable',
    ],
  ],
  // The first convolution has a stride, a pooling overlaps.
  ['alexnet', ['7: whole → 1 → whole, portable', '3: whole → 3 → sums, portable']],
])('%s', (name, expected) => {
  expect(runsOf(presetNetwork(name))).toEqual(expected);
});

test('short runs from the pixels of many planes stream row by row, on software adapters whose subgroups hold a row', () => {
  const kernelOf = (layers: Layer[], { size = 32, channels = 3, subgroupSize = 8, software = true } = {}) =>
    planNetworks(
      [Network.from(layers)],
      { channels, height: size, width: size },
      { device: { limits, subgroupSize, software } },
    ).runs[0].kernel;
  const short = [conv(3), relu(), conv(3), relu(), gap()];
  expect(kernelOf(short)).toBe('rows');
  expect(kernelOf(short, { software: false })).toBe('subgroup');
  expect(kernelOf(short, { subgroupSize: 4 })).toBe('subgroup');
  expect(kernelOf(short, { subgroupSize: 4, size: 8 })).toBe('subgroup');
  expect(kernelOf(short, { size: 8 })).toBe('rows');
  expect(kernelOf(short, { channels: 5 })).toBe('subgroup');
  expect(kernelOf([...short.slice(0, 4), flatten()])).toBe('subgroup');
  // Every fourth plane.
  const strided = [conv(3), relu(), conv(3, { stride: 4 }), relu(), gap()];
  expect(kernelOf(strided)).toBe('subgroup');
  expect(kernelOf([conv(3), relu(), conv(1), relu(), gap()])).toBe('subgroup');
  expect(kernelOf([conv(3, { padding: 'circular' }), relu(), gap()])).toBe('subgroup');
  expect(kernelOf([...short.slice(0, 4), ...short])).toBe('subgroup');
});

test('a run ends where somebody else reads, and where windows, borders or activations change', () => {
  const read = (...layers: Layer[]) => runsOf(Network.of(...layers, gap(), dense()), 8);
  expect(read(conv(3), relu(), conv(5), relu())).toEqual(['8: pixels → 1 → whole', '8: whole → 1 → sums']);
  expect(read(conv(3), relu(), conv(3), erf())).toEqual(['8: pixels → 2 → whole']);
  expect(read(conv(3), relu(), conv(3, { padding: 'circular' }), relu())).toHaveLength(2);
  expect(read(conv(3), relu(), conv(1), relu(0.1), conv(3), relu())).toEqual(['8: pixels → 3 → sums']);
  expect(read(conv(3), residual([relu(), conv(3)], []))).toEqual([
    '8: pixels → 1 → whole',
    '8: whole → 2 → whole',
  ]);
  expect(read(conv(9), relu())).toEqual([]);
  expect(read(conv(3, { padding: 'valid' }), relu())).toEqual([]);
});

test('without subgroups, and on widths that are no multiple of 4, planes lie in workgroups', () => {
  expect(runsOf(presetNetwork('myrtle5'), 32, 0)).toEqual([
    '32: pixels → 2 → parts, portable',
    '16: parts → 1 → parts, portable',
    '8: parts → 1 → sums, portable',
  ]);
  expect(runsOf(presetNetwork('cntk-gap:3'), 30)).toEqual(['30: pixels → 2 → sums, portable']);
  // 14 columns pool to 7.
  const pooled = [conv(3), relu(), avgpool(2), conv(3), relu(), gap(), dense()];
  expect(runsOf(Network.of(...pooled), 14)).toEqual([
    '14: pixels → 1 → parts, portable',
    '7: parts → 1 → sums, portable',
  ]);
});

test('a software adapter computes few small planes layer by layer: to compile the portable kernel takes longer', () => {
  const kernelsOf = (name: string, size: number) =>
    planNetworks(
      [presetNetwork(name)],
      { channels: 3, height: size, width: size },
      {
        device: { limits, subgroupSize: 8, software: true },
      },
    ).runs.map(({ kernel }) => kernel);
  expect(kernelsOf('cntk-gap:3', 9)).toEqual([]);
  expect(kernelsOf('cntk-v:3', 30)).toEqual([]);
  expect(kernelsOf('cntk-gap:3', 10)).toEqual(['portable']);
  expect(kernelsOf('cntk-gap:3', 8)).toEqual(['rows']);
});

test('a plane that fits no workgroup, and rows that go around and end amid a quad, are done layer by layer', () => {
  expect(runsOf(presetNetwork('cntk-gap:3'), 62, 0)).toHaveLength(0);
  const around = (q: number) => [conv(q, { padding: 'circular' }), relu(), gap(), dense()];
  expect(runsOf(Network.of(...around(3)), 6)).toEqual([]);
  expect(runsOf(Network.of(...around(3)), 8, 0)).toHaveLength(1);
});

/** To compile a kernel takes most of a test. */
const ON_BOTH = ['4×4 circular, gaussian', 'erf with 1×1 between', 'odd sizes, pooled to odd ones'];
const even = [conv(2), relu(), conv(2, { b: 0.2, w: 1.5 }), relu()];
test.each<[string, Layer[], number, number]>([
  ['7×7 to sums', [conv(7), relu(), conv(7), relu(), gap()], 8, 12],
  [
    '5×5 with bias, frozen, to parts',
    [
      conv(5, { b: 0.3 }),
      relu(),
      conv(5, { trained: false }),
      relu(),
      avgpool(2),
      conv(3),
      relu(),
      flatten(),
    ],
    4,
    4,
  ],
  ['2×2 to whole planes', [...even, flatten('mean')], 5, 8],
  [
    '4×4 circular, gaussian',
    [conv(4, { padding: 'circular' }), gaussian(2), conv(4, { padding: 'circular' }), gaussian(), gap()],
    8,
    8,
  ],
  ['erf with 1×1 between', [conv(3), erf(), conv(1, { b: 0.1 }), erf(), conv(3), erf(), gap()], 4, 12],
  [
    'leaky, beginning and ending without its other half',
    [relu(0.3), conv(3), relu(-0.5), conv(3), gap()],
    6,
    8,
  ],
  [
    'residual blocks',
    [conv(3), residual([relu(), conv(3), relu(), conv(3)], []), relu(), conv(3), relu(), gap()],
    8,
    8,
  ],
  [
    'plane 0 and its neighbours',
    [conv(3), relu(), avgpool(2), conv(3), relu(), avgpool(2), conv(3), relu(), flatten()],
    8,
    16,
  ],
  ['odd sizes, pooled to odd ones', [conv(3, { b: 0.1 }), relu(), avgpool(2), conv(2), relu(), gap()], 6, 6],
  [
    'a convolution alone, of pixels',
    [
      conv(3, { b: 0.2 }),
      residual([relu(), conv(3, { stride: 2 })], [conv(1, { stride: 2 })]),
      relu(),
      gap(),
    ],
    8,
    8,
  ],
  ['a convolution alone, to flatten', [conv(5), flatten()], 7, 8],
  ['a convolution alone, to parts', [conv(3, { trained: false }), avgpool(2), conv(3), gap()], 8, 4],
])(
  '%s is the definition on both fused plane kernels, and so it is layer by layer',
  async (name, layers, height, width) => {
    const network = Network.of(...layers, dense());
    const size = 2 * height * width;
    const random = randomNumbers(3 * size, 7);
    const images = {
      data: Float32Array.from([...random, ...random.slice(0, size)]),
      count: 4,
      channels: 2,
      height,
      width,
    };
    const gpu = await testGpu();
    const expected = referenceNetwork(network, images, images);
    const devices: [string, OpenGpu][] = [
      ['runs', gpu],
      ['general', gpu],
    ];
    const kernelsOn = (device: OpenGpu) =>
      planNetworks([network], images, { device }).runs.map((run) => run.kernel);
    // What only software adapters have is not all that is tested on one.
    if (kernelsOn(gpu).includes('rows')) devices.push(['hardware', asHardware(gpu)]);
    if (ON_BOTH.includes(name)) devices.push(['portable', withoutSubgroups(gpu)]);
    for (const [kernel, device] of devices) {
      if (kernel === 'hardware') expect(kernelsOn(device)).not.toContain('rows');
      if (kernel === 'portable') {
        expect(kernelsOn(device)).toContain('portable');
        expect(kernelsOn(device)).not.toContain('subgroup');
      }
      const { kernels } = await computeNetworks(device, {
        ...{ networks: [network], images },
        kernel: kernel === 'general' ? 'general' : 'runs',
      });
      const { ntk, nngp } = kernels[0];
      expect(errorOfLargest(ntk!, expected.ntk) <= 2e-6).toBe(true);
      expect(errorOfLargest(nngp, expected.nngp) <= 2e-6).toBe(true);
      // The fourth image is the first one.
      for (const values of [ntk!, nngp]) for (const at of [3, 12, 15]) expect(values[at]).toBe(values[0]);
    }
  },
);

test.each([
  [22, 24],
  [32, 32],
])(
  'parts that the row kernel adds up, of %d×%d, are what pooling layer by layer sums',
  async (height, width) => {
    const gpu = await testGpu();
    const chains = [
      [conv(3), relu(), avgpool(2), conv(3), relu(), gap(), dense()],
      // Nothing fused reads the parts.
      [conv(5, { b: 0.1 }), relu(), avgpool(2), gap(), dense()],
    ];
    const size = height * width;
    const random = randomNumbers(2 * size, 17);
    const images = { data: Float32Array.from([...random, ...random.slice(0, size)]), count: 3, channels: 1 };
    const options = {
      networks: chains.map((layers) => Network.of(...layers)),
      images: { ...images, height, width },
    };
    const [fused, general] = await Promise.all(
      (['runs', 'general'] as const).map(
        async (kernel) => (await computeNetworks(gpu, { ...options, kernel })).kernels,
      ),
    );
    for (const [k, { ntk, nngp }] of fused.entries()) {
      expect(errorOfLargest(ntk!, Array.from(general[k].ntk!)) <= 1e-6).toBe(true);
      expect(errorOfLargest(nngp, Array.from(general[k].nngp)) <= 1e-6).toBe(true);
      for (const values of [ntk!, nngp]) for (const at of [2, 6, 8]) expect(values[at]).toBe(values[0]);
    }
    // Together they share their pixels alone.
    const { runs } = planNetworks(options.networks, options.images, { device: gpu });
    if (gpu.software && gpu.subgroupSize >= 8)
      expect(runs.map(({ kernel, span }) => [kernel, span])).toContainEqual(['rows', 4]);
  },
);
