// On the device every golden network has its golden kernels, whatever the batches; identical images have exactly the
// value of an image with itself.
import { computeNetworks } from '../../src/network/network-gram.js';
import { errorOfLargest, loadGoldenNetworks } from '../support/golden-networks.js';
import { testGpu } from '../support/gpu.js';

const golden = loadGoldenNetworks();
/** Of the largest value; float32 sums, and arccos near its ends. */
const TOLERANCE = 5e-6;
/** Where the network ends in pooling, errors average out. */
const POOLED_TOLERANCE = 2e-6;

const endsPooled = (layers: readonly { layer: string }[]) =>
  layers.some(({ layer }) => layer === 'gap' || layer === 'avgpool');

test.each(golden.map((entry) => [entry.name, entry] as const))('%s', async (_, entry) => {
  const { network, images, ntk, nngp } = entry;
  const { kernels } = await computeNetworks(await testGpu(), { networks: [network], images });
  const tolerance = endsPooled(network.layers) ? POOLED_TOLERANCE : TOLERANCE;
  const errors = [errorOfLargest(kernels[0].ntk!, ntk), errorOfLargest(kernels[0].nngp, nngp)];
  process.stderr.write(`${entry.name} ${errors.map((e) => e.toExponential(1)).join(' ')}\n`);
  for (const error of errors) expect(error <= tolerance).toBe(true);
});
