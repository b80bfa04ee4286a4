// Which files of a folder are CIFAR-10: by their names alone, and what is said where they are not.
import { mkdtempSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { findCifar } from '../../src/data/cifar-folder.js';
import { CIFAR_CLASSES } from '../../src/data/cifar-names.js';

const root = mkdtempSync(join(tmpdir(), 'cntk-cifar-'));
afterAll(() => rm(root, { recursive: true, force: true }));

async function folderWith(name: string, files: readonly string[]): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder);
  for (const file of files) await writeFile(join(folder, file), '');
  return folder;
}

const batches = [5, 3, 1, 2, 4].map((i) => `data_batch_${i}.bin`);

test.each([
  ['the distribution', [...batches, 'test_batch.bin', 'batches.meta.txt', 'readme.html'], 5, 1],
  ['files of other names', ['cifar10-train-2000.bin', 'cifar10-test-10000.bin', 'train.npy'], 1, 1],
  ['names that hold both words in others', ['latest-train.bin', 'test.bin.gz'], 1, 1],
])('%s', async (name, files, train, test) => {
  const found = await findCifar(await folderWith(name, files));
  expect(found.train).toHaveLength(train);
  expect(found.test).toHaveLength(test);
  const names = found.train.map((file) => basename(file));
  expect(names).toEqual([...names].sort());
  for (const file of found.test) expect(basename(file)).toMatch(/^(cifar10-)?test/);
});

test.each([
  ['no test images', ['data_batch_1.bin'], /holds no test images .* but data_batch_1\.bin;.*cifar-10-binary/],
  ['no training images', ['test_batch.bin'], /holds no training images .* but test_batch\.bin;/],
  ['pickled files', ['data_batch_1', 'test_batch'], /no training images .* no test images .* no \.bin files/],
])('%s: says what is missing, what is there, and where to get it', async (name, files, message) => {
  const folder = await folderWith(name, files);
  await expect(findCifar(folder)).rejects.toMatchObject({ name: 'InputError', file: folder });
  await expect(findCifar(folder)).rejects.toThrow(message);
});

test('no folder', async () => {
  await expect(findCifar(join(root, 'none'))).rejects.toThrow(/none: is no folder \(ENOENT\).*cs\.toronto/);
});

test('ten classes', () => {
  expect(new Set(CIFAR_CLASSES).size).toBe(10);
});
