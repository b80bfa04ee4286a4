// Plan: what a caller does while a computation runs. Images, labels and options that are changed after the call change
// nothing, or the run says so; a device that is closed before the run or during it ends it with an error that says
// what to do. The control is the same run undisturbed. And arrays of the right class with wrong contents, lengths and
// shapes are refused, each with the two numbers that disagree.
import {
  ArrayError,
  computeTiles,
  DeviceLostError,
  encodeTargets,
  evaluate,
  factorize,
  fit,
  memorySource,
  openGpu,
  referenceKernel,
  solveRidge,
  type KernelSpec,
} from '../src/node.js';
import { computeGram, type GramOptions } from '../src/internals.js';
import { testGpu } from './support/gpu.js';

const pixels = () => Float32Array.from({ length: 96 }, (_, i) => Math.sin(i * i));
const stack = () => ({ data: pixels(), count: 8, channels: 1, height: 3, width: 4 });
const spec = (): KernelSpec => ({ kernel: 'ntk', depth: 3, readout: 'gap', trained: 'hidden' });

test('images and options that are changed while a kernel is computed change nothing', async () => {
  const gpu = await testGpu();
  const undisturbed = await computeGram(gpu, { images: stack(), against: stack(), kernels: [spec()] });
  const images = stack();
  const against = stack();
  const kernels = [spec()];
  const options = { images, against, kernels };
  const run = computeGram(gpu, options);
  const disturb = () => {
    images.data.fill(7);
    against.data.fill(NaN);
    Object.assign(images, { count: 1, height: 1, width: 96 });
    Object.assign(kernels[0], { kernel: 'nngp', depth: 9 });
    kernels.length = 0;
    Object.assign(options, { images: undefined, kernels: undefined });
  };
  disturb();
  const { matrices, rows, kernels: computed } = await run;
  expect([rows, computed]).toEqual([8, [spec()]]);
  expect(matrices).toEqual(undisturbed.matrices);
});

test('the same of tiles, changed while one is consumed', async () => {
  const gpu = await testGpu();
  const [expected] = (await computeGram(gpu, { images: stack(), kernels: [spec()] })).matrices;
  async function* tiles() {
    await Promise.resolve();
    for (const firstRow of [0, 4])
      for (let firstColumn = 0; firstColumn <= firstRow; firstColumn += 4)
        yield { firstRow, rows: 4, firstColumn, columns: 4, symmetric: true };
  }
  const images = stack();
  const found = new Float32Array(64);
  for await (const { tile, values } of computeTiles(gpu, tiles(), {
    images,
    kernels: [spec()],
    tileImages: 4,
  })) {
    images.data.fill(3);
    for (let i = 0; i < 4; i++)
      for (let j = 0; j < 4; j++) {
        const [row, column] = [tile.firstRow + i, tile.firstColumn + j];
        found[8 * row + column] = found[8 * column + row] = values[0][4 * i + j];
      }
  }
  expect(found).toEqual(expected);
});

