// The table on handwritten digits, on a real device: a pass of many kernels gives what each of them gives alone;
// kernels with flips are symmetric and do not see a flip; kernels that are not are refused.
import { mkdtempSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadDigits } from '../../../src/data/digits.js';
import { flipHorizontally } from '../../../src/images/flip.js';
import { writeNpy } from '../../../src/data/npy.js';
import { normalize } from '../../../src/images/normalize.js';
import { selectImages } from '../../../src/images/subset.js';
import {
  drawImages,
  jobFiles,
  kernelGroups,
  kernelJobs,
  type KernelJob,
} from '../../../src/paper/table1/task.js';
import { runTable1, type Table1Task } from '../../../src/paper/table1/run.js';
import { computeGram } from '../../../src/kernel/gram.js';
import { planPasses } from '../../../src/kernel/passes.js';
import { evaluate } from '../../../src/regression/classify.js';
import { fit } from '../../../src/regression/regression.js';
import { testGpu } from '../../support/gpu.js';

const folder = mkdtempSync(join(tmpdir(), 'cntk-table1-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const digits = await loadDigits();
const range = (first: number, end: number) => Array.from({ length: end - first }, (_, i) => first + i);
const drawOptions = { trainCount: 40, subset: 'balanced', seeds: [7], pool: undefined } as const;
const [draw] = drawImages(
  selectImages(digits, range(0, 200)),
  selectImages(digits, range(200, 260)),
  drawOptions,
);
const groups = kernelGroups(['V', 'GAP'], [1], [3, 5]);
const task: Table1Task = {
  draws: [draw],
  groups,
  flip: false,
  regression: { targets: 'centred', ridge: [0] },
};

/** Computes without a store. */
async function compute(
  job: KernelJob,
  change: (block: string, values: Float32Array) => Float32Array = (_, values) => values,
) {
  const gpu = await testGpu();
  const path = join(folder, job.name);
  await mkdir(path, { recursive: true });
  for (const [block, { rows, columns }] of Object.entries(job.images.blockImages)) {
    const { matrices } = await computeGram(gpu, {
      images: rows,
      against: columns,
      kernels: job.group.kernels,
    });
    for (const [c, spec] of job.group.kernels.entries()) {
      const { train, test } = jobFiles(spec);
      const shape = [rows.count, (columns ?? rows).count];
      await writeNpy(join(path, block === 'test' ? test : train), shape, change(block, matrices[c]));
    }
  }
  return path;
}

test('one pass per group: V on one plane, GAP and LAP with their CNN-GPs on all', () => {
  const passes = groups.map(({ kernels }) => planPasses(kernels, draw.train.images));
  expect(passes.map((list) => list.length)).toEqual([1, 1]);
  expect(passes.map(([{ planes }]) => planes.length)).toEqual([1, 64]);
  expect(passes.map(([{ theta0 }]) => theta0)).toEqual([1, 0]);
});

test('as every kernel alone', async () => {
  const gpu = await testGpu();
  const { measurements, smaller, spectra, similarity } = await runTable1(gpu, task, { compute });
  const { train, test: tested } = normalize('standardize', draw.train.images, draw.test.images);
  expect(measurements).toHaveLength(12);
  for (const { spec, correct, count, n, ridge } of measurements) {
    const kernels = [spec];
    const [kernel] = (await computeGram(gpu, { images: train, kernels })).matrices;
    const [testKernel] = (await computeGram(gpu, { images: tested, against: train, kernels })).matrices;
    const model = await fit(gpu, kernel, draw.train.labels);
    const expected = evaluate(draw.test.labels, model.predict(testKernel).labels);
    expect({ correct, count, n, ridge }).toEqual({ correct: expected.correct, count: 60, n: 40, ridge: 0 });
    expect(correct).toBeGreaterThan(30);
  }
  // Of the largest depth: parts of 10 and 20 images, eigenvalues with a mean of 1.
  expect(new Set(smaller.map(({ n }) => n))).toEqual(new Set([10, 20]));
  expect(smaller.every(({ spec }) => spec.depth === 5)).toBe(true);
  expect(spectra).toHaveLength(6);
  for (const { values } of spectra) {
    const mean = values.reduce((sum, value) => sum + value, 0) / 40;
    expect(Math.abs(mean - 1)).toBeLessThan(1e-9);
    expect(values.every((value, i) => i === 0 || value <= values[i - 1])).toBe(true);
  }
  expect(similarity.labels).toEqual([...draw.train.labels].sort());
  for (let i = 0; i < 40; i++) expect(Math.abs(similarity.values[41 * i] - 1)).toBeLessThan(1e-6);
});

test('K(x, flip z) is symmetric to rounding; mirroring both images changes nothing', async () => {
  const gpu = await testGpu();
  const { kernels } = groups[1];
  const { rows } = kernelJobs(draw, groups[1], true)[1].images;
  const mirrored = flipHorizontally(rows);
  const flipped = (await computeGram(gpu, { images: rows, against: mirrored, kernels })).matrices;
  const plain = (await computeGram(gpu, { images: rows, kernels })).matrices;
  const both = (await computeGram(gpu, { images: mirrored, kernels })).matrices;
  const shifted = { ...rows, data: rows.data.map((_, e) => rows.data[e % 8 === 0 ? e + 7 : e - 1]) };
  const control = (await computeGram(gpu, { images: rows, against: shifted, kernels })).matrices;
  for (const c of kernels.keys()) {
    expect(asymmetry(flipped[c], plain[c])).toBeLessThan(1e-5);
    expect(asymmetry(control[c], plain[c])).toBeGreaterThan(1e-3);
    both[c].forEach((value, e) => expect(Math.abs(value / plain[c][e] - 1)).toBeLessThan(2e-5));
  }
});

/** Largest |K_ij − K_ji| / √(D_ii D_jj), D the diagonal of the plain kernel. */
function asymmetry(kernel: Float32Array, plain: Float32Array): number {
  const n = Math.sqrt(kernel.length);
  let largest = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) {
      const scale = Math.sqrt(plain[i * (n + 1)] * plain[j * (n + 1)]);
      largest = Math.max(largest, Math.abs(kernel[i * n + j] - kernel[j * n + i]) / scale);
    }
  return largest;
}

test('with flips a mirrored test image is classified as the image is', async () => {
  const gpu = await testGpu();
  const mirroredTest = { ...draw, test: { ...draw.test, images: flipHorizontally(draw.test.images) } };
  const run = (draws: Table1Task['draws'], flip: boolean) =>
    runTable1(gpu, { ...task, draws, groups: groups.slice(0, 1), flip }, { compute });
  const correctOf = async (draws: Table1Task['draws'], flip: boolean) =>
    (await run(draws, flip)).measurements.map(({ correct }) => correct);
  expect(await correctOf([draw], true)).toEqual(await correctOf([mirroredTest], true));
  // Control: without them digits in a mirror are others.
  expect(await correctOf([draw], false)).not.toEqual(await correctOf([mirroredTest], false));
});

test('a flipped kernel that is not symmetric is refused', async () => {
  const skew = (block: string, values: Float32Array) =>
    block === 'cross' ? values.map((value, e) => value * (1 + 1e-2 * (e % 7))) : values;
  const broken = runTable1(
    await testGpu(),
    { ...task, groups: groups.slice(0, 1), flip: true },
    { compute: (job) => compute(job, skew) },
  );
  await expect(broken).rejects.toThrow(/element \[\d+\]\[\d+\] is .* they may differ by at most/);
});

test('several draws: of each seed its own images, and the first one alone for the pictures', async () => {
  const draws = drawImages(selectImages(digits, range(0, 200)), selectImages(digits, range(200, 230)), {
    ...drawOptions,
    trainCount: 30,
    subset: 'random',
    seeds: [1, 2],
  });
  expect(draws[0].train.labels).not.toEqual(draws[1].train.labels);
  const small = { ...task, draws, groups: kernelGroups(['V'], [], [3]) };
  const { measurements, spectra } = await runTable1(await testGpu(), small, { compute });
  expect(measurements.map(({ seed }) => seed)).toEqual([1, 1, 2, 2]);
  expect(spectra).toHaveLength(2);
});

test('all images: the seed has no say, one draw', () => {
  const draws = drawImages(draw.train, draw.test, { ...drawOptions, seeds: [1, 2, 3] });
  expect(draws).toHaveLength(1);
  expect(draws[0].train.labels).toEqual(draw.train.labels);
  expect(draws[0].subset).toBeUndefined();
});
