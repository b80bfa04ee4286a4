// The estimated error of the NTK of a pair of images is at least half of the true one in deep networks, where the error of a
// correlation grows from layer to layer, and far below what is promised for ordinary images; planted: layers that stand alone.
import type { ImageStack } from '../../src/images/images.js';
import { randomImages } from '../../src/images/random-images.js';
import { avgpool, conv, dense, flatten, gap, relu, residual } from '../../src/network/builder.js';
import { HostKernels } from '../../src/network/host-kernels.js';
import type { Layer } from '../../src/network/layers.js';
import { computeNetworks } from '../../src/library/networks.js';
import { Network } from '../../src/network/network.js';
import { presetNetwork } from '../../src/network/presets.js';
import { RoundingRisk } from '../../src/network/rounding-risk.js';
import { testGpu } from '../support/gpu.js';
import { randomNumbers } from '../support/run-shader.js';

const SIZE = 36;
const [base, noise, other] = [3, 4, 5].map((seed) => Array.from(randomNumbers(SIZE, seed)));
const near = (by: number) => base.map((v, e) => v + by * noise[e]);
const stackOf = (...list: number[][]): ImageStack => ({
  ...{ count: list.length, channels: 1, height: 6, width: 6 },
  data: Float32Array.from(list.flat()),
});
/** The first is compared with the others. */
const images = stackOf(
  base,
  ...[0.1, 1e-2, 1e-3, 1e-4].map(near),
  base.map((v) => v + 0.01),
  base.map((v, e) => (e === 14 ? v + 0.01 : v)),
  other,
);

const times = (count: number, ...layers: Layer[]) => Array.from({ length: count }, () => layers).flat();
const DEEP: [string, number, Layer[]][] = [
  ['leaky', 2e-6, [...times(30, conv(3), relu(0.1)), gap(), dense()]],
  ['pixels', 5e-6, [conv(3), relu(0.02), ...times(30, conv(1), relu(0.02)), flatten('mean'), dense()]],
  ['biases', 5e-6, [...times(20, conv(3, { b: 0.01 }), relu()), flatten(), dense()]],
  [
    'residual',
    2e-6,
    [conv(3), ...times(8, residual([relu(), conv(3), relu(), conv(3)], [])), relu(), gap(), dense()],
  ],
  ['pooled', 2e-6, [...times(8, conv(3), relu()), avgpool(2), ...times(8, conv(3), relu()), gap(), dense()]],
  ['a deep tail', 2e-6, [conv(3), relu(), gap(), ...times(20, dense({ b: 0.01 }), relu()), dense()]],
];

/** [images but the first]: errors of what the device computes, or the host mends, relative to the larger of two images' own. */
async function trueErrors(network: Network, hostElementLayers?: number) {
  const host = new HostKernels([network], images);
  const exact = (i: number, j: number) => host.pair(images, i, images, j)[0].ntk;
  const { kernels, exactPairs, roughPairs } = await computeNetworks(await testGpu(), {
    ...{ networks: [network], images, hostElementLayers, kernel: 'runs' },
  });
  const errors = Array.from({ length: images.count - 1 }, (_, k) => {
    const off = kernels[0].ntk![(k + 1) * images.count] - exact(k + 1, 0);
    return Math.abs(off) / Math.max(exact(0, 0), exact(k + 1, k + 1));
  });
  return { errors, exactPairs, roughPairs };
}

/** The largest ratio of a true error above what is promised to its estimate. */
function shortfall(errors: readonly number[], risk: RoundingRisk): number {
  return errors.reduce(
    (most, error, k) => (error > 2e-6 ? Math.max(most, error / risk.ofPair(images, k + 1, images, 0)) : most),
    0,
  );
}

describe.each(DEEP)('%s', (_, tolerance, layers) => {
  const network = Network.of(...layers);

  test('float32 errs, and by no more than twice the estimate', async () => {
    const { errors } = await trueErrors(network, 0);
    expect(Math.max(...errors)).toBeGreaterThan(5e-5);
    expect(shortfall(errors, new RoundingRisk(network, images)) <= 2).toBe(true);
  });

  test('the host resolves what is at risk', async () => {
    const { errors, exactPairs, roughPairs } = await trueErrors(network);
    expect(exactPairs).toBeGreaterThan(0);
    expect(roughPairs).toBe(0);
    expect(Math.max(...errors) <= tolerance).toBe(true);
  });
});

test.each(DEEP.slice(0, 2))(
  'planted fault: layers of %s whose roundings stand each alone',
  async (_, __, layers) => {
    const network = Network.of(...layers);
    const { errors } = await trueErrors(network, 0);
    expect(shortfall(errors, new RoundingRisk(network, images, 0))).toBeGreaterThan(4);
  },
);

test.each(['myrtle5', 'vgg19', 'resnet:20'])('ordinary images are no risk to %s', (name) => {
  const ordinary = randomImages(12, { channels: 3, height: 32, width: 32 }, 7);
  const risk = new RoundingRisk(presetNetwork(name), ordinary);
  for (let i = 0; i < ordinary.count; i++)
    for (let j = 0; j <= i; j++) expect(risk.ofPair(ordinary, i, ordinary, j) < 1e-6).toBe(true);
});
