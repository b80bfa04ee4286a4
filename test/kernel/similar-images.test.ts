// Plan: images that are nearly equal, or proportional, or nearly constant have kernels as exact as those of any others, at
// every read-out, by every plane kernel, alone and among others, in tiles and rectangles. The definition in float64 is what
// is expected. The other side: a plane kernel without the step for near pairs errs by more than a hundred times as much, and
// so it does for images of which only a part is nearly equal, or that are nearly opposite, and under pooling for nearly
// constant ones; docs/accuracy.md says so.
import { computeGram } from '../../src/kernel/gram.js';
import type { GramOptions } from '../../src/kernel/gram-run.js';
import type { ImageStack } from '../../src/images/images.js';
import type { KernelSpec } from '../../src/kernel/kernel-spec.js';
import { referenceKernel } from '../../src/kernel/reference.js';
import { testGpu } from '../support/gpu.js';
import { randomNumbers } from '../support/run-shader.js';

type Shape = readonly [channels: number, height: number, width: number];
type Change = (value: number, noise: number, pixel: number, pixels: number) => number;

const NEAR: Readonly<Record<string, Change>> = {
  'by 1e-1': (value, noise) => value + 0.1 * noise,
  'by 1e-2': (value, noise) => value + 1e-2 * noise,
  'by 1e-3': (value, noise) => value + 1e-3 * noise,
  'by 1e-4': (value, noise) => value + 1e-4 * noise,
  'by 1e-6': (value, noise) => value + 1e-6 * noise,
  'a copy': (value) => value,
  'one pixel apart': (value, _, pixel, pixels) => value + (pixel === pixels >> 1 ? 0.01 : 0),
  'a shade brighter': (value) => value + 0.003,
  'scaled by 3, by 1e-4': (value, noise) => 3 * value + 3e-4 * noise,
  'scaled by 1e-5': (value) => 1e-5 * value,
  'darker to one side': (value, _, pixel, pixels) => value * (1 - (0.2 * pixel) / pixels),
};

/** One image, then those that come of it. */
function family([channels, height, width]: Shape, changes: readonly Change[], first?: number): ImageStack {
  const pixels = height * width;
  const size = channels * pixels;
  const image = first === undefined ? randomNumbers(size, 41) : new Float32Array(size).fill(first);
  const images = changes.map((change, k) => {
    const noise = randomNumbers(size, 100 + k);
    return image.map((value, e) => change(value, noise[e], e % pixels, pixels));
  });
  const all = [image, ...images];
  const data = Float32Array.from(all.flatMap((each) => [...each]));
  return { data, count: all.length, channels, height, width };
}

const at = (depth: number): KernelSpec[] =>
  (['vanilla', 'lap:1', 'gap'] as const).flatMap((readout) => [
    { kernel: 'ntk', depth, readout, trained: 'all' },
    { kernel: 'ntk', depth, readout, trained: 'hidden' },
    { kernel: 'nngp', depth, readout },
  ]);
const KERNELS = [3, 11, 21].flatMap(at);

/** Largest error of all pairs, relative to √(K_ii K_jj). */
async function errors(
  images: ImageStack,
  kernels: readonly KernelSpec[],
  options: Partial<GramOptions> = {},
) {
  const { matrices } = await computeGram(await testGpu(), { images, kernels, ...options });
  const n = images.count;
  return kernels.map((spec, k) => {
    const expected = referenceKernel(images, images, spec);
    const own = Array.from({ length: n }, (_, i) => Math.sqrt(expected[i * n + i]));
    return expected.reduce((worst, value, e) => {
      const error = Math.abs(value - matrices[k][e]) / (own[Math.floor(e / n)] * own[e % n]);
      return error <= worst ? worst : error;
    }, 0);
  });
}

