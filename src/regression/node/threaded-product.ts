import { availableParallelism } from 'node:os';
import { WorkerPool } from '../../threads/worker-pool.js';
import type { ProductTask } from './product-worker.js';

/**
 * K x in float64 for a symmetric kernel in a .npy file: every thread reads its own rows of the lower triangle, 16 MiB at
 * a time, so that memory does not grow with n.
 */
export class ThreadedProduct implements AsyncDisposable {
  private constructor(private readonly pool: WorkerPool<Float64Array>) {}

  /** @param n Rows of the matrix in `path`. */
  static start(path: string, n: number, threads = availableParallelism()): ThreadedProduct {
    const count = Math.max(1, Math.min(threads, n));
    // Equal parts of the triangle.
    const edge = (part: number) => Math.round(n * Math.sqrt(part / count));
    const shares = Array.from({ length: count }, (_, part): ProductTask => ({
      path,
      range: [edge(part), edge(part + 1)],
    }));
    return new ThreadedProduct(new WorkerPool(new URL('./product-worker.js', import.meta.url), shares));
  }

  /**
   * The product with x [n][width], width a multiple of four as in `product`.
   *
   * @returns [n][width]
   * @throws the error of a thread; the signal's reason at once, while the threads end when this is disposed of.
   */
  readonly multiply = async (x: Float64Array, signal?: AbortSignal): Promise<Float64Array> => {
    const tasks = Array.from({ length: this.pool.size }, () => x);
    const [y, ...others] = await this.pool.askAll(tasks, signal);
    for (const share of others) for (let e = 0; e < y.length; e++) y[e] += share[e];
    return y;
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool[Symbol.asyncDispose]();
  }
}
