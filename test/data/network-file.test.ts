// A file with a list of layers is a network in JSON and in YAML; what is written reads as the same network; what is no
// network is refused with the file, and the line or the layer at fault.
import { mkdtempSync, readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../../src/checks/input-error.js';
import { readNetwork, writeNetwork } from '../../src/data/network-file.js';
import { networkText, parseNetwork } from '../../src/data/network-text.js';
import { presetNetwork, PRESETS } from '../../src/network/presets.js';
import { loadGoldenNetworks } from '../support/golden-networks.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cntk-network-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function messageOf(file: string, text: string): string {
  try {
    parseNetwork(file, text);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return 'no error';
}

test('a list of layers as the golden networks have it is a valid file as it stands, in JSON and in YAML', () => {
  for (const { layers, network } of loadGoldenNetworks()) {
    const text = JSON.stringify(layers, null, 1);
    for (const file of ['a.json', 'a.yaml', 'a']) {
      expect(JSON.stringify(parseNetwork(file, text))).toBe(JSON.stringify(network));
    }
  }
});

test('what is written reads as the same network: golden ones and presets', async () => {
  const networks = [
    ...loadGoldenNetworks().map(({ network }) => network),
    ...PRESETS.map(({ example }) => presetNetwork(example)),
  ];
  for (const network of networks) {
    for (const file of ['a.JSON', 'a.yml']) {
      expect(JSON.stringify(parseNetwork(file, networkText(file, network)))).toBe(JSON.stringify(network));
    }
  }
  const file = join(folder, 'written.yaml');
  await writeNetwork(file, presetNetwork('resnet:8'));
  expect(JSON.stringify(await readNetwork(file))).toBe(JSON.stringify(presetNetwork('resnet:8')));
  // A newcomer can read and change it: a layer a line.
  expect(readFileSync(file, 'utf8')).toMatch(/^- \{ layer: conv, size: 3 \}\n/);
});

test('comments, anchors and a byte order mark are no trouble', async () => {
  const text =
    '\uFEFF# small\n- &c { layer: conv, size: 3 }\n- layer: relu\n- *c\n- layer: gap\n- layer: dense\n';
  const file = join(folder, 'marked.yaml');
  writeFileSync(file, text);
  expect((await readNetwork(file)).layers.map(({ layer }) => layer)).toEqual([
    'conv',
    'relu',
    'conv',
    'gap',
    'dense',
  ]);
  const json = join(folder, 'marked.json');
  writeFileSync(json, '\uFEFF[{ "layer": "gap" }, { "layer": "dense" }]');
  expect((await readNetwork(json)).layers).toHaveLength(2);
});

test.each([
  ['n.json', '[{ "layer": "gap" ', /^n\.json: is no JSON \(/],
  ['n.yaml', '- layer: gap\n- { layer: dense', /^n\.yaml: is no YAML \(.* at line 2/],
  ['n.yaml', '- layer: gap\n  layer: dense\n', /^n\.yaml: is no YAML \(a field stands twice .* at line 2/],
  [
    'n.json',
    '[{ "layer": "conv", "size": 3, "size": 5 }]',
    /^n\.json: is no JSON \(a field stands twice .* line 1/,
  ],
  ['n.yaml', '['.repeat(6000), /^n\.yaml: is no YAML \(its lists are nested too deep/],
  ['n.yaml', '- { layer: conv, size: 3, trained: no }\n', /layer 1 \(conv\): trained: "no": true or false/],
  ['n.yaml', '', /^n\.yaml: a list of layers is needed, such as \[/],
  ['n.json', '{ "layers": [] }', /^n\.json: a list of layers is needed, such as/],
  ['n.json', '[]', /^n\.json: the list of layers is empty/],
  ['n.yaml', '- layer: conv\n  size: .nan\n', /size: NaN/],
  [
    'n.yaml',
    '- layer: gap\n--- \n- layer: dense\n',
    /^n\.yaml: is no YAML \(it goes on after the list of layers at line 2/,
  ],
  [
    'n.json',
    '[{ "layer": "conv", "size": 3 }, { "layer": "dense" }]',
    /layer 2 \(dense\): takes a vector, but is given ∞×H×W/,
  ],
])('%s with %j', (file, text, message) => {
  expect(messageOf(file, text)).toMatch(message);
});

test('aliases that multiply are refused', () => {
  const lines = ['- &a0 { layer: relu }'];
  const bombs = ['a: &a [x,x,x,x,x,x,x,x,x]'];
  for (let i = 0; i < 8; i++) {
    const name = (k: number) => 'abcdefghij'[k];
    bombs.push(`${name(i + 1)}: &${name(i + 1)} [${new Array(9).fill(`*${name(i)}`).join(',')}]`);
  }
  expect(messageOf('bomb.yaml', bombs.join('\n'))).toMatch(/is no YAML \(Excessive alias count/);
  expect(messageOf('fine.yaml', lines.join('\n'))).toMatch(/value per pixel/);
});

test('a missing file, a folder, and bytes that are no text', async () => {
  mkdirSync(join(folder, 'folder.json'));
  await expect(readNetwork(join(folder, 'folder.json'))).rejects.toThrow(/is a folder/);
  await expect(readNetwork(join(folder, 'none.json'))).rejects.toThrow(/none\.json: no such file/);
  const file = join(folder, 'bytes.yaml');
  writeFileSync(file, Buffer.from([0xff, 0xfe, 0x2d, 0x00]));
  await expect(readNetwork(file)).rejects.toThrow(/no text in UTF-8/);
});
