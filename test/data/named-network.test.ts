// Networks by name or file: what a name means, which names files get, and what is wrong with any of them.
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadNetwork, loadNetworks } from '../../src/data/named-network.js';
import { assertFits, networkKernelName } from '../../src/network/network-kernel.js';
import { presetNetwork } from '../../src/network/presets.js';

const folder = mkdtempSync(join(tmpdir(), 'cntk-networks-'));
const file = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  const text = '[{ "layer": "flatten" }, { "layer": "dense" }]';
  await mkdir(file('other'));
  for (const name of ['net.json', 'other/net.YML', 'my net,2.yaml', 'cntk-gap-3.json'])
    await writeFile(file(name), text);
  await writeFile(file('no-end.json'), '[{ "layer": "conv", "size": 3 }]');
});

test('a preset has its own name, a file that before its ending; files of kernels are named so that any system takes it', async () => {
  const [preset, net, odd] = await loadNetworks(['cntk-gap:3', file('other/net.YML'), file('my net,2.yaml')]);
  expect([preset, net, odd].map(({ name }) => name)).toEqual(['cntk-gap:3', 'net', 'my net,2']);
  expect(preset.network.layers).toEqual(presetNetwork('cntk-gap:3').layers);
  expect(networkKernelName({ kernel: 'ntk', arch: preset })).toBe('ntk-cntk-gap-3');
  expect(networkKernelName({ kernel: 'nngp', arch: odd })).toBe('nngp-my_net_2');
});

test.each([
  [['fc:2', 'fc:2'], /fc:2 is named twice/],
  [[file('net.json'), file('other/net.YML')], /net\.json and .*net\.YML would both be called net/],
  [['cntk-gap:3', file('cntk-gap-3.json')], /would both be called cntk-gap-3/],
  [
    ['vgg20'],
    /unknown network "vgg20": use one of .*vgg19; .*; or the name of a file \.json, \.yaml or \.yml/,
  ],
  [['cntk-gap:2'], /depth 2: from 3 to 200/],
  [[file('none.yaml')], /none\.yaml: no such file/],
  [[file('no-end.json')], /no-end\.json: layer 1 \(conv\): the network ends in .*add flatten or gap/],
])('%j is refused', async (sources, message) => {
  await expect(loadNetworks(sources)).rejects.toThrow(message);
});

test('images that do not fit: the network, the layer and both shapes are named', async () => {
  const arch = await loadNetwork('vgg19');
  assertFits(arch, { channels: 3, height: 16, width: 16 });
  expect(() => assertFits(arch, { channels: 3, height: 15, width: 16 })).toThrow(
    /^vgg19: layer 28 \(avgpool\): a window of 2×2 does not fit into ∞×1×2/,
  );
});
