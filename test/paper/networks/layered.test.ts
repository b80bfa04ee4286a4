// Finite networks of any layers: their empirical NTK is the product of gradients that finite differences give; the mean
// over draws is the kernel of the device, for Myrtle-5, AlexNet and a residual network, NNGP and NTK, and is seen not to be when
// a variance, a stride or what is trained is another.
import {
  avgpool,
  conv,
  dense,
  erf,
  flatten,
  gap,
  lap,
  relu,
  residual,
} from '../../../src/network/builder.js';
import type { Layer } from '../../../src/network/layers.js';
import { Network } from '../../../src/network/network.js';
import { presetNetwork } from '../../../src/network/presets.js';
import { referenceNetwork } from '../../../src/network/reference.js';
import { runLayeredDraws } from '../../../src/paper/montecarlo/layered-draws.js';
import { exactLayered, layeredCase } from '../../../src/paper/montecarlo/layered-run.js';
import { compareMeans, summarizeComparisons } from '../../../src/paper/montecarlo/mean-comparison.js';
import { finiteImages, smallDigits } from '../../../src/paper/montecarlo/run.js';
import { erf as erfOf } from '../../../src/paper/networks/finite-activations.js';
import { drawLayeredKernels } from '../../../src/paper/networks/layered-kernels.js';
import { layeredForward } from '../../../src/paper/networks/layered-network.js';
import { NormalNumbers } from '../../../src/statistics/random.js';
import { testGpu } from '../../support/gpu.js';

/** Weights that are given, array by array; the first time they are drawn and kept. */
class KeptNumbers extends NormalNumbers {
  private taken = 0;
  readonly arrays: Float64Array[] = [];
  override array(length: number): Float64Array {
    if (this.taken === this.arrays.length) this.arrays.push(super.array(length));
    return this.arrays[this.taken++];
  }
  again(): this {
    this.taken = 0;
    return this;
  }
}

const [frozen, biased] = [{ trained: false }, { w: 1.3, b: 0.4 }];

const NETWORKS: Readonly<Record<string, readonly Layer[]>> = {
  'strides, overlapping pooling, dense tail': [
    conv(3, { stride: 2, ...biased }),
    relu(0.2),
    avgpool(2, { stride: 1 }),
    conv(2, { padding: 'circular' }),
    erf(),
    gap(),
    dense(biased),
    relu(),
    dense({ b: 0.2 }),
  ],
  'residual with a strided short way, nested': [
    conv(3, frozen),
    residual(
      [relu(), conv(3, { stride: 2 }), residual([], [relu(), conv(1, biased)])],
      [conv(1, { stride: 2 })],
    ),
    relu(),
    flatten('mean'),
    dense(frozen),
  ],
  'lap, padding by number, flatten': [conv(4, { padding: 2 }), relu(), lap(1), flatten(), dense(biased)],
};

describe.each(Object.entries(NETWORKS))('%s', (_, layers) => {
  const images = {
    count: 2,
    channels: 2,
    height: 5,
    width: 4,
    values: new NormalNumbers(3).array(2 * 20 * 2),
  };
  const network = { layers, width: 3 };
  const random = new KeptNumbers(7);
  const kernels = drawLayeredKernels(network, images, random);

  test('the empirical NTK is the product of numerical gradients of what is trained', () => {
    const outputs = () => {
      const { last, outputs } = layeredForward(network, images, random.again());
      return outputs(random.array(last.inner));
    };
    outputs();
    const trained = trainedArrays(layers);
    expect(trained).toHaveLength(random.arrays.length);
    const step = 1e-6;
    const ntk = new Float64Array(3);
    random.arrays.forEach((array, a) => {
      if (!trained[a]) return;
      for (let k = 0; k < array.length; k++) {
        const value = array[k];
        const [above, below] = [step, -step].map((by) => {
          array[k] = value + by;
          return outputs();
        });
        array[k] = value;
        const [x, z] = above.map((f, i) => (f - below[i]) / (2 * step));
        [x * x, x * z, z * z].forEach((product, pair) => (ntk[pair] += product));
      }
    });
    // The bias of the last layer moves f of every image alike, and f is given without it.
    const last = layers.at(-1)!;
    if (last.layer === 'dense' && last.trained !== false) for (let i = 0; i < 3; i++) ntk[i] += last.b ?? 0;
    ntk.forEach((value, pair) => expect(Math.abs(kernels[3 + pair] / value - 1)).toBeLessThan(1e-5));
  });

  test('the mean over draws is the float64 definition', () => {
    const { values, ...shape } = images;
    const data = Float32Array.from(values, (_, e) => {
      const [image, channel, pixel] = [Math.floor(e / 40), Math.floor(e / 20) % 2, e % 20];
      return values[(image * 20 + pixel) * 2 + channel];
    });
    const stack = { ...shape, data };
    const { nngp, ntk } = referenceNetwork(Network.of(...layers), stack, stack);
    const exact = [nngp, ntk].flatMap((matrix) => [matrix[0], matrix[2], matrix[3]]);
    const task = { network: { layers, width: 16 }, images, seeds: [1], firstDraw: 0, draws: 80 };
    const { beyondThree } = summarizeComparisons(compareMeans(runLayeredDraws(task), exact));
    expect(beyondThree).toBe(0);
  });
});

