// The float64 definition of any network equals the golden values, and on chains of 3×3 convolutions and relu the
// definition of the paper's kernels; planted differences are seen.
import { referenceKernel } from '../../src/kernel/reference.js';
import { presetNetwork } from '../../src/network/presets.js';
import { referenceNetwork } from '../../src/network/reference.js';
import { Network } from '../../src/network/network.js';
import { loadGolden, relativeError } from '../support/golden.js';
import { errorOfLargest, loadGoldenNetworks } from '../support/golden-networks.js';

const golden = loadGoldenNetworks();
/** Two float64 programs that add in different orders. */
const TOLERANCE = 1e-12;

test('there are 33 networks', () => expect(golden).toHaveLength(33));

test.each(golden.map((entry) => [entry.name, entry] as const))('%s', (_, { network, images, ntk, nngp }) => {
  const computed = referenceNetwork(network, images, images);
  expect(errorOfLargest(computed.ntk, ntk) <= TOLERANCE).toBe(true);
  expect(errorOfLargest(computed.nngp, nngp) <= TOLERANCE).toBe(true);
});

test.each([
  ['circular-4', { padding: 'same' }],
  ['conv4-int-padding', { padding: 'same' }],
  ['bias', { trained: false }],
])('the planted difference in the first layer of %s is seen', (name, change) => {
  const { network, images, ntk } = golden.find((entry) => entry.name === name)!;
  const [first, ...rest] = network.layers;
  const changed = Network.from([{ ...first, ...change }, ...rest]);
  expect(errorOfLargest(referenceNetwork(changed, images, images).ntk, ntk)).toBeGreaterThan(1e-3);
});

describe('the presets of the paper are its kernels, scale and all', () => {
  const { images } = loadGolden().find(({ name }) => name.startsWith('lap-3x5x7'))!;

  test.each([
    ['cntk-v:2', 2, 'vanilla', 'all'],
    ['cntk-v:4', 4, 'vanilla', 'all'],
    ['cntk-gap:3', 3, 'gap', 'hidden'],
    ['cntk-gap:5', 5, 'gap', 'hidden'],
    ['cntk-lap:4:0', 4, 'lap:0', 'hidden'],
    ['cntk-lap:4:2', 4, 'lap:2', 'hidden'],
  ] as const)('%s', (name, depth, readout, trained) => {
    const { ntk, nngp } = referenceNetwork(presetNetwork(name), images, images);
    const expected = referenceKernel(images, images, { kernel: 'ntk', depth, readout, trained });
    expect(relativeError(ntk, expected) <= TOLERANCE).toBe(true);
    expect(
      relativeError(nngp, referenceKernel(images, images, { kernel: 'nngp', depth, readout })) <= TOLERANCE,
    ).toBe(true);
  });
});
