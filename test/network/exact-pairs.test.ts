// Images that float32 cannot tell apart, nearly equal ones and dim ones beside a bias, have kernels within the bounds of
// all others, on both executors; pairs beyond what the host may do are counted with a bound of their error; ordinary images
// are left to the device.
import type { ImageStack } from '../../src/images/images.js';
import { avgpool, conv, dense, erf, flatten, gap, relu, residual } from '../../src/network/builder.js';
import { roughWarning } from '../../src/network/exact-pairs.js';
import type { Layer } from '../../src/network/layers.js';
import { computeNetworks } from '../../src/library/networks.js';
import { Network } from '../../src/network/network.js';
import { presetNetwork } from '../../src/network/presets.js';
import { referenceNetwork } from '../../src/network/reference.js';
import { errorOfLargest } from '../support/golden-networks.js';
import { testGpu } from '../support/gpu.js';
import { randomNumbers } from '../support/run-shader.js';

const SIZE = 64;
const stackOf = (...images: (readonly number[] | Float32Array)[]): ImageStack => ({
  ...{ count: images.length, channels: 1, height: 8, width: 8 },
  data: Float32Array.from(images.flatMap((image) => Array.from(image))),
});

const base = Array.from(randomNumbers(SIZE, 3));
const other = Array.from(randomNumbers(SIZE, 4));
const noise = Array.from(randomNumbers(SIZE, 5));
const scaled = (image: readonly number[], by: number) => image.map((v) => v * by);
const near = (by: number) => base.map((v, e) => v + by * noise[e]);

const HARD: [string, ImageStack][] = [
  ['nearly equal', stackOf(base, near(1e-2), near(1e-3), near(1e-4), near(1e-6))],
  ['nearly opposite', stackOf(base, scaled(near(1e-3), -1))],
  [
    'one pixel apart',
    stackOf(
      base,
      base.map((v, e) => (e === 20 ? v + 0.01 : v)),
    ),
  ],
  [
    'half of it nearly equal',
    stackOf(
      base,
      base.map((v, e) => (e < 32 ? v + 1e-3 * noise[e] : other[e])),
    ),
  ],
  ['dim', stackOf(...[1e-2, 1e-3, 1e-4].flatMap((by) => [scaled(base, by), scaled(other, by)]))],
  [
    'dim beside bright and black',
    stackOf(base, other, scaled(base, 1e-3), scaled(other, 1e-3), scaled(base, 0)),
  ],
  [
    'constant with noise',
    stackOf(
      noise.map((v) => 0.5 + 1e-3 * v),
      other.map((v) => 0.7 + 1e-3 * v),
    ),
  ],
];

const NETWORKS: [string, number, Layer[]][] = [
  ['flat', 5e-6, [conv(3, { b: 1 }), relu(), conv(3), relu(), flatten(), dense()]],
  ['all positions', 2e-6, [conv(3, { b: 0.3 }), relu(0.1), conv(3, { b: 0.1 }), relu(), gap(), dense()]],
  [
    'pooled',
    2e-6,
    [conv(3), relu(), avgpool(2), conv(3, { b: 1 }), relu(), gap(), dense({ b: 1 }), relu(), dense()],
  ],
  [
    'strides',
    2e-6,
    [conv(3, { stride: 2, b: 0.1 }), relu(), conv(3), erf(), avgpool(2), flatten('mean'), dense()],
  ],
  [
    'residual without biases',
    5e-6,
    [conv(3), residual([relu(), conv(3), relu(), conv(3)], []), relu(), flatten(), dense()],
  ],
];

describe.each(NETWORKS)('%s', (_, tolerance, layers) => {
  const network = Network.of(...layers);
  test.each(HARD)('%s', async (__, images) => {
    const expected = referenceNetwork(network, images, images);
    for (const kernel of ['runs', 'general'] as const) {
      const { kernels, roughPairs } = await computeNetworks(await testGpu(), {
        ...{ networks: [network], images, kernel },
      });
      expect(roughPairs).toBe(0);
      expect(errorOfLargest(kernels[0].ntk!, expected.ntk) <= tolerance).toBe(true);
      expect(errorOfLargest(kernels[0].nngp, expected.nngp) <= tolerance).toBe(true);
    }
  });
});

test('ordinary images are left to the device, and the NNGP always is', async () => {
  const gpu = await testGpu();
  const networks = [presetNetwork('myrtle5'), Network.of(...NETWORKS[2][2])];
  const ordinary = await computeNetworks(gpu, { networks, images: stackOf(base, other, noise) });
  expect(ordinary.exactPairs).toBe(0);
  const images = stackOf(base, near(1e-3), other);
  const both = await computeNetworks(gpu, { networks, images });
  expect(both.exactPairs).toBe(2);
  // What else is asked for changes no bit.
  const alone = await computeNetworks(gpu, { networks: networks.slice(1), images });
  expect(alone.kernels[0]).toEqual(both.kernels[1]);
  const { kernels, exactPairs } = await computeNetworks(gpu, { networks, images, ntk: false });
  expect(exactPairs).toBe(0);
  expect(kernels.map(({ nngp }) => nngp)).toEqual(both.kernels.map(({ nngp }) => nngp));
});

test('what is too much for the host is counted, with an error that it stays below, and there is a warning to it', async () => {
  const network = Network.of(...NETWORKS[0][2]);
  const images = stackOf(base, near(1e-3), near(1e-4), other);
  const expected = referenceNetwork(network, images, images);
  const gpu = await testGpu();
  const options = { networks: [network], images, kernel: 'general' } as const;
  const { kernels, exactPairs, roughPairs, roughError } = await computeNetworks(gpu, {
    ...options,
    hostElementLayers: 0,
  });
  expect([exactPairs, roughPairs]).toEqual([0, 3]);
  const error = errorOfLargest(kernels[0].ntk!, expected.ntk);
  expect(error).toBeGreaterThan(5e-6);
  expect(error).toBeLessThan(2 * roughError);
  expect(roughWarning({ roughPairs, roughError })).toMatch(/^the NTK of 3 pairs .*scale the pixels up/);
  expect(roughWarning({ roughPairs: 0, roughError: 0 })).toBeUndefined();
  // The control: with the host's help.
  expect(await computeNetworks(gpu, options)).toMatchObject({ exactPairs: 3, roughPairs: 0 });
  await expect(computeNetworks(gpu, { ...options, hostElementLayers: -1 })).rejects.toThrow(
    /from 0 on is wanted/,
  );
});
