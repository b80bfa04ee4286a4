// A description names every layer in the order of the list, counts the planes and the work that the plan has, and says
// of each layer what computes it: the paper's kernel, a fused run, a dispatch of its own, or nothing.
import { conv, dense, flatten, gap, identity, relu, residual } from '../../src/network/builder.js';
import { describeArchitecture } from '../../src/network/describe.js';
import { layerText } from '../../src/network/layer-text.js';
import { Network } from '../../src/network/network.js';
import { planNetworks } from '../../src/network/plan.js';
import { presetNetwork } from '../../src/network/presets.js';

const device = {
  limits: {
    maxStorageBufferBindingSize: 2 ** 27,
    maxBufferSize: 2 ** 28,
    maxComputeWorkgroupStorageSize: 16384,
    maxComputeInvocationsPerWorkgroup: 256,
    maxComputeWorkgroupsPerDimension: 65535,
  },
  subgroupSize: 32,
};
const image = { channels: 3, height: 32, width: 32 };
const describing = (network: Network, on: typeof device | undefined = device) =>
  describeArchitecture(network, image, on);

test('Myrtle-5: 2 · 2²⁰ + 2¹⁶ + 2¹² element-layers in three fused runs, and one by one without a device', () => {
  const { layers, elementLayersPerPair, bytes, remarks } = describing(presetNetwork('myrtle5'));
  expect(elementLayersPerPair).toBe(2 * 2 ** 20 + 2 ** 16 + 2 ** 12);
  expect(layers.reduce((sum, layer) => sum + layer.elementLayers, 0)).toBe(elementLayersPerPair);
  expect(layers.map(({ kernel, run }) => run ?? kernel)).toEqual([
    1,
    1,
    1,
    1,
    1,
    2,
    2,
    2,
    3,
    3,
    3,
    'general',
  ]);
  expect(layers.map(({ planes }) => planes)).toEqual([
    1024, 1024, 1024, 1024, 256, 256, 256, 64, 64, 64, 1, 1,
  ]);
  expect(layers.map(({ shape }) => shape).slice(3, 6)).toEqual(['∞×32×32', '∞×16×16', '∞×16×16']);
  const plan = planNetworks([presetNetwork('myrtle5')], image, { device });
  expect(bytes).toEqual({ perPair: plan.sizeBytesPerPair, perImage: plan.sizeBytesPerImage });
  expect(remarks.join()).toMatch(/max pooling/);
  const alone = describeArchitecture(presetNetwork('myrtle5'), image, undefined);
  expect(new Set(alone.layers.map(({ kernel }) => kernel))).toEqual(new Set(['general']));
});

test("the paper's chains: its kernel computes all; one plane for a flatten", () => {
  const { layers, elementLayersPerPair, bytes, remarks } = describing(presetNetwork('cntk-v:4'));
  expect(new Set(layers.map(({ kernel }) => kernel))).toEqual(new Set(['paper']));
  expect(layers[0]).toMatchObject({ planes: 1, text: 'conv 3×3' });
  expect({ elementLayersPerPair, bytes, remarks }).toEqual({
    elementLayersPerPair: 3 * 1024,
    bytes: undefined,
    remarks: [],
  });
});

test('branches stand before their sum, with their places; a layer that changes nothing is computed by nothing', () => {
  const network = Network.of(
    conv(3),
    identity(),
    residual([relu(), conv(3, { b: 0.5 })], [], [conv(1, { trained: false })]),
    gap(),
    dense(),
  );
  const { layers } = describing(network);
  expect(layers.map(({ place }) => place)).toEqual([
    'layer 1 (conv)',
    'layer 2 (identity)',
    'layer 3 (residual), branch 1, layer 1 (relu)',
    'layer 3 (residual), branch 1, layer 2 (conv)',
    'layer 3 (residual), branch 3, layer 1 (conv)',
    'layer 3 (residual)',
    'layer 4 (gap)',
    'layer 5 (dense)',
  ]);
  expect(layers.map(({ nesting }) => nesting)).toEqual([0, 0, 1, 1, 1, 0, 0, 0]);
  expect(layers[1].kernel).toBe('none');
  expect(layers.map(({ text }) => text)).toEqual([
    'conv 3×3',
    'identity',
    'relu',
    'conv 3×3, b 0.5',
    'conv 1×1, frozen',
    'sum of 3 branches',
    'gap',
    'dense',
  ]);
});

test('images that no plan has room for are refused before they are planned', () => {
  const large = { channels: 3, height: 4096, width: 4096 };
  expect(() => describeArchitecture(presetNetwork('myrtle5'), large, device)).toThrow(
    /4096×4096 .* at most 1024/,
  );
});

test('words of a layer name what is not as it is by default', () => {
  expect(layerText(conv(5, { stride: 2, padding: 'circular', w: 2 }))).toBe(
    'conv 5×5, stride 2, circular, w 2',
  );
  expect(layerText(conv(2, { padding: 0 }))).toBe('conv 2×2, padding 0');
  expect(layerText(relu(0.1))).toBe('leaky relu 0.1');
  expect(layerText(flatten('mean'))).toBe('flatten, mean');
});
