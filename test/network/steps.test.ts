// The plane algorithm in float64, the shaders' mirrors in the order of the compiled steps, equals the golden values of
// every network: strides, pooling, circular and missing padding, sums, read-outs in the middle. Several networks in one
// walk equal each alone.
import { conv, dense, erf, flatten, relu } from '../../src/network/builder.js';
import { buildGraph } from '../../src/network/graph.js';
import type { NetworkPass } from '../../src/network/pass.js';
import { presetNetwork } from '../../src/network/presets.js';
import { referenceNetwork } from '../../src/network/reference.js';
import { compilePasses } from '../../src/network/steps.js';
import { Network } from '../../src/network/network.js';
import { errorOfLargest, loadGoldenNetworks } from '../support/golden-networks.js';
import { mirrorNetworks } from '../support/mirror-network.js';

const golden = loadGoldenNetworks();
/** Float64 sums in another order; near |c| = 1 the mirror's arccos is the better one. */
const TOLERANCE = 1e-12;

test.each(golden.map((entry) => [entry.name, entry] as const))('%s', (_, { network, images, ntk, nngp }) => {
  const [computed] = mirrorNetworks([network], images, images);
  expect(errorOfLargest(computed.ntk, ntk) <= TOLERANCE).toBe(true);
  expect(errorOfLargest(computed.nngp, nngp) <= TOLERANCE).toBe(true);
});

test('all golden networks of one set of images in one walk', () => {
  for (const channels of [1, 3]) {
    const entries = golden.filter(({ images }) => images.channels === channels);
    const all = mirrorNetworks(
      entries.map(({ network }) => network),
      entries[0].images,
      entries[0].images,
    );
    for (const [index, { ntk, nngp }] of entries.entries()) {
      expect(errorOfLargest(all[index].ntk, ntk) <= TOLERANCE).toBe(true);
      expect(errorOfLargest(all[index].nngp, nngp) <= TOLERANCE).toBe(true);
    }
  }
});

test('two stacks of images, other sizes than golden ones: the definition', () => {
  const stack = (count: number, seed: number) => ({
    ...{ count, channels: 2, height: 5, width: 6 },
    data: Float32Array.from({ length: count * 60 }, (_, e) => Math.sin(seed + 1.7 * e * e)),
  });
  const [x, z] = [stack(2, 1), stack(3, 2)];
  for (const layers of [
    [
      { layer: 'conv', size: 3, stride: 2, padding: 'circular' },
      { layer: 'relu' },
      { layer: 'gap' },
      { layer: 'dense' },
    ],
    [
      { layer: 'avgpool', size: 2, stride: 1 },
      { layer: 'conv', size: 6 },
      { layer: 'erf' },
      { layer: 'lap', radius: 9 },
      { layer: 'flatten' },
      { layer: 'dense' },
    ],
    [
      { layer: 'conv', size: 5, stride: 4, padding: 4 },
      { layer: 'relu', slope: -1.5 },
      { layer: 'flatten' },
      { layer: 'relu' },
    ],
    [
      { layer: 'conv', size: 3, stride: 3, padding: 'valid', trained: false },
      { layer: 'gaussian', gamma: 3 },
      { layer: 'residual', branches: [[], [], [{ layer: 'conv', size: 1, trained: false }]] },
      { layer: 'gap' },
      { layer: 'dense', b: 2 },
      { layer: 'relu' },
      { layer: 'dense', trained: false },
    ],
  ]) {
    const network = Network.from(layers);
    const [computed] = mirrorNetworks([network], x, z);
    const expected = referenceNetwork(network, x, z);
    expect(errorOfLargest(computed.ntk, expected.ntk) <= TOLERANCE).toBe(true);
    expect(errorOfLargest(computed.nngp, expected.nngp) <= TOLERANCE).toBe(true);
  }
});

test('a sweep of depths and read-outs adds to the deepest network only its own ends', () => {
  const shape = { channels: 3, height: 32, width: 32 };
  const activations = (names: string[]) =>
    buildGraph(names.map(presetNetwork), shape).nodes.filter(
      ({ operation }) => operation.kind === 'activation',
    ).length;
  expect(activations(['cntk-gap:11'])).toBe(10);
  expect(activations(['cntk-gap:3', 'cntk-gap:6', 'cntk-gap:11', 'cntk-lap:11:4'])).toBe(10);
  // Another Θ⁰: nothing is shared.
  expect(activations(['cntk-gap:11', 'cntk-v:11'])).toBe(20);
});

test('without the NTK no Θ is computed', () => {
  const graph = buildGraph([presetNetwork('myrtle5')], { channels: 3, height: 8, width: 8 });
  const { values } = compilePasses(graph, 0, false);
  expect(values.outputs[0].theta).toBeUndefined();
  const gathers = ({ steps }: typeof values) => steps.filter(({ kind }) => kind === 'gather').length;
  expect(gathers(values)).toBeLessThan(0.6 * gathers(compilePasses(graph, 0, true).values));
});

test('dense layers and activations after the read-out are one step, up to the end of each network', () => {
  const layers = (ends: number) => [
    conv(3),
    relu(),
    flatten(),
    ...Array.from({ length: ends }, () => [dense(), erf()]).flat(),
    dense(),
  ];
  const kinds = (...networks: number[]) =>
    compilePasses(
      buildGraph(
        networks.map((ends) => Network.from(layers(ends))),
        { channels: 1, height: 4, width: 4 },
      ),
      0,
      true,
    );
  const tails = ({ steps }: NetworkPass) => steps.flatMap((step) => (step.kind === 'tail' ? [step] : []));
  const { values, variances, varianceShapes } = kinds(3);
  expect(tails(values).map((tail) => tail.layers.length)).toEqual([7]);
  expect(values.steps.at(-1)).toMatchObject({ kind: 'tail', variance: 1 });
  // Variances end where the tail begins.
  expect(varianceShapes).toHaveLength(2);
  expect(tails(variances)).toEqual([]);
  // What another network goes on from is no part of a tail.
  expect(tails(kinds(1, 2).values).map((tail) => tail.layers.length)).toEqual([2]);
});
