// The finite networks share no code with what they check; their empirical NTK is the product of gradients that
// finite differences give; its mean over draws is the device's kernel, and is seen not to be when c_σ, the border or
// the depth is another. The random numbers are normal.
import { compareMeans, summarizeComparisons } from '../../../src/paper/montecarlo/mean-comparison.js';
import {
  forward,
  PAPER_NETWORK,
  type ConvolutionNetwork,
  type FiniteImages,
} from '../../../src/paper/networks/convolution-network.js';
import { runDraws } from '../../../src/paper/montecarlo/draws.js';
import {
  drawKernels,
  KERNELS,
  pairCountOf,
  READOUTS,
} from '../../../src/paper/networks/empirical-kernels.js';
import { NormalNumbers } from '../../../src/statistics/random.js';
import { exactKernels, finiteImages, smallDigits } from '../../../src/paper/montecarlo/run.js';
import { closure, readImportGraph } from '../../meta/import-graph.js';
import { testGpu } from '../../support/gpu.js';

const graph = readImportGraph('src', 'shaders');
/** The words of a network are all that both read. */
const KERNEL_CODE = /^(shaders|src\/(kernel|gpu|regression|network(?!\/layers\.ts$)))\//;

describe('independence', () => {
  const finite = [...graph.keys()].filter((path) => path.startsWith('src/paper/networks/'));

  test('the finite networks reach no code of the kernels', () => {
    expect(finite).toContain('src/paper/networks/empirical-kernels.ts');
    expect([...closure(graph, ...finite)].filter((path) => KERNEL_CODE.test(path))).toEqual([]);
  });

  test('control: the comparison does', () => {
    expect(
      [...closure(graph, 'src/paper/montecarlo/run.ts')].filter((path) => KERNEL_CODE.test(path)),
    ).toContain('src/kernel/gram.ts');
  });
});

/** Weights that are given, array by array in the order of the draws. */
class GivenNumbers extends NormalNumbers {
  private taken = 0;
  constructor(readonly arrays: readonly Float64Array[]) {
    super(0);
  }
  override array(): Float64Array {
    return this.arrays[this.taken++];
  }
}

describe('drawKernels', () => {
  const random = new NormalNumbers(3);
  const images: FiniteImages = {
    count: 2,
    channels: 2,
    height: 3,
    width: 2,
    values: random.array(2 * 6 * 2),
  };
  const network: ConvolutionNetwork = { ...PAPER_NETWORK, depth: 4, width: 3 };
  const pixels = 6;
  const convolutions = [3 * 9 * 2, 3 * 9 * 3, 3 * 9 * 3].map((length) => random.array(length));
  const readouts = { vanilla: random.array(pixels * 3), gap: random.array(3) };

  /** f of both images. */
  function outputs(readout: (typeof READOUTS)[number], weights: readonly Float64Array[]): number[] {
    const { features } = forward(network, images, new GivenNumbers(weights.slice(0, 3)));
    const last = weights[3];
    return [0, 1].map((image) => {
      let f = 0;
      for (let p = 0; p < pixels; p++) {
        for (let j = 0; j < 3; j++) {
          const feature = features[(image * pixels + p) * 3 + j];
          f += readout === 'gap' ? (last[j] * feature) / pixels : last[p * 3 + j] * feature;
        }
      }
      return f;
    });
  }

  /** Per layer, ∂f/∂W of both images by central differences. */
  function gradients(readout: (typeof READOUTS)[number]): number[][][] {
    const weights = [...convolutions, readouts[readout]];
    const step = 1e-6;
    return weights.map((layer, h) =>
      Array.from(layer, (_, k) => {
        const moved = (by: number) =>
          outputs(
            readout,
            weights.map((each, i) => (i === h ? each.map((value, l) => value + (l === k ? by : 0)) : each)),
          );
        const [above, below] = [moved(step), moved(-step)];
        return above.map((value, image) => (value - below[image]) / (2 * step));
      }),
    );
  }

  const kernels = drawKernels(
    network,
    images,
    new GivenNumbers([...convolutions, readouts.vanilla, readouts.gap]),
  );

  test.each(READOUTS)('%s: the empirical NTK is the product of numerical gradients', (readout) => {
    const layers = gradients(readout);
    const product = (chosen: readonly number[][][], i: number, j: number) =>
      chosen.flat().reduce((sum, gradient) => sum + gradient[i] * gradient[j], 0);
    const expected = {
      nngp: layers.slice(3),
      all: layers,
      hidden: layers.slice(1, 3),
    };
    KERNELS.forEach((kernel, k) => {
      const offset = (READOUTS.indexOf(readout) * KERNELS.length + k) * pairCountOf(2);
      [
        [0, 0],
        [1, 0],
        [1, 1],
      ].forEach(([i, j], pair) => {
        const error = Math.abs(kernels[offset + pair] / product(expected[kernel], i, j) - 1);
        expect(error).toBeLessThan(1e-6);
      });
    });
  });
});

