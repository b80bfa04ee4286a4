// The runner on a real device: shapes, sizes, memory, cancellation, hostile images. The oracle is float64.
import type { KernelSpec } from '../../src/kernel/kernel-spec.js';
import { computeGram } from '../../src/kernel/gram.js';
import type { ImageStack } from '../../src/images/images.js';
import { referenceKernel } from '../../src/kernel/reference.js';
import { relativeError } from '../support/golden.js';
import { testGpu } from '../support/gpu.js';
import { mirrorKernel } from '../support/mirror-kernel.js';
import { randomNumbers } from '../support/run-shader.js';

function stack(count: number, channels: number, height: number, width: number, seed = 1): ImageStack {
  return { data: randomNumbers(count * channels * height * width, seed), count, channels, height, width };
}

const gap: KernelSpec = { kernel: 'ntk', depth: 4, readout: 'gap', trained: 'hidden' };
const vanilla: KernelSpec = { kernel: 'ntk', depth: 4, readout: 'vanilla', trained: 'all' };
const cnnGp: KernelSpec = { kernel: 'nngp', depth: 3, readout: 'lap:1' };
const kernels = [gap, vanilla, cnnGp];

/** Positive definite kernels: |K_ij| ≤ sqrt(K_ii K_jj), so errors are measured against the diagonal too. */
function diagonalError(matrix: Float32Array, expected: Float64Array, n: number): number {
  let worst = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const scale = Math.sqrt(expected[i * n + i] * expected[j * n + j]) || 1;
      const error = Math.abs(matrix[i * n + j] - expected[i * n + j]) / scale;
      if (!(error <= worst)) worst = error;
    }
  }
  return worst;
}

test('more images than a block holds: the same bits as from one block, ragged tiles, evicted blocks', async () => {
  const gpu = await testGpu();
  const images = stack(13, 2, 5, 6);
  const whole = await computeGram(gpu, { images, kernels });
  // Room for six images or less: blocks of one, two, … images.
  for (const memoryBytes of [1, 150_000, 400_000]) {
    const tiled = await computeGram(gpu, { images, kernels, memoryBytes });
    expect(tiled.matrices).toEqual(whole.matrices);
  }
  const again = await computeGram(gpu, { images, kernels });
  expect(again.matrices).toEqual(whole.matrices);
  expect(diagonalError(whole.matrices[0], referenceKernel(images, images, gap), 13) <= 1e-6).toBe(true);
});

test('rectangles with ragged blocks equal the reference', async () => {
  const gpu = await testGpu();
  const images = stack(7, 2, 5, 6);
  const against = stack(5, 2, 5, 6, 9);
  const { matrices, pairs } = await computeGram(gpu, {
    images,
    against,
    kernels,
    memoryBytes: 200_000,
  });
  expect(pairs).toBe(35);
  for (const [index, spec] of kernels.entries()) {
    expect(relativeError(matrices[index], referenceKernel(images, against, spec)) <= 1e-5).toBe(true);
  }
});

test('symmetric matrices are symmetric, and a run says what it did', async () => {
  const gpu = await testGpu();
  const images = stack(4, 1, 5, 6);
  const seen: number[] = [];
  const run = await computeGram(gpu, {
    images,
    kernels: [gap],
    onProgress: ({ done, total }) => seen.push(done / total),
  });
  expect(run.pairs).toBe(10);
  expect(run.elementLayers).toBe(10 * 30 * 30 * 3);
  expect(seen.at(-1)).toBeCloseTo(1, 12);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  const [k] = run.matrices;
  for (let i = 0; i < 4; i++) for (let j = 0; j < 4; j++) expect(k[4 * i + j]).toBe(k[4 * j + i]);
});

test('64×64 pixels, one channel: vanilla, gap and lap against the mirrors', async () => {
  const gpu = await testGpu();
  const images = stack(1, 1, 64, 64);
  const shallow: KernelSpec[] = [
    { kernel: 'nngp', depth: 2, readout: 'gap' },
    { kernel: 'ntk', depth: 6, readout: 'vanilla', trained: 'all' },
    { kernel: 'ntk', depth: 3, readout: 'lap:2', trained: 'hidden' },
  ];
  const { matrices } = await computeGram(gpu, { images, kernels: shallow });
  for (const [index, spec] of shallow.entries()) {
    expect(relativeError(matrices[index], mirrorKernel(images, images, spec)) <= 2e-6).toBe(true);
  }
});

test.each([
  [1, 1],
  [1, 9],
  [6, 6],
])('depth 64 on %i×%i pixels: no underflow, no drift', async (height, width) => {
  const gpu = await testGpu();
  const images = stack(2, 3, height, width);
  const deep: KernelSpec[] = [
    { kernel: 'ntk', depth: 64, readout: 'gap', trained: 'hidden' },
    { kernel: 'nngp', depth: 40, readout: 'gap' },
  ];
  const { matrices, underflows } = await computeGram(gpu, { images, kernels: deep });
  const [ntk, nngp] = matrices;
  expect(underflows > 0).toBe(height * width === 1);
  const expectedNtk = mirrorKernel(images, images, deep[0]);
  // 9^-63 is below float32: there the result is its nearest value, 0.
  if (expectedNtk[0] > 1e-37) expect(relativeError(ntk, expectedNtk) <= 4e-6).toBe(true);
  else expect(ntk.every((value) => Math.abs(value) < 1e-37)).toBe(true);
  const expectedNngp = mirrorKernel(images, images, deep[1]);
  if (expectedNngp[0] > 1e-37) expect(relativeError(nngp, expectedNngp) <= 4e-6).toBe(true);
});

