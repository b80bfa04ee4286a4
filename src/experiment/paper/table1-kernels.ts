import { join } from 'node:path';
import { readNpy } from '../../data/npy.js';
import { InputError } from '../../data/input-error.js';
import type { Channel } from '../../kernel/channels.js';
import { jobFiles } from './table1-task.js';

/** The matrices of one channel. */
export interface KernelPair {
  readonly train: Float32Array; // [n][n]
  readonly test: Float32Array; // [m][n]
}

/**
 * Reads the matrices of a channel from the folders of its computations; of several, as with flips, their sum.
 *
 * @param folders Of one group and draw, at least one.
 * @throws InputError if a file is missing, or of another size than the first folder's.
 */
export async function readKernels(folders: readonly string[], channel: Channel): Promise<KernelPair> {
  const { train, test } = jobFiles(channel);
  return { train: await sumOf(folders, train), test: await sumOf(folders, test) };
}

async function sumOf(folders: readonly string[], name: string): Promise<Float32Array> {
  let sum: Float32Array | undefined;
  for (const folder of folders) {
    const path = join(folder, name);
    const { data } = await readNpy(path);
    if (!(data instanceof Float32Array)) throw new InputError(path, 'is not of float32; compute it again');
    if (sum === undefined) {
      sum = data;
      continue;
    }
    if (data.length !== sum.length)
      throw new InputError(path, `holds ${data.length} values, not ${sum.length}; compute it again`);
    for (let e = 0; e < data.length; e++) sum[e] += data[e];
  }
  return sum!;
}
