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
import { testGpu } from '../support/gpu.js';
import { randomNumbers } from '../support/run-shader.js';

const limits = {
  maxStorageBufferBindingSize: 2 ** 27,
  maxBufferSize: 2 ** 28,
  maxComputeWorkgroupStorageSize: 16384,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupsPerDimension: 65535,
};

function runsOf(network: Network, size = 32, subgroupSize = 32) {
  const plan = planNetworks(
    [network],
    { channels: 3, height: size, width: size },
    { device: { limits, subgroupSize } },
  );
  return plan.runs.map(
    ({ sourceKind, layers, sink, width }) => `${width}: ${sourceKind} → ${layers.length} → ${sink}`,
  );
}

test.each([
  ['myrtle5', ['32: pixels → 2 → parts', '16: parts → 1 → parts', '8: parts → 1 → sums']],
  ['cntk-gap:11', ['32: pixels → 10 → sums']],
  ['cntk-v:4', ['32: pixels → 3 → whole']],
  [
    'vgg19',
    ['32: pixels → 2 → parts', '16: parts → 2 → parts', '8: parts → 4 → parts', '4: parts → 4 → parts'],
  ],
  // The first convolution stands alone, a pooling overlaps; at 7×7 and 3×3 lanes would be idle.
  ['alexnet', []],
])('%s', (name, expected) => {
  expect(runsOf(presetNetwork(name))).toEqual(expected);
});

test('a run ends where somebody else reads, and where windows, borders or activations change', () => {
  const read = (...layers: Layer[]) => runsOf(Network.of(...layers, gap(), dense()), 8);
  expect(read(conv(3), relu(), conv(5), relu())).toEqual(['8: pixels → 1 → whole', '8: whole → 1 → sums']);
  expect(read(conv(3), relu(), conv(3), erf())).toEqual(['8: pixels → 2 → whole']);
  expect(read(conv(3), relu(), conv(3, { padding: 'circular' }), relu())).toHaveLength(2);
  expect(read(conv(3), relu(), conv(1), relu(0.1), conv(3), relu())).toEqual(['8: pixels → 3 → sums']);
  expect(read(conv(3), residual([relu(), conv(3)], []))).toEqual(['8: whole → 2 → whole']);
  expect(read(conv(9), relu())).toEqual([]);
  expect(read(conv(3, { padding: 'valid' }), relu())).toEqual([]);
});

test('without subgroups, and on widths that are no multiple of 4, everything is done layer by layer', () => {
  expect(runsOf(presetNetwork('myrtle5'), 32, 0)).toEqual([]);
  expect(runsOf(presetNetwork('cntk-gap:3'), 30)).toEqual([]);
});

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
    8,
    8,
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
])(
  '%s is the definition on the fused plane kernel, and so it is layer by layer',
  async (_, layers, height, width) => {
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
    expect(planNetworks([network], images, { device: gpu }).runs.length).toBeGreaterThan(0);
    const expected = referenceNetwork(network, images, images);
    for (const kernel of ['runs', 'general'] as const) {
      const { kernels } = await computeNetworks(gpu, { networks: [network], images, kernel });
      const { ntk, nngp } = kernels[0];
      expect(errorOfLargest(ntk!, expected.ntk) <= 2e-6).toBe(true);
      expect(errorOfLargest(nngp, expected.nngp) <= 2e-6).toBe(true);
      // The fourth image is the first one.
      for (const values of [ntk!, nngp]) for (const at of [3, 12, 15]) expect(values[at]).toBe(values[0]);
    }
  },
  120_000,
);