test('hostile images: black, black borders, constant, equal, opposite, scaled', async () => {
  const gpu = await testGpu();
  const [c, h, w] = [2, 6, 7];
  const size = c * h * w;
  const images = stack(8, c, h, w);
  const image = (index: number) => images.data.subarray(index * size, (index + 1) * size);
  image(1).fill(0);
  image(2).forEach((_, p) => {
    const [y, x] = [Math.floor(p / w) % h, p % w];
    if (y < 2 || y > 3 || x < 2 || x > 4) image(2)[p] = 0;
  });
  image(3).fill(0.7);
  image(4).set(image(0));
  image(5).set(image(0).map((value) => -value));
  image(6).set(image(0).map((value) => 3 * value));
  image(7).fill(-0.2);
  for (const spec of [gap, vanilla, cnnGp]) {
    const [k] = (await computeGram(gpu, { images, kernels: [spec] })).matrices;
    const expected = referenceKernel(images, images, spec);
    expect(k.every(Number.isFinite)).toBe(true);
    expect(diagonalError(k, expected, 8) <= (spec.readout === 'vanilla' ? 1e-5 : 2e-6)).toBe(true);
    // The black image has a zero row; equal images give equal values, to the bit.
    for (let j = 0; j < 8; j++) expect(k[8 + j]).toBe(0);
    expect(k[7 * 8 + 4]).toBe(k[7 * 8]);
    expect(k[6 * 8 + 4]).toBe(k[6 * 8]);
    expect(Math.abs(k[4] / k[0] - 1) <= 1e-6).toBe(true);
  }
});

test('smooth images whose pixels fade into denormals give numbers', async () => {
  const gpu = await testGpu();
  const images = stack(4, 1, 16, 16);
  // Gaussian spots: from 1 down to e^-300.
  images.data.forEach((_, at) => {
    const [image, y, x] = [Math.floor(at / 256), Math.floor(at / 16) % 16, at % 16];
    const [cy, cx, width] = [
      [8, 8, 1],
      [5, 10, 0.8],
      [5, 5, 1],
      [15, 15, 0.6],
    ][image];
    images.data[at] = Math.exp(-((y - cy) ** 2 + (x - cx) ** 2) / (2 * width * width));
  });
  for (const spec of [gap, vanilla, cnnGp]) {
    const [k] = (await computeGram(gpu, { images, kernels: [spec] })).matrices;
    expect(diagonalError(k, referenceKernel(images, images, spec), 4) <= 1e-5).toBe(true);
  }
});

test('pixels of any magnitude: 1e-12 and 1e12 give the same kernel, scaled', async () => {
  const gpu = await testGpu();
  const images = stack(3, 1, 4, 4);
  const [expected] = (await computeGram(gpu, { images, kernels: [gap] })).matrices;
  for (const exponent of [-40, 40]) {
    const scaled = { ...images, data: images.data.map((value) => value * 2 ** exponent) };
    const [k] = (await computeGram(gpu, { images: scaled, kernels: [gap] })).matrices;
    expect(Array.from(k, (value) => value * 2 ** (-2 * exponent))).toEqual(Array.from(expected));
  }
  const huge = { ...images, data: images.data.map((value) => value * 2 ** 100) };
  await expect(computeGram(gpu, { images: huge, kernels: [gap] })).rejects.toThrow(/beyond float32/);
});

test('a run can be cancelled, before and in the middle, and the device goes on working', async () => {
  const gpu = await testGpu();
  const images = stack(12, 2, 5, 6);
  const early = AbortSignal.abort(new Error('not today'));
  await expect(computeGram(gpu, { images, kernels, signal: early })).rejects.toThrow('not today');
  const controller = new AbortController();
  const run = computeGram(gpu, {
    images,
    kernels,
    signal: controller.signal,
    memoryBytes: 1,
    onProgress: () => controller.abort(new Error('enough')),
  });
  await expect(run).rejects.toThrow('enough');
  const { matrices } = await computeGram(gpu, { images, kernels: [gap] });
  expect(diagonalError(matrices[0], referenceKernel(images, images, gap), 12) <= 1e-6).toBe(true);
});

test('two runs at once on one device do not disturb each other', async () => {
  const gpu = await testGpu();
  const images = stack(6, 2, 5, 6);
  const others = stack(6, 2, 5, 6, 77);
  const both = await Promise.all(
    [images, others].map((each) => computeGram(gpu, { images: each, kernels: [gap] })),
  );
  for (const [index, each] of [images, others].entries()) {
    expect(diagonalError(both[index].matrices[0], referenceKernel(each, each, gap), 6) <= 1e-6).toBe(true);
  }
});

test('what cannot be computed is refused with its place and values', async () => {
  const gpu = await testGpu();
  const images = stack(3, 2, 5, 6);
  const broken = { ...images, data: images.data.slice() };
  broken.data[2 * 60 + 30 + 6 + 4] = NaN;
  await expect(computeGram(gpu, { images: broken, kernels })).rejects.toThrow(
    'image 2: channel 1, row 1, column 4 is NaN',
  );
  await expect(computeGram(gpu, { images, against: stack(1, 2, 6, 5), kernels })).rejects.toThrow(
    /2×5×6.*2×6×5/,
  );
  await expect(computeGram(gpu, { images: { ...images, count: 4 }, kernels })).rejects.toThrow(
    /180 pixel values/,
  );
  await expect(computeGram(gpu, { images: { ...images, count: 0 }, kernels })).rejects.toThrow(/count is 0/);
  await expect(computeGram(gpu, { images, kernels: [] })).rejects.toThrow(/empty/);
});
