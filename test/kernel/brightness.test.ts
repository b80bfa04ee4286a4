// Plan: images of one set may differ in brightness by any factor that float32 holds. The kernels are homogeneous,
// K(a x, b z) = a b K(x, z), so what is expected is the product of the scales with the kernel of the images as they were,
// in float64; with powers of two to the bit. What float32 cannot hold is counted, or refused, with the pair's name.
import type { KernelSpec } from '../../src/kernel/kernel-spec.js';
import { computeGram } from '../../src/kernel/gram.js';
import { computeTiles } from '../../src/kernel/gram-tiles.js';
import type { ImageStack } from '../../src/images/images.js';
import { referenceKernel } from '../../src/kernel/reference.js';
import { testGpu } from '../support/gpu.js';
import { randomNumbers } from '../support/run-shader.js';

const kernels: KernelSpec[] = [
  { kernel: 'ntk', depth: 4, readout: 'gap', trained: 'hidden' },
  { kernel: 'ntk', depth: 3, readout: 'vanilla', trained: 'all' },
  { kernel: 'nngp', depth: 3, readout: 'lap:1' },
];
const TOLERANCES = [2e-6, 1e-5, 1e-5];

const shape = { channels: 2, height: 5, width: 4 };
const size = 40;

/** One image per scale. */
function scaledStack(scales: readonly number[], seed = 1): { plain: ImageStack; scaled: ImageStack } {
  const data = randomNumbers(size * scales.length, seed);
  const scaled = data.map((value, i) => value * scales[Math.floor(i / size)]);
  return {
    plain: { data, count: scales.length, ...shape },
    scaled: { data: scaled, count: scales.length, ...shape },
  };
}

/** Largest |value − expected| relative to √(K_ii K_jj), of the values that float32 holds with all digits. */
function worstError(
  matrix: Float32Array,
  plain: ImageStack,
  scales: readonly number[],
  spec: KernelSpec,
): { error: number; small: number } {
  const expected = referenceKernel(plain, plain, spec);
  const n = scales.length;
  let [error, small] = [0, 0];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const exact = expected[i * n + j] * scales[i] * scales[j];
      if (Math.abs(exact) < 2 ** -126) {
        small++;
        expect(Math.abs(matrix[i * n + j] - exact) <= 2 ** -149).toBe(true);
        continue;
      }
      const unit = Math.sqrt(expected[i * n + i] * expected[j * n + j]) * scales[i] * scales[j];
      const here = Math.abs(matrix[i * n + j] - exact) / unit;
      if (!(here <= error)) error = here;
    }
  }
  return { error, small };
}

test('one set with brightnesses from 1e-17 to 1e18: every value is the product of the scales with the plain one', async () => {
  const gpu = await testGpu();
  // Without rounding, so that the scaled pixels are those of the plain images times a number.
  const scales = [1, 2 ** -55, 2 ** 60, 2 ** -30, 2 ** 31, 2 ** 5];
  const { plain, scaled } = scaledStack(scales);
  const exact = await computeGram(gpu, { images: plain, kernels });
  const run = await computeGram(gpu, { images: scaled, kernels });
  for (const [c, spec] of kernels.entries()) {
    const { error } = worstError(run.matrices[c], plain, scales, spec);
    expect(error <= TOLERANCES[c]).toBe(true);
    run.matrices[c].forEach((value, at) => {
      const [i, j] = [Math.floor(at / scales.length), at % scales.length];
      expect(value).toBe(Math.fround(exact.matrices[c][at] * scales[i] * scales[j]));
    });
  }
  expect(run.underflows).toBe(0);
});

test.each([1e-12, 1e-19, 1e-23, 1e-30, 1e-37])(
  'an image darkened by %p beside one brightened as much',
  async (dark) => {
    const gpu = await testGpu();
    const scales = [dark, 1 / dark];
    const { plain, scaled } = scaledStack(scales);
    const against = { ...scaled, data: scaled.data.slice(size), count: 1 };
    const images = { ...scaled, data: scaled.data.slice(0, size), count: 1 };
    const { matrices, underflows } = await computeGram(gpu, { images, against, kernels });
    for (const [c, spec] of kernels.entries()) {
      const expected = referenceKernel(plain, plain, spec);
      expect(Math.abs(matrices[c][0] / expected[1] - 1) <= 2 * TOLERANCES[c]).toBe(true);
    }
    expect(underflows).toBe(0);
  },
);

