// A network is what its list of layers says, or an error that names the layer by its place, the value or the shapes
// that disagree, and the remedy. Each wrong network stands beside its nearest right one.
import {
  avgpool,
  conv,
  dense,
  erf,
  flatten,
  gap,
  gaussian,
  identity,
  lap,
  relu,
  residual,
} from '../../src/network/builder.js';
import type { Layer } from '../../src/network/layers.js';
import { NetworkError } from '../../src/network/network-error.js';
import { Network } from '../../src/network/network.js';
import { outputShape, shapeText, type ImageSize } from '../../src/network/shapes.js';
import { loadGoldenNetworks } from '../support/golden-networks.js';

const IMAGE: ImageSize = { channels: 3, height: 8, width: 8 };
const tail = [flatten(), dense()];

function messageOf(build: () => unknown): string {
  try {
    build();
  } catch (error) {
    if (error instanceof NetworkError) return error.message;
    throw error;
  }
  return 'no error';
}

const shapesOf = (layers: readonly Layer[], image = IMAGE) =>
  Network.from(layers).shapes(image).shapes.map(shapeText);

describe('builder and file', () => {
  test('the builder writes the words of the file, without what holds by default', () => {
    const network = Network.of(
      conv(3, { stride: 2, padding: 1, w: 1.5, b: 0.1, trained: false }),
      relu(0.3),
      conv(3, { padding: 'same', w: 1, b: 0, trained: true }),
      relu(),
      gaussian(),
      gaussian(2),
      erf(),
      identity(),
      avgpool(3, { stride: 2 }),
      avgpool(2, { stride: 2 }),
      lap(1),
      residual([conv(1)], []),
      flatten('mean'),
      dense({ w: 2 }),
    );
    expect(JSON.parse(JSON.stringify(network))).toEqual([
      { layer: 'conv', size: 3, stride: 2, padding: 1, w: 1.5, b: 0.1, trained: false },
      { layer: 'relu', slope: 0.3 },
      { layer: 'conv', size: 3 },
      { layer: 'relu' },
      { layer: 'gaussian' },
      { layer: 'gaussian', gamma: 2 },
      { layer: 'erf' },
      { layer: 'identity' },
      { layer: 'avgpool', size: 3, stride: 2 },
      { layer: 'avgpool', size: 2 },
      { layer: 'lap', radius: 1 },
      { layer: 'residual', branches: [[{ layer: 'conv', size: 1 }], []] },
      { layer: 'flatten', scale: 'mean' },
      { layer: 'dense', w: 2 },
    ]);
  });

  test('what a network writes reads as the same network, for every golden network', () => {
    for (const { network } of loadGoldenNetworks()) {
      const text = JSON.stringify(network);
      expect(JSON.stringify(Network.from(JSON.parse(text)))).toBe(text);
    }
  });

  test('a network never changes: not through the list it came from, nor in itself', () => {
    const branch: Layer[] = [{ layer: 'conv', size: 3 }];
    const layers: Layer[] = [conv(3), { layer: 'residual', branches: [branch, []] }, ...tail];
    const network = Network.from(layers);
    const text = JSON.stringify(network);
    layers.push(relu());
    branch.push(avgpool(2));
    expect(JSON.stringify(network)).toBe(text);
    expect(() => (network.layers as Layer[]).push(relu())).toThrow(TypeError);
    expect(() => {
      (network.layers[0] as { size: number }).size = 5;
    }).toThrow(TypeError);
  });
});

