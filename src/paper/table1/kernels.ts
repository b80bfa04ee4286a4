import { join } from 'node:path';
import { NpyRows } from '../../data/npy-rows.js';
import { InputError } from '../../checks/input-error.js';
import type { KernelSpec } from '../../kernel/kernel-spec.js';
import type { Elements, MatrixSource } from '../../regression/matrix-source.js';
import { subKernel } from '../../regression/sub-kernel.js';
import { jobFiles } from './task.js';

/** Training kernels up to this many images are read into memory: 1 GiB. */
const MOST_IN_MEMORY = 16_384;
/** Rows of the test kernel that are read at a time. */
const TEST_ROWS = 1000;

/**
 * The matrices of one kernel in the folders of its computations, read by rows; those of several folders, as with
 * flips, are added.
 */
export class KernelFiles implements AsyncDisposable {
  private constructor(
    private readonly train: readonly NpyRows[], // [n][n] each
    private readonly test: readonly NpyRows[], // [m][n] each
  ) {}

  /**
   * @param folders The folders of one group and draw, at least one.
   * @throws InputError if a file is missing, or has another shape than the first folder's.
   */
  static async open(folders: readonly string[], spec: KernelSpec): Promise<KernelFiles> {
    const { train, test } = jobFiles(spec);
    const opened: NpyRows[] = [];
    const openAll = async (name: string) => {
      const files: NpyRows[] = [];
      for (const folder of folders) {
        const path = join(folder, name);
        const file = await NpyRows.open(path);
        opened.push(file);
        const { count, columns } = files[0] ?? file;
        if (file.count !== count || file.columns !== columns) {
          throw new InputError(
            path,
            `holds ${file.count}×${file.columns} values, not ${count}×${columns}; compute it again`,
          );
        }
        files.push(file);
      }
      return files;
    };
    try {
      return new KernelFiles(await openAll(train), await openAll(test));
    } catch (error) {
      await closeAll(opened);
      throw error;
    }
  }

  /** Training images. */
  get n(): number {
    return this.train[0].columns;
  }

  /** The kernel of all training images; in memory up to this many, else read where it is needed. */
  async trainKernel(mostInMemory = MOST_IN_MEMORY): Promise<Elements | MatrixSource> {
    const { n } = this;
    if (n <= mostInMemory) return await sumOf(this.train, 0, n, 0, n);
    return { n, rows: (first, count, begin, end) => sumOf(this.train, first, count, begin, end) };
  }

  /** That of the training images at these indices, [indices][indices]. */
  async trainPart(indices: readonly number[]): Promise<Float32Array> {
    const side = indices.length;
    const part = new Float32Array(side * side);
    for (const [position, index] of indices.entries()) {
      const row = await sumOf(this.train, index, 1, 0, this.n);
      part.set(subKernel(row, this.n, indices), position * side);
    }
    return part;
  }

  /** The test kernel, some rows at a time, [rows][n]; or its columns at these indices, [rows][indices]. */
  async *testKernel(indices?: readonly number[]): AsyncGenerator<Elements> {
    const { n } = this;
    const m = this.test[0].count;
    for (let first = 0; first < m; first += TEST_ROWS) {
      const rows = await sumOf(this.test, first, Math.min(TEST_ROWS, m - first), 0, n);
      yield indices === undefined ? rows : subKernel(rows, n, indices);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return closeAll([...this.train, ...this.test]);
  }
}

async function closeAll(files: readonly NpyRows[]): Promise<void> {
  await Promise.all(files.map((file) => file[Symbol.asyncDispose]()));
}

async function sumOf(
  files: readonly NpyRows[],
  ...part: [first: number, count: number, begin: number, end: number]
): Promise<Elements> {
  const [sum, ...others] = await Promise.all(files.map((file) => file.rows(...part)));
  for (const other of others) for (let e = 0; e < sum.length; e++) sum[e] += other[e];
  return sum;
}
