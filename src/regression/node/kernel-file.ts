import { availableParallelism } from 'node:os';
import { MemoryError } from '../../checks/memory-error.js';
import { InputError } from '../../checks/input-error.js';
import { FileStamp } from '../../files/file-stamp.js';
import { splitArrayPath } from '../../data/array-path.js';
import { disk } from '../../data/disk.js';
import { NpyRows } from '../../data/npy-rows.js';
import { ThreadedProduct } from './threaded-product.js';
import { memorySource, type Elements, type MatrixSource } from '../matrix-source.js';
import { KernelMagnitudeError, NotFiniteError, NotSymmetricError } from '../errors.js';
import type { SymmetricProduct } from '../products.js';

/** Matrices up to this size are read into memory; larger ones are multiplied by threads that read the file. */
const MOST_IN_MEMORY = 128 * 2 ** 20;

/** What every thread of the product reads at a time. */
const THREAD_BYTES = 64 * 2 ** 20;

/** A kernel matrix in a file, of which rows are read, and which is the same to the end. */
export class KernelFile implements AsyncDisposable {
  private constructor(
    readonly path: string,
    private readonly matrix: NpyRows,
    private readonly stamp: FileStamp,
  ) {}

  /** @throws InputError */
  static async open(path: string): Promise<KernelFile> {
    const stamp = await FileStamp.of((await splitArrayPath(disk, path)).file);
    return new KernelFile(path, await NpyRows.open(path), stamp);
  }

  get count(): number {
    return this.matrix.count;
  }

  get columns(): number {
    return this.matrix.columns;
  }

  readonly rows = (first: number, count: number, begin?: number, end?: number): Promise<Elements> =>
    this.matrix.rows(first, count, begin, end);

  /** @throws InputError if the file was changed since it was opened. */
  readonly assertUnchanged = (): Promise<void> => this.stamp.assertSame();

  /** Bytes of memory that `training` takes. */
  get memoryBytes(): number {
    const { sizeBytes, inMemory } = this.matrix;
    // What was compressed is in memory once as it was unpacked, and its rows are parts of that.
    if (inMemory || sizeBytes <= MOST_IN_MEMORY) return sizeBytes;
    return availableParallelism() * THREAD_BYTES;
  }

  /** The training kernel, square: in memory, or row by row and multiplied by threads. */
  async training(): Promise<TrainingKernel> {
    const { count: n, path, matrix, rows, assertUnchanged } = this;
    if (matrix.sizeBytes <= MOST_IN_MEMORY) {
      const source = memorySource(await rows(0, n), n);
      await assertUnchanged();
      return { source, product: undefined, [Symbol.asyncDispose]: () => Promise.resolve() };
    }
    const source: MatrixSource = { n, rows, assertUnchanged };
    // Each thread would unpack it again.
    const threads = matrix.inMemory ? undefined : ThreadedProduct.start(path, n);
    return {
      source,
      product: threads?.multiply,
      [Symbol.asyncDispose]: async () => threads?.[Symbol.asyncDispose](),
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.matrix[Symbol.asyncDispose]();
  }
}

export interface TrainingKernel extends AsyncDisposable {
  readonly source: MatrixSource;
  readonly product: SymmetricProduct | undefined;
}

/** What is wrong with a matrix, as an error about its file. */
export function inputErrorOf(error: unknown, files: { kernel: string; testKernel?: string }): unknown {
  if (error instanceof NotSymmetricError || error instanceof KernelMagnitudeError)
    return new InputError(files.kernel, error.problem, { cause: error });
  if (error instanceof NotFiniteError) {
    const file = { 'kernel matrix': files.kernel, 'test kernel': files.testKernel }[error.operand as string];
    if (file !== undefined) return new InputError(file, error.problem, { cause: error });
  }
  return error;
}

/** @throws MemoryError if this machine has less memory than that to give. */
export function assertMemory(neededBytes: number, what: string): void {
  const availableBytes = process.availableMemory();
  if (neededBytes <= availableBytes) return;
  const gib = (bytes: number) => `${(bytes / 2 ** 30).toPrecision(3)} GiB`;
  throw new MemoryError(
    `${what} take ${gib(neededBytes)} of memory, but only ${gib(availableBytes)} are available`,
  );
}
