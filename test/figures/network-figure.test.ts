// The drawing of a network: every layer and every new shape is there, inside the sheet and without overlap, branches
// side by side; long repeats stand once, with their number.
import { avgpool, conv, dense, gap, relu, residual } from '../../src/network/builder.js';
import { Network } from '../../src/network/network.js';
import { presetNetwork } from '../../src/network/presets.js';
import { networkSvg } from '../../src/figures/network-figure.js';
import { repeats } from '../../src/figures/repeats.js';
import { svgRoot, textBoxes } from '../support/text-boxes.js';

const image = { channels: 3, height: 32, width: 32 };
const drawn = (network: Network) => networkSvg('A network', network, image);
const nested = Network.of(
  conv(3),
  residual(
    [relu(), residual([conv(3), relu()], [conv(1, { w: 0.25, b: 0.125, trained: false })], []), conv(3)],
    [],
    [conv(5)],
  ),
  avgpool(2),
  gap(),
  dense(),
);

test.each([
  ['alexnet', presetNetwork('alexnet')],
  ['resnet:20', presetNetwork('resnet:20')],
  ['cntk-v:200', presetNetwork('cntk-v:200')],
  ['nested branches', nested],
])('%s: texts lie inside the sheet and apart', (_, network) => {
  const svg = drawn(network);
  const [width, height] = ['width', 'height'].map((name) => Number(svgRoot(svg).getAttribute(name)));
  const boxes = textBoxes(svg);
  for (const [index, box] of boxes.entries()) {
    expect(box.left >= 0 && box.right <= width && box.top >= 0 && box.bottom <= height).toBe(true);
    for (const other of boxes.slice(index + 1)) {
      const apart =
        box.right <= other.left ||
        other.right <= box.left ||
        box.bottom <= other.top ||
        other.bottom <= box.top;
      expect([box.text, other.text, apart]).toEqual([box.text, other.text, true]);
    }
  }
  expect(height).toBeLessThan(2000);
});

test('layers, shapes where they change, and numbers of repeats', () => {
  const texts = textBoxes(drawn(presetNetwork('resnet:20'))).map(({ text }) => text);
  expect(texts.slice(0, 4)).toEqual(['A network', '3×32×32', 'conv 3×3', '∞×32×32']);
  expect(texts.filter((text) => text.startsWith('× '))).toEqual(['× 3', '× 2', '× 2']);
  expect(texts.filter((text) => text === '∞×16×16')).toHaveLength(2);
  expect(texts.at(-1)).toBe('NTK, NNGP');
});

test('branches stand side by side', () => {
  const boxes = textBoxes(drawn(Network.of(residual([conv(3)], [conv(5)]), gap(), dense())));
  const [three, five] = ['conv 3×3', 'conv 5×5'].map((name) => boxes.find(({ text }) => text === name)!);
  expect(three.top).toBe(five.top);
  expect(three.right).toBeLessThan(five.left);
});

test('repeats are found from the front, the shortest that covers most; little stands as it is', () => {
  const of = (text: string, size = 1) => repeats(Array.from(text, (key) => ({ key, size })));
  expect(of('abababc')).toEqual([
    { first: 0, length: 2, times: 3 },
    { first: 6, length: 1, times: 1 },
  ]);
  expect(of('abab')).toHaveLength(4);
  expect(of('abab', 2)).toEqual([{ first: 0, length: 2, times: 2 }]);
  expect(of('aaaaaa')).toEqual([{ first: 0, length: 1, times: 6 }]);
  expect(of('')).toEqual([]);
});
