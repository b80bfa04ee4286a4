// Every preset is the network that its table says, on the images that it is for; names and numbers out of range are
// refused with what there is.
import { NetworkError } from '../../src/network/network-error.js';
import { PRESETS, presetNetwork } from '../../src/network/presets.js';
import type { Layer } from '../../src/network/layers.js';
import { outputShape, shapeText } from '../../src/network/shapes.js';

const CIFAR = { channels: 3, height: 32, width: 32 };

/** Layers with weights along the longest way: what the number in a name counts. */
function depth(layers: readonly Layer[]): number {
  return layers.reduce((sum, layer) => {
    if (layer.layer === 'residual') return sum + Math.max(...layer.branches.map(depth));
    return sum + (layer.layer === 'conv' || layer.layer === 'dense' ? 1 : 0);
  }, 0);
}

test('the example of every row is a network without remarks that ends in a vector, on 32×32 and on 16×16', () => {
  for (const { example } of PRESETS) {
    const network = presetNetwork(example);
    expect(network.remarks).toEqual([]);
    for (const size of [16, 32]) {
      const end = outputShape(network.shapes({ ...CIFAR, height: size, width: size }));
      expect(shapeText(end)).toBe('a vector of ∞');
    }
  }
});

test.each([
  ['cntk-v:11', 11],
  ['cntk-gap:21', 21],
  ['cntk-lap:5:12', 5],
  ['fc:4', 4],
  ['alexnet', 8],
  ['vgg11', 11],
  ['vgg13', 13],
  ['vgg16', 16],
  ['vgg19', 19],
  ['myrtle5', 5],
  ['myrtle7', 7],
  ['myrtle10', 10],
  ['resnet:8', 8],
  ['resnet:20', 20],
])('%s has %i layers with weights', (name, layers) => {
  expect(depth(presetNetwork(name).layers)).toBe(layers);
});

test.each([
  ['vgg19', ['32×32', '16×16', '8×8', '4×4', '2×2']],
  ['myrtle7', ['32×32', '16×16', '8×8']],
  ['alexnet', ['32×32', '16×16', '7×7', '3×3']],
  ['resnet:14', ['32×32', '16×16', '8×8']],
])('%s passes through these sizes', (name, sizes) => {
  const seen = presetNetwork(name)
    .shapes(CIFAR)
    .shapes.map(shapeText)
    .filter((text) => text.includes('×'))
    .map((text) => text.replace(/^[^×]*×/, ''));
  expect([...new Set(seen)]).toEqual(sizes);
});

test('the paper freezes the first and the last layer of CNTK-GAP, none of CNTK-V', () => {
  const frozen = (name: string) =>
    presetNetwork(name).layers.flatMap((layer, index) =>
      'trained' in layer && !layer.trained ? [index] : [],
    );
  expect(frozen('cntk-gap:4')).toEqual([0, 7]);
  expect(frozen('cntk-lap:4:2')).toEqual([0, 8]);
  expect(frozen('cntk-v:4')).toEqual([]);
});

test.each([
  ['vgg12', /unknown network "vgg12": use one of cntk-v:d; .*vgg19; .*resnet:d/],
  ['cntk-gap', /unknown network "cntk-gap"/],
  ['constructor', /unknown network/],
  ['cntk-gap:2', /depth 2: from 3 to 200 .*nothing is trained/],
  ['cntk-v:1', /depth 1: from 2 to 200 is needed$/],
  ['cntk-v:201', /depth 201/],
  ['fc:0', /depth 0: from 1/],
  ['resnet:18', /resnet:18: the depth is 6n \+ 2/],
  ['resnet:2', /resnet:2: /],
])('%s is refused', (name, message) => {
  expect(() => presetNetwork(name)).toThrow(NetworkError);
  expect(() => presetNetwork(name)).toThrow(message);
});

test('the smallest depths pass', () => {
  for (const name of ['cntk-v:2', 'cntk-gap:3', 'fc:1', 'resnet:8', 'cntk-v:200']) presetNetwork(name);
});