test.each<Shape>([
  [3, 1, 1],
  [1, 4, 4],
  [2, 5, 7],
  [3, 6, 8],
])('%i×%i×%i: all kinds of near images within 2e-6, to depth 21', async (...shape) => {
  const found = await errors(family(shape, Object.values(NEAR)), KERNELS);
  const failures = KERNELS.filter((_, k) => !(found[k] <= 2e-6));
  expect([failures, Math.max(...found)]).toEqual([[], Math.max(...found)]);
});

test('nearly constant images, and constant ones of two shades', async () => {
  const changes: Change[] = [
    ...[1e-1, 1e-2, 1e-3, 1e-4].map(
      (size): Change =>
        (value, noise) =>
          value + size * noise,
    ),
    (value) => 2.7 * value,
    (value, noise) => 0.3 * value + 1e-3 * noise,
  ];
  const found = await errors(family([3, 6, 6], changes, 0.7), KERNELS);
  const promised = ({ kernel, readout }: KernelSpec) => kernel === 'nngp' || readout === 'vanilla';
  expect(KERNELS.filter((spec, k) => !(found[k] <= (promised(spec) ? 2e-6 : 1e-4)))).toEqual([]);
  // The limit: pooling sets every patch of one image against every one of the other.
  expect(Math.max(...found)).toBeGreaterThan(5e-6);
});

test.each(['portable', 'auto'] as const)(
  'the %s plane kernel, pairs of one plane and of all',
  async (variant) => {
    const images = family([2, 8, 8], Object.values(NEAR));
    for (const kernels of [at(5).slice(0, 3), at(5)]) {
      const found = await errors(images, kernels, { variant });
      expect(kernels.filter((_, k) => !(found[k] <= 2e-6))).toEqual([]);
    }
  },
);

test('depths 50 to 200 of images that are nearer than 1e-4', async () => {
  const kernels = [50, 100, 200].flatMap(at);
  const found = await errors(family([1, 4, 4], [NEAR['by 1e-3'], NEAR['by 1e-4'], NEAR['by 1e-6']]), kernels);
  expect(kernels.filter((_, k) => !(found[k] <= 5e-6))).toEqual([]);
});

test('what else is asked for, tiles and rectangles change no bit; copies have the bits of the image itself', async () => {
  const gpu = await testGpu();
  const images = family([2, 5, 7], Object.values(NEAR));
  const whole = await computeGram(gpu, { images, kernels: KERNELS });
  const tiled = await computeGram(gpu, { images, kernels: KERNELS, memoryBytes: 1 });
  expect(tiled.matrices).toEqual(whole.matrices);
  const n = images.count;
  const copy = 1 + Object.keys(NEAR).indexOf('a copy');
  for (const k of [0, 6, 10]) {
    const alone = await computeGram(gpu, { images, kernels: [KERNELS[k]] });
    // A plane kernel of its own for plane 0 alone may add in another order.
    expect(
      Math.max(...alone.matrices[0].map((value, e) => Math.abs(value / whole.matrices[k][e] - 1))),
    ).toBeLessThan(2e-6);
  }
  for (const matrix of whole.matrices) expect(matrix[copy * n]).toBe(matrix[0]);
  const { matrices } = await computeGram(gpu, {
    images,
    against: family([2, 5, 7], Object.values(NEAR)),
    kernels: KERNELS,
  });
  for (const [k, matrix] of matrices.entries()) {
    for (const [e, value] of matrix.entries()) {
      // Beyond the diagonal the planes of a rectangle come in another order.
      if (Math.floor(e / n) > e % n) expect(value).toBe(whole.matrices[k][e]);
    }
  }
});

test('the limit: a part nearly equal, nearly opposite', async () => {
  const parts: Change[] = [
    (value, noise, pixel, pixels) => (pixel < pixels / 2 ? value + 1e-3 * noise : noise),
    (value, noise) => 1e-3 * noise - value,
  ];
  const kernels = [3, 11].flatMap(at).filter(({ kernel }) => kernel === 'ntk');
  const found = await errors(family([3, 8, 8], parts), kernels);
  expect(Math.max(...found)).toBeGreaterThan(5e-6);
  expect(Math.max(...found)).toBeLessThan(3e-4);
});
