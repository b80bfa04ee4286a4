// Names stand for the presets, with gaussian in place of every relu where that is said; networks share a pass where their
// first stages are equal, and the paper's chains where the same layers are trained.
import type { Layer } from '../../../src/network/layers.js';
import { presetNetwork } from '../../../src/network/presets.js';
import { ARCHITECTURES, architectureOf } from '../../../src/paper/architectures/architectures.js';
import { sharedPasses } from '../../../src/paper/architectures/shared-passes.js';

const passesOf = (...names: string[]) =>
  sharedPasses(names.map(architectureOf), { channels: 3, height: 16, width: 16 }).map((pass) =>
    pass.map(({ name }) => name),
  );

test('/gaussian replaces every relu, also within branches, and nothing else', () => {
  for (const name of ['myrtle5', 'resnet:8']) {
    const plain = presetNetwork(name);
    const { network } = architectureOf(`${name}/gaussian`);
    expect(JSON.stringify(network)).not.toContain('relu');
    const text = JSON.stringify(plain).replaceAll('{"layer":"relu"}', '{"layer":"gaussian"}');
    expect(JSON.parse(JSON.stringify(network))).toEqual(JSON.parse(text) as Layer[]);
    expect(architectureOf(name).network).toEqual(plain);
  }
});

test('names of no network are refused', () => {
  expect(() => architectureOf('myrtle6')).toThrow(/unknown network "myrtle6"/);
  expect(() => architectureOf('fc:1/gaussian')).toThrow(/no relu/);
});

test('equal first stages share a pass; those that part within a stage do not', () => {
  expect(passesOf('myrtle5', 'vgg11', 'vgg19', 'myrtle10', 'myrtle7', 'myrtle5/gaussian')).toEqual([
    ['myrtle5', 'vgg19', 'myrtle7'],
    ['vgg11'],
    ['myrtle10'],
    ['myrtle5/gaussian'],
  ]);
});

test('chains share a pass where the same layers are trained', () => {
  expect(passesOf('cntk-gap:6', 'cntk-v:6', 'cntk-gap:11', 'cntk-lap:6:4')).toEqual([
    ['cntk-gap:6', 'cntk-gap:11', 'cntk-lap:6:4'],
    ['cntk-v:6'],
  ]);
});

test('all that is compared by default takes 16×16 pixels', () => {
  for (const name of ARCHITECTURES)
    expect(() => architectureOf(name).network.shapes({ channels: 3, height: 16, width: 16 })).not.toThrow();
});
