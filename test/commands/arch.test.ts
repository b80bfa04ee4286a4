// cntk arch: the presets, and what one network or file is, takes and looks like; what is wrong with a name, a file or a
// shape is said with its place, both shapes and the remedy, and status 2.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PRESETS } from '../../src/network/presets.js';
import { fail, folder, read, succeed } from './cli.js';

beforeAll(async () => {
  await writeFile(
    join(folder, 'small.yaml'),
    '- { layer: conv, size: 3 }\n- { layer: erf }\n- { layer: gap }\n- { layer: dense }\n',
  );
  await writeFile(join(folder, 'wrong.json'), '[{ "layer": "conv", "size": 0 }]');
});

test('list: every preset with its source, as text and as JSON', async () => {
  const { stdout } = await succeed('arch', 'list');
  for (const { form, source } of PRESETS) {
    expect(stdout).toContain(form);
    expect(stdout.replace(/\s+/g, ' ')).toContain(source);
  }
  const { presets, notes } = JSON.parse((await succeed('arch', 'list', '--json')).stdout) as {
    presets: { example: string }[];
    notes: string[];
  };
  expect(presets.map(({ example }) => example)).toEqual(PRESETS.map(({ example }) => example));
  expect(notes.join()).toMatch(/max pooling.*no closed form/);
});

test('describe: a table with a drawing, and the same as JSON', async () => {
  const { stdout } = await succeed(...'arch describe myrtle5 --svg made/m.svg'.split(' '));
  expect(stdout).toMatch(/^myrtle5 for images of 3×32×32\n/);
  expect(stdout).toMatch(/^ *5 +avgpool 2×2 +∞×16×16 +256 /m);
  expect(stdout).toMatch(/2,166,784 element-layers per pair/);
  expect(stdout).toMatch(/device memory: .* per pair, .* per image/);
  expect(stdout).toMatch(/note: average pooling/);
  expect(await read('made/m.svg')).toMatch(/^<svg .*conv 3×3/);

  const json = await succeed(...'arch describe small.yaml --shape 1x8x8 --svg small.png --json'.split(' '));
  expect(JSON.parse(json.stdout)).toMatchObject({
    arch: 'small',
    network: [{ layer: 'conv', size: 3 }, { layer: 'erf' }, { layer: 'gap' }, { layer: 'dense' }],
    imageShape: [1, 8, 8],
    elementLayersPerPair: 64 * 64,
    layers: [{ place: 'layer 1 (conv)', shape: '∞×8×8', planes: 64 }, {}, {}, { planes: 1 }],
    drawing: 'small.png',
    warnings: [],
  });
  const png = await readFile(join(folder, 'small.png'));
  expect(png.subarray(1, 4).toString()).toBe('PNG');
});

test.each([
  ['describe', /missing|Not enough/],
  ['describe vgg20', /unknown network "vgg20": use one of .*vgg19.*; or the name of a file \.json/],
  ['describe wrong.json', /wrong\.json: layer 1 \(conv\).*size.*0/],
  ['describe vgg19 --shape 3x8x8', /vgg19: layer 28 \(avgpool\): a window of 2×2 does not fit into ∞×1×1/],
  ['describe myrtle5 --svg m.pdf', /--svg m\.pdf: .*\.svg or \.png/],
])('arch %s is refused', async (args, message) => {
  await fail(2, message, 'arch', ...args.split(' '));
});