describe('words, types and ranges', () => {
  const layer = (value: unknown) => () => Network.from([conv(3), value, ...tail]);

  test.each([
    [{ layer: 'maxpool', size: 2 }, /^layer 2: unknown layer "maxpool": use conv, dense, relu, .*residual$/],
    [{ layer: 'Relu' }, /^layer 2: unknown layer "Relu"/],
    ['relu', /^layer 2: "relu": an object such as/],
    [null, /^layer 2: null: an object/],
    [[], /^layer 2: \[\]: an object/],
    [{}, /^layer 2: unknown layer nothing/],
    [{ layer: 'constructor' }, /^layer 2: unknown layer "constructor"/],
    [{ layer: 'conv' }, /^layer 2 \(conv\): size: nothing: it is needed$/],
    [{ layer: 'conv', size: '3' }, /^layer 2 \(conv\): size: "3": a whole number is needed$/],
    [{ layer: 'conv', size: 0 }, /^layer 2 \(conv\): size: 0: a whole number from 1 to/],
    [{ layer: 'conv', size: 2.5 }, /size: 2.5: a whole number/],
    [{ layer: 'conv', size: NaN }, /size: NaN/],
    [{ layer: 'conv', size: 1e9 }, /size: 1000000000: a whole number from 1 to 4096/],
    [{ layer: 'conv', size: 3, stride: 0 }, /stride: 0: a whole number from 1/],
    [
      { layer: 'conv', size: 3, padding: 'reflect' },
      /padding: "reflect": use same, valid, circular or a number/,
    ],
    [{ layer: 'conv', size: 3, padding: -1 }, /padding: -1: /],
    [{ layer: 'conv', size: 3, padding: 3 }, /padding: 3 with size 3: at most 2/],
    [{ layer: 'conv', size: 3, w: 0 }, /w: 0: a number from 1e-6/],
    [{ layer: 'conv', size: 3, w: Infinity }, /w: Infinity/],
    [{ layer: 'conv', size: 3, b: -0.1 }, /b: -0.1: a number from 0/],
    [{ layer: 'conv', size: 3, trained: 'false' }, /trained: "false": true or false is needed/],
    [
      { layer: 'conv', size: 3, kernel: 3 },
      /unknown field "kernel": conv has the fields size, stride, padding, w, b, trained/,
    ],
    [{ layer: 'gap', size: 3 }, /unknown field "size": gap has no fields/],
    [{ layer: 'relu', slope: '0.1' }, /^layer 2 \(relu\): slope: "0.1": a number is needed$/],
    [{ layer: 'relu', slope: NaN }, /slope: NaN/],
    [{ layer: 'gaussian', gamma: 0 }, /gamma: 0: a number above 0/],
    [{ layer: 'lap' }, /radius: nothing/],
    [{ layer: 'lap', radius: -1 }, /radius: -1/],
    [{ layer: 'flatten', scale: 'max' }, /scale: "max": use sum or mean/],
    [{ layer: 'residual' }, /^layer 2 \(residual\): branches: nothing/],
    [{ layer: 'residual', branches: [] }, /branches: at least one/],
    [{ layer: 'residual', branches: {} }, /branches: a list of lists/],
    [
      { layer: 'residual', branches: [[], { layer: 'relu' }] },
      /branch 2: a list of layers is needed, also of one/,
    ],
    [
      { layer: 'residual', branches: [[], [{ layer: 'relu' }, { layer: 'avgpool', size: -2 }]] },
      /^layer 2 \(residual\), branch 2, layer 2 \(avgpool\): size: -2/,
    ],
  ])('%j', (value, message) => {
    expect(messageOf(layer(value))).toMatch(message);
  });

  test.each([undefined, null, 3, 'conv', {}, { layers: [] }])('%j is no list of layers', (value) => {
    expect(messageOf(() => Network.from(value))).toBe('a list of layers is needed');
  });

  test('nesting without end is refused, not followed', () => {
    const layers: unknown[] = [];
    layers.push({ layer: 'residual', branches: [layers] });
    expect(messageOf(() => Network.from(layers))).toMatch(/nested more than 16 deep$/);
  });
});