describe('means over draws', () => {
  const draws = 250;
  const width = 16;
  const check = async (fault: Partial<ConvolutionNetwork>) => {
    const images = await smallDigits(2, 1);
    const exact = (await exactKernels(await testGpu(), images, { depths: [3] })).get(3)!;
    const network = { ...PAPER_NETWORK, width, depth: 3, ...fault };
    const task = { network, images: finiteImages(images), seed: 5, firstDraw: 0, draws };
    return summarizeComparisons(compareMeans(runDraws(task), exact));
  };

  test("are the device's kernels", async () => {
    const { means, beyondThree, relativeStandardError } = await check({});
    expect(means).toBe(18);
    expect(beyondThree).toBe(0);
    expect(relativeStandardError).toBeLessThan(0.05);
  });

  test.each<[string, Partial<ConvolutionNetwork>]>([
    ['a c_σ of 1.8', { sigmaScale: 1.8 }],
    ['no padding by zeros', { border: 'wrap' }],
    ['a layer too many', { depth: 4 }],
  ])('planted fault: %s is seen', async (_, fault) => {
    const { beyondThree } = await check(fault);
    expect(beyondThree).toBeGreaterThan(3);
  });
});

describe('compareMeans', () => {
  test('mean, standard error and deviation', () => {
    const [comparison] = compareMeans(
      [1, 2, 3, 4].map((value) => Float64Array.of(value)),
      [2],
    );
    expect(comparison.mean).toBe(2.5);
    expect(comparison.standardError).toBeCloseTo(Math.sqrt(5 / 3) / 2, 12);
    expect(comparison.deviation).toBeCloseTo(1 / Math.sqrt(5 / 3), 12);
    expect(comparison.relativeError).toBeCloseTo(0.25, 12);
  });

  test('what is no number counts as beyond', () => {
    const { beyondThree } = summarizeComparisons(
      compareMeans([Float64Array.of(NaN), Float64Array.of(1)], [1]),
    );
    expect(beyondThree).toBe(1);
  });
});

describe('NormalNumbers', () => {
  test('moments of a normal variable', () => {
    const values = new NormalNumbers(1, 2, 3).array(400_000);
    const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / values.length;
    // Four standard errors of each.
    expect(Math.abs(moment(1))).toBeLessThan(0.0064);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.009);
    expect(Math.abs(moment(3))).toBeLessThan(0.025);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.063);
  });

  test('the same seeds, the same numbers; others, others', () => {
    const first = (...seeds: number[]) => new NormalNumbers(...seeds).array(4);
    expect(first(1, 2)).toEqual(first(1, 2));
    const streams = [first(1, 2), first(2, 1), first(1), first(1, 3), first(1, 2, 0)];
    expect(new Set(streams.map((stream) => stream.join())).size).toBe(streams.length);
  });
});
