// A chain of 3×3 convolutions and relu is recognised as one of the paper's networks, with its constant; its nearest
// neighbours that are no such chain are not.
import { avgpool, conv, dense, erf, flatten, gap, lap, relu, residual } from '../../src/network/builder.js';
import { referenceKernel } from '../../src/kernel/reference.js';
import type { Layer } from '../../src/network/layers.js';
import { Network } from '../../src/network/network.js';
import { chainKernels, paperChain } from '../../src/network/paper-chain.js';
import { presetNetwork } from '../../src/network/presets.js';
import { referenceNetwork } from '../../src/network/reference.js';
import { errorOfLargest } from '../support/golden-networks.js';
import { randomNumbers } from '../support/run-shader.js';

const IMAGE = { channels: 2, height: 4, width: 5 };
const frozen = { trained: false };

test.each([
  ['cntk-v:4', { depth: 4, readout: 'vanilla', trained: 'all', factor: 1 }],
  ['cntk-gap:3', { depth: 3, readout: 'gap', trained: 'hidden', factor: 1 }],
  ['cntk-lap:5:2', { depth: 5, readout: 'lap:2', trained: 'hidden', factor: 1 }],
])('%s', (name, expected) => {
  expect(paperChain(presetNetwork(name), IMAGE)).toEqual(expected);
});

test.each<[string, Layer[]]>([
  ['mean', [conv(3), relu(), conv(3), relu(), flatten('mean'), dense()]],
  ['variances', [conv(3, { w: 2 }), relu(), conv(3, { w: 0.7, padding: 1 }), relu(), gap(), dense({ w: 3 })]],
  [
    'frozen ends with variances',
    [
      conv(3, { ...frozen, w: 2 }),
      relu(),
      conv(3, { w: 5 }),
      relu(),
      lap(1),
      flatten('mean'),
      dense({ ...frozen, w: 0.1 }),
    ],
  ],
])('%s: its factor times the paper’s kernels are those of the definition', (_, layers) => {
  const images = { ...IMAGE, count: 3, data: randomNumbers(120, 9) };
  const network = Network.from(layers);
  const chain = paperChain(network, images)!;
  const expected = referenceNetwork(network, images, images);
  const [ntk, nngp] = chainKernels(chain, true).map((spec) =>
    referenceKernel(images, images, spec).map((value) => value * chain.factor),
  );
  expect(errorOfLargest(ntk, expected.ntk) <= 1e-12).toBe(true);
  expect(errorOfLargest(nngp, expected.nngp) <= 1e-12).toBe(true);
});

test.each<[string, Layer[]]>([
  ['another size', [conv(5), relu(), gap(), dense()]],
  ['a stride', [conv(3, { stride: 2 }), relu(), gap(), dense()]],
  ['circular', [conv(3, { padding: 'circular' }), relu(), gap(), dense()]],
  ['two pixels of padding', [conv(3, { padding: 2 }), relu(), gap(), dense()]],
  ['a bias', [conv(3, { b: 0.1 }), relu(), gap(), dense()]],
  ['a bias at the end', [conv(3), relu(), gap(), dense({ b: 0.1 })]],
  ['leaky', [conv(3), relu(0.1), gap(), dense()]],
  ['erf', [conv(3), erf(), gap(), dense()]],
  ['pooling', [conv(3), relu(), avgpool(2), gap(), dense()]],
  ['lap and gap', [conv(3), relu(), lap(1), gap(), dense()]],
  ['only the first frozen', [conv(3, frozen), relu(), conv(3), relu(), gap(), dense()]],
  ['a hidden one frozen', [conv(3), relu(), conv(3, frozen), relu(), conv(3), relu(), gap(), dense()]],
  ['no dense layer', [conv(3), relu(), gap()]],
  ['two dense layers', [conv(3), relu(), gap(), dense(), relu(), dense()]],
  ['a convolution before the read-out', [conv(3), relu(), conv(3), gap(), dense()]],
  ['a residual', [conv(3), relu(), residual([conv(3)], []), relu(), gap(), dense()]],
  ['fully connected', [flatten(), dense(), relu(), dense()]],
  [
    'deeper than the kernel of chains goes',
    [...Array.from({ length: 200 }, () => [conv(3), relu()]).flat(), gap(), dense()],
  ],
])('no chain of the paper: %s', (_, layers) => {
  expect(paperChain(Network.from(layers), IMAGE)).toBeUndefined();
});