describe('wrong networks', () => {
  const shrinking = (count: number, layer: Layer) => [...Array.from({ length: count }, () => layer), ...tail];

  test('dense after conv without flatten; with it, it passes', () => {
    expect(messageOf(() => Network.of(conv(3), relu(), dense()))).toBe(
      'layer 3 (dense): takes a vector, but is given ∞×H×W: put flatten or gap before it',
    );
    expect(shapesOf([conv(3), relu(), ...tail])).toEqual([
      '3×8×8',
      '∞×8×8',
      '∞×8×8',
      'a vector of ∞',
      'a vector of ∞',
    ]);
  });

  test('conv, pool and lap after flatten', () => {
    for (const layer of [conv(3), avgpool(2), lap(1)]) {
      expect(messageOf(() => Network.of(flatten(), layer, dense()))).toBe(
        `layer 2 (${layer.layer}): takes an image C×H×W, but is given a vector of C·H·W: put it before flatten or gap`,
      );
    }
  });

  test('a pool as large as its image passes, one pixel larger is refused with both sizes', () => {
    const pool = (size: number) => [conv(3), relu(), avgpool(size), ...tail];
    expect(shapesOf(pool(8))[3]).toBe('∞×1×1');
    expect(messageOf(() => shapesOf(pool(9)))).toMatch(
      /^layer 3 \(avgpool\): a window of 9×9 does not fit into ∞×8×8: /,
    );
    expect(messageOf(() => shapesOf(pool(3), { channels: 1, height: 8, width: 2 }))).toMatch(/3×3 .* ∞×8×2/);
  });

  test('a convolution without padding as large as its image passes, one larger is refused', () => {
    const valid = (size: number) => [conv(size, { padding: 'valid' }), ...tail];
    expect(shapesOf(valid(8))[1]).toBe('∞×1×1');
    expect(messageOf(() => shapesOf(valid(9)))).toMatch(
      /^layer 1 \(conv\): a window of 9×9 does not fit into 3×8×8/,
    );
  });

  test('branches of different shapes, named with both', () => {
    const branches = (stride: number) => [
      conv(3),
      residual([relu(), conv(3, { stride: 2 })], [conv(1, { stride })]),
      ...tail,
    ];
    expect(shapesOf(branches(2))[2]).toBe('∞×4×4');
    expect(messageOf(() => shapesOf(branches(1)))).toMatch(
      /^layer 2 \(residual\): branch 1 ends in ∞×4×4, branch 2 in ∞×8×8: only branches of one shape/,
    );
    expect(messageOf(() => Network.of(residual([conv(3)], []), ...tail))).toMatch(
      /in ∞×H×W, branch 2 in C×H×W/,
    );
    expect(messageOf(() => Network.of(conv(3), residual([gap()], []), ...tail))).toMatch(
      /a vector of ∞, branch 2/,
    );
  });

  test('a pool inside a branch is named by branch and place', () => {
    const layers = [conv(3), relu(), residual([], [avgpool(9)]), ...tail];
    expect(messageOf(() => shapesOf(layers))).toMatch(
      /^layer 3 \(residual\), branch 2, layer 1 \(avgpool\): /,
    );
  });

  test('nothing trained', () => {
    const frozen = { trained: false };
    const layers = (last: boolean) => [
      conv(3, frozen),
      residual([relu(), conv(3, frozen)], []),
      gap(),
      dense({ trained: last }),
    ];
    expect(messageOf(() => Network.from(layers(false)))).toMatch(/^no layer is trained: the NTK would be 0/);
    expect(messageOf(() => Network.from(layers(true)))).toBe('no error');
    expect(messageOf(() => Network.of(relu(), gap()))).toMatch(/^no layer has weights/);
  });

  test('40 layers of stride 2: three fit 8×8, the fourth is refused where a single pixel is left', () => {
    const same = (count: number) => shrinking(count, conv(3, { stride: 2 }));
    expect(shapesOf(same(3))[3]).toBe('∞×1×1');
    for (const count of [4, 40]) {
      expect(messageOf(() => shapesOf(same(count)))).toMatch(
        /^layer 4 \(conv\): a stride of 2 on ∞×1×1: a single pixel is left/,
      );
    }
    expect(messageOf(() => shapesOf(shrinking(40, conv(3, { stride: 2, padding: 'valid' }))))).toMatch(
      /^layer 3 \(conv\): a window of 3×3 does not fit into ∞×1×1/,
    );
    expect(messageOf(() => shapesOf(shrinking(40, avgpool(2)).concat(dense())))).toMatch(
      /^layer 4 \(avgpool\): a window of 2×2 does not fit into 3×1×1/,
    );
  });

  test('no read-out, and no layers', () => {
    expect(messageOf(() => Network.of(conv(3), relu()))).toMatch(
      /^layer 2 \(relu\): the network ends in ∞×H×W, a value per pixel, not in one: add flatten or gap, and dense$/,
    );
    expect(messageOf(() => Network.from([]))).toMatch(/^the list of layers is empty/);
  });
});

describe('remarks', () => {
  test('none on a usual network, a tail after the read-out included', () => {
    expect(Network.of(conv(3), relu(), gap(), dense(), relu(), dense()).remarks).toEqual([]);
    expect(Network.of(conv(3), residual([relu(), conv(3)], []), relu(), ...tail).remarks).toEqual([]);
  });

  test('activations on pixels, on activations and after a sum with an activation; no dense at the end', () => {
    const remarks = (...layers: Layer[]) => Network.from(layers).remarks;
    expect(remarks(relu(), conv(3), ...tail)).toEqual([
      expect.stringMatching(/^layer 1 \(relu\): its input is not/),
    ]);
    expect(remarks(conv(3), relu(), avgpool(2), erf(), ...tail)).toEqual([
      expect.stringMatching(/^layer 4 \(erf\)/),
    ]);
    expect(remarks(conv(3), relu(), residual([conv(3)], []), relu(), ...tail)).toEqual([
      expect.stringMatching(/^layer 4 \(relu\)/),
    ]);
    expect(remarks(conv(3), relu(), gap())).toEqual([
      expect.stringMatching(/^layer 3 \(gap\): the last layer/),
    ]);
  });
});

test('sizes of strided, even and padded windows are those of JAX and PyTorch', () => {
  const size = (layer: Layer, height: number, width: number) => {
    const { shapes } = Network.of(layer, gap(), dense()).shapes({ channels: 1, height, width });
    return shapeText(shapes[1]);
  };
  expect(size(conv(2), 7, 5)).toBe('∞×7×5');
  expect(size(conv(3, { stride: 2 }), 7, 5)).toBe('∞×4×3');
  expect(size(conv(5, { stride: 3, padding: 2 }), 7, 5)).toBe('∞×3×2');
  expect(size(conv(4, { padding: 1 }), 8, 8)).toBe('∞×7×7');
  expect(size(conv(11, { stride: 4, padding: 2 }), 224, 224)).toBe('∞×55×55');
  expect(size(avgpool(3, { stride: 2 }), 55, 55)).toBe('1×27×27');
  expect(size(avgpool(2), 7, 5)).toBe('1×3×2');
  const { layers } = Network.of(conv(3), gap(), dense());
  expect(shapeText(outputShape(Network.from(layers).shapes(IMAGE)))).toBe('a vector of ∞');
});