test('every power of ten that float32 holds, in one set beside an image of order 1', async () => {
  const gpu = await testGpu();
  const scales = Array.from({ length: 84 }, (_, k) => Number(`1e${k - 45}`));
  const { scaled: images } = scaledStack(scales);
  const { plain: against } = scaledStack([1], 7);
  for (const [c, spec] of kernels.entries()) {
    const { matrices } = await computeGram(gpu, { images, against, kernels: [spec] });
    const expected = referenceKernel(images, against, spec);
    for (const [i, exact] of expected.entries()) {
      const denormal = exact < 2 ** -126;
      const error = Math.abs(matrices[0][i] - exact) / (denormal ? 2 ** -149 : exact);
      expect(error <= (denormal ? 1 : 2 * TOLERANCES[c])).toBe(true);
    }
  }
});

test('the ends of float32: the largest pixels and the smallest denormal ones in one product', async () => {
  const gpu = await testGpu();
  const one: ImageStack = { data: new Float32Array(size).fill(1), count: 1, ...shape };
  const images = { ...one, data: new Float32Array(size).fill((2 - 2 ** -23) * 2 ** 127) };
  const against = { ...one, data: new Float32Array(size).fill(2 ** -149) };
  const { matrices } = await computeGram(gpu, { images, against, kernels });
  for (const [c, spec] of kernels.entries()) {
    const [expected] = referenceKernel(one, one, spec);
    expect(Math.abs(matrices[c][0] / (expected * (2 - 2 ** -23) * 2 ** -22) - 1) <= TOLERANCES[c]).toBe(true);
  }
});

test('values below float32 are counted, and the first is named; those above are refused with theirs', async () => {
  const gpu = await testGpu();
  const scales = [1, 1e-25, 1e-10];
  const { plain, scaled } = scaledStack(scales);
  const [spec] = kernels;
  const run = await computeGram(gpu, { images: scaled, kernels: [spec] });
  expect(worstError(run.matrices[0], plain, scales, spec).small).toBe(1);
  expect(run.underflows).toBe(1);
  expect(run.firstUnderflow).toBe('ntk-gap-d4-hidden of images 1 and 1');
  const plainRun = await computeGram(gpu, { images: plain, kernels: [spec] });
  expect([plainRun.underflows, plainRun.firstUnderflow]).toEqual([0, undefined]);

  const bright = scaledStack([1, 1e10, 1e25]).scaled;
  await expect(computeGram(gpu, { images: bright, kernels: [spec] })).rejects.toThrow(
    /ntk-gap-d4-hidden of images 2 and 2 is .*beyond float32/,
  );
});

test('tiles have the bits of the whole matrix, and name what is too small', async () => {
  const gpu = await testGpu();
  const { scaled: images } = scaledStack([1, 1e-25, 1e15, 1e-5]);
  const whole = await computeGram(gpu, { images, kernels: [kernels[0]] });
  async function* tiles() {
    await Promise.resolve();
    for (let row = 0; row < 4; row++) {
      for (let column = 0; column <= row; column++) {
        yield { firstRow: row, rows: 1, firstColumn: column, columns: 1, symmetric: true };
      }
    }
  }
  let [underflows, first] = [0, undefined as string | undefined];
  for await (const one of computeTiles(gpu, tiles(), { images, kernels: [kernels[0]], tileImages: 1 })) {
    expect(one.values[0][0]).toBe(whole.matrices[0][4 * one.tile.firstRow + one.tile.firstColumn]);
    underflows += one.underflows;
    first ??= one.firstUnderflow;
  }
  expect(underflows).toBe(whole.underflows);
  expect(first).toBe(whole.firstUnderflow);
});