describe('regression', () => {
  const n = 8;
  const kernel = () =>
    Float64Array.from({ length: n * n }, (_, e) => (e % n === Math.floor(e / n) ? 2 : 1 / (1 + (e % 3))));
  const symmetric = () => {
    const k = kernel();
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) k[n * i + j] = k[n * j + i];
    return k;
  };
  const labels = () => Int32Array.from({ length: n }, (_, i) => i % 3);

  test('labels that are changed while a model is fitted change nothing; a kernel that is, is noticed', async () => {
    const gpu = await testGpu();
    const undisturbed = await fit(gpu, symmetric(), labels(), { ridge: 0.1 });
    const mine = labels();
    const run = fit(gpu, symmetric(), mine, { ridge: 0.1 });
    mine.fill(2);
    expect((await run).solution.coefficients).toEqual(undisturbed.solution.coefficients);

    const changed = symmetric();
    const other = fit(gpu, changed, labels(), { ridge: 0.1 });
    changed[1] = changed[n] = 0.25;
    await expect(other).rejects.toThrow(ArrayError);
    await expect(other).rejects.toThrow(/kernel was changed while the computation read it.*slice\(\)/);
  });

  test('wrong lengths, contents and shapes are refused with both numbers', async () => {
    const gpu = await testGpu();
    const images = stack();
    const gram = (change: object) =>
      computeGram(gpu, { images: { ...images, ...change }, kernels: [spec()] });
    await expect(gram({ count: 7 })).rejects.toThrow('96 pixel values for 7×1×3×4 = 84');
    await expect(gram({ width: 4.5 })).rejects.toThrow('width is 4.5');
    await expect(gram({ height: '3' })).rejects.toThrow('height is "3"');
    await expect(gram({ data: [...pixels()].map(String) })).rejects.toThrow('element 0 is the text');
    await expect(gram({ data: pixels().fill(NaN, 13, 14) })).rejects.toThrow(
      'image 1: channel 0, row 0, column 1 is NaN',
    );
    await expect(
      gram({ data: BigInt64Array.from([2n ** 60n + 1n, ...new Array<bigint>(95).fill(0n)]) }),
    ).rejects.toThrow(ArrayError);
    const wide = { ...images, height: 4, width: 3 };
    await expect(computeGram(gpu, { images, against: wide, kernels: [spec()] })).rejects.toThrow(
      /1×3×4.*1×4×3/,
    );
    expect(() => referenceKernel(images, wide, spec())).toThrow(/1×3×4.*1×4×3/);

    await expect(fit(gpu, symmetric().subarray(1), labels())).rejects.toThrow('63 elements is not square');
    await expect(fit(gpu, symmetric(), labels().subarray(1))).rejects.toThrow('7 labels for a kernel of 8');
    await expect(fit(gpu, symmetric(), Float32Array.of(0, 1.5, 2, 0, 1, 2, 0, 1))).rejects.toThrow(
      'label 1.5 at index 1',
    );
    const misspelt = { rigde: 1 } as object;
    await expect(fit(gpu, symmetric(), labels(), misspelt)).rejects.toThrow('fit has no "rigde"');
    await expect(solveRidge(gpu, symmetric(), new Float64Array(15))).rejects.toThrow(
      '15 elements are not [8][k]',
    );
    await expect(solveRidge(gpu, symmetric(), new Float64Array(8), { ridge: NaN })).rejects.toThrow(
      'ridge is NaN',
    );
    expect(() => memorySource(symmetric(), 9)).toThrow('64 elements is not 9×9');
    expect(() => encodeTargets(labels(), [0, 1], 'centred')).toThrow('label 2 at index 2 is none of the 2');
    expect(() => evaluate(labels(), labels().subarray(1))).toThrow('8 labels, but 7 predictions');
    const model = await fit(gpu, symmetric(), labels(), { ridge: 0.1 });
    expect(() => model.predict(new Float64Array(15))).toThrow('15 elements has no rows of 8');
    const factor = await factorize(gpu, symmetric());
    await expect(factor.solve([1, 2, 3])).rejects.toThrow('3 elements are not [8][k]');
    await expect(factor.solve('12345678' as unknown as number[])).rejects.toThrow(ArrayError);
    // Control: any class of numbers, as long as there are as many.
    expect(await factor.solve(Array<number>(8).fill(1))).toHaveLength(8);
    factor.dispose();
  });
});

test('a device that is closed before a run refuses it, and says what to do', async () => {
  const opened = await openGpu();
  const gpu = opened;
  opened.close();
  await gpu.device.lost;
  const kernel = Float64Array.of(2, 1, 1, 2);
  for (const run of [
    () => computeGram(gpu, { images: stack(), kernels: [spec()] }),
    () => fit(gpu, kernel, [0, 1]),
    () => solveRidge(gpu, kernel, [0, 1]),
    () => factorize(gpu, kernel),
  ]) {
    await expect(run()).rejects.toThrow(DeviceLostError);
    await expect(run()).rejects.toThrow(/Open a new device and run again/);
  }
});

/** Seconds of work on a software adapter. */
const long = (): GramOptions => {
  const data = new Float32Array(64 * 768).map((_, i) => Math.cos(i));
  const images = { data, count: 64, channels: 3, height: 16, width: 16 };
  return { images, kernels: [{ ...spec(), depth: 21 }] };
};

test.each([0, 1, 5, 20, 100])(
  'a device that is closed %i ms after the start of a run ends it',
  async (ms) => {
    const opened = await openGpu();
    const gpu = opened;
    const run = computeGram(gpu, long());
    run.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, ms));
    opened.close();
    await expect(run).rejects.toThrow(DeviceLostError);
  },
);

test('a device that is closed in the first report of progress ends the run', async () => {
  const opened = await openGpu();
  const gpu = opened;
  await expect(computeGram(gpu, { ...long(), onProgress: () => opened.close() })).rejects.toThrow(
    DeviceLostError,
  );
});

test('a device that is closed while a matrix is factored ends the solution', async () => {
  const n = 700;
  const kernel = new Float64Array(n * n).map((_, e) => (e % n === Math.floor(e / n) ? 2 : 1 / n));
  const opened = await openGpu();
  const gpu = opened;
  const run = solveRidge(gpu, kernel, new Float64Array(n).fill(1), { onProgress: () => opened.close() });
  await expect(run).rejects.toThrow(DeviceLostError);
});
