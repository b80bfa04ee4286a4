import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError, InputError } from '../checks/input-error.js';

/** Where the binary version is published, and what to do with it. */
export const CIFAR_SOURCE =
  'the "CIFAR-10 binary version" of https://www.cs.toronto.edu/~kriz/cifar.html (cifar-10-binary.tar.gz), unpacked';

/** Paths of the files of a folder that holds CIFAR-10 in its binary format, each list in the order of the names. */
export interface CifarFiles {
  readonly train: readonly string[];
  readonly test: readonly string[];
}

const BINARY = /\.bin(?:\.gz)?$/i;
const TRAIN = /(?<![a-z])train|data_batch/i;
const TEST = /(?<![a-z])test/i;

/**
 * The files with training and with test images in a folder: `data_batch_1.bin` … `data_batch_5.bin` and
 * `test_batch.bin` of the distribution, or any others in that format whose names say `train` or `data_batch`, and
 * `test`. Their content is not looked at.
 *
 * @throws InputError if the folder cannot be read, or one of the two kinds is missing.
 */
export async function findCifar(folder: string): Promise<CifarFiles> {
  let names: string[];
  try {
    names = (await readdir(folder)).filter((name) => BINARY.test(name)).sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new InputError(folder, `is no folder (${code}); name the one that holds ${CIFAR_SOURCE}`, {
        cause: error,
      });
    }
    throw fileError(folder, error);
  }
  const test = names.filter((name) => TEST.test(name));
  const train = names.filter((name) => TRAIN.test(name) && !TEST.test(name));
  const missing = [
    ...(train.length === 0 ? ['training images (data_batch_*.bin, or *train*.bin)'] : []),
    ...(test.length === 0 ? ['test images (test_batch.bin, or *test*.bin)'] : []),
  ];
  if (missing.length > 0) {
    const found = names.length === 0 ? 'no .bin files' : names.join(', ');
    throw new InputError(
      folder,
      `holds no ${missing.join(' and no ')}, but ${found}; name the folder that holds ${CIFAR_SOURCE}`,
    );
  }
  const inFolder = (list: readonly string[]) => list.map((name) => join(folder, name));
  return { train: inFolder(train), test: inFolder(test) };
}