/** Whether each array of weights and biases is trained, in the order of the draws. */
function trainedArrays(layers: readonly Layer[], isWhole = true): boolean[] {
  return layers.flatMap((layer, index) => {
    if (layer.layer === 'residual') return layer.branches.flatMap((branch) => trainedArrays(branch, false));
    if (layer.layer !== 'conv' && layer.layer !== 'dense') return [];
    const trained = layer.trained !== false;
    const isLast = isWhole && index === layers.length - 1;
    return (layer.b ?? 0) > 0 && !isLast ? [trained, trained] : [trained];
  });
}

describe('means over draws of presets', () => {
  test.each(['myrtle5', 'alexnet', 'resnet:8'])("are the device's kernels: %s", async (name) => {
    const { network, images } = await layeredCase({ name, network: presetNetwork(name) }, 2, 3);
    const exact = await exactLayered(await testGpu(), { network, images });
    const { layers } = network;
    const task = { network: { layers, width: 12 }, images: finiteImages(images), seeds: [4], firstDraw: 0 };
    const comparisons = compareMeans(runLayeredDraws({ ...task, draws: 60 }), exact);
    expect(comparisons).toHaveLength(2 * 3);
    expect(summarizeComparisons(comparisons).beyondThree).toBe(0);
  });

  const small = (options: { w?: number; stride?: number; trained?: boolean }): Layer[] => {
    const { w = 1, stride = 1, trained = true } = options;
    return [conv(3, { w }), relu(), avgpool(3, { stride }), conv(3, { trained }), relu(), gap(), dense()];
  };

  test.each<[string, number, Parameters<typeof small>[0]]>([
    ['nothing', 0, {}],
    ['a variance of the weights of 1.4', 6, { w: 1.4 }],
    ['a stride of 2', 4, { stride: 2 }],
    ['a frozen layer, in the NTK alone', 3, { trained: false }],
  ])('planted fault: %s is seen', async (_, least, fault) => {
    const images = await smallDigits(2, 1);
    const { nngp, ntk } = referenceNetwork(Network.of(...small({})), images, images);
    const exact = [nngp, ntk].flatMap((matrix) => [matrix[0], matrix[2], matrix[3]]);
    const task = { images: finiteImages(images), seeds: [2], firstDraw: 0, draws: 150 };
    const draws = runLayeredDraws({ ...task, network: { layers: small(fault), width: 16 } });
    const { beyondThree } = summarizeComparisons(compareMeans(draws, exact));
    if (least === 0) expect(beyondThree).toBe(0);
    else expect(beyondThree).toBeGreaterThanOrEqual(least);
  });
});

test('erf', () => {
  // Abramowitz and Stegun, table 7.1.
  for (const [x, value] of [
    [0, 0],
    [0.5, 0.5204998778],
    [1, 0.8427007929],
    [2, 0.995322265],
    [3.5, 0.999999256902],
    [7, 1],
  ]) {
    expect(erfOf(x)).toBeCloseTo(value, 9);
    expect(erfOf(-x)).toBeCloseTo(-value, 9);
  }
});

test('what has no finite network is refused', () => {
  const images = { count: 1, channels: 1, height: 2, width: 2, values: new Float64Array(4) };
  const draw = (...layers: Layer[]) => drawLayeredKernels({ layers, width: 2 }, images, new NormalNumbers(1));
  expect(() => draw(conv(1), { layer: 'gaussian' }, gap(), dense())).toThrow(
    /gaussian has no finite network/,
  );
  expect(() => draw(residual([], [conv(1)]), gap(), dense())).toThrow(/images and features/);
});
