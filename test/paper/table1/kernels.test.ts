// Rows and parts of the files of a kernel, one folder and two; files that do not fit together are refused (planted).
import { mkdtempSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeNpy } from '../../../src/data/npy.js';
import { KernelFiles } from '../../../src/paper/table1/kernels.js';
import type { KernelSpec } from '../../../src/kernel/kernel-spec.js';
import type { MatrixSource } from '../../../src/regression/matrix-source.js';
import { randomNumbers } from '../../support/run-shader.js';

const folder = mkdtempSync(join(tmpdir(), 'cntk-kernels-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const spec: KernelSpec = { kernel: 'nngp', depth: 3, readout: 'gap' };
/** More test images than are read at a time. */
const [n, m] = [5, 1003];
const train = [1, 2].map((seed) => randomNumbers(n * n, seed));
const tests = [3, 4].map((seed) => randomNumbers(m * n, seed));

async function folderOf(name: string, trainValues: Float32Array, testValues: Float32Array): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  await writeNpy(join(path, 'nngp-gap-d3.npy'), [trainValues.length / n, n], trainValues);
  await writeNpy(join(path, 'test-nngp-gap-d3.npy'), [testValues.length / n, n], testValues);
  return path;
}
const folders = [await folderOf('plain', train[0], tests[0]), await folderOf('flip', train[1], tests[1])];

async function testRows(files: KernelFiles, indices?: number[]): Promise<number[]> {
  const values: number[] = [];
  for await (const rows of files.testKernel(indices)) values.push(...rows);
  return values;
}

test('of one folder', async () => {
  await using files = await KernelFiles.open(folders.slice(0, 1), spec);
  expect(files.n).toBe(n);
  expect(await files.trainKernel()).toEqual(train[0]);
  expect(await testRows(files)).toEqual([...tests[0]]);
});

test('of two folders: their sum, and parts of it', async () => {
  await using files = await KernelFiles.open(folders, spec);
  const sum = train[0].map((value, e) => value + train[1][e]);
  const testSum = tests[0].map((value, e) => value + tests[1][e]);
  expect(await files.trainKernel()).toEqual(sum);
  expect(await testRows(files)).toEqual([...testSum]);
  const indices = [4, 0, 2];
  const part = indices.flatMap((i) => indices.map((j) => sum[i * n + j]));
  expect([...(await files.trainPart(indices))]).toEqual(part);
  const columns = Array.from({ length: m }, (_, row) => indices.map((j) => testSum[row * n + j]));
  expect(await testRows(files, indices)).toEqual(columns.flat());
});

test('more than memory is meant to hold: the same elements, read as they are asked for', async () => {
  await using files = await KernelFiles.open(folders, spec);
  const whole = (await files.trainKernel()) as Float32Array;
  const source = (await files.trainKernel(n - 1)) as MatrixSource;
  expect(source.n).toBe(n);
  const expected = [1, 2].flatMap((row) => [2, 3, 4].map((column) => whole[row * n + column]));
  expect([...(await source.rows(1, 2, 2, 5))]).toEqual(expected);
});

test('a file of fewer images, and none', async () => {
  const short = await folderOf('short', train[0], tests[0].slice(n));
  await expect(KernelFiles.open([folders[0], short], spec)).rejects.toThrow(
    /short\/test-nngp-gap-d3\.npy: holds 1002×5 values, not 1003×5/,
  );
  await expect(KernelFiles.open([folders[0], folder], spec)).rejects.toThrow(
    /nngp-gap-d3\.npy: no such file/,
  );
});
