import { availableParallelism } from 'node:os';
import { WorkerPool } from '../../threads/worker-pool.js';
import type { CpuPlanes } from './plane-kernel.js';

/** The plane kernel in as many threads as this machine runs at a time. */
export class PlanePool implements Disposable {
  private readonly pool = new WorkerPool<Float64Array>(
    new URL('./plane-worker.js', import.meta.url),
    Array.from({ length: availableParallelism() }, () => undefined),
  );

  /** How many threads there are. */
  get threads(): number {
    return this.pool.size;
  }

  /**
   * Computes planes, an equal part of them in every thread, one call at a time.
   *
   * @returns [planes][2], as `planeSums`
   * @throws the error of a thread that failed.
   */
  async sums(input: CpuPlanes): Promise<Float64Array> {
    const { planes } = input;
    const share = Math.ceil(planes.length / this.threads);
    const tasks = Array.from({ length: this.threads }, (_, i) => ({
      ...input,
      planes: planes.slice(i * share, (i + 1) * share),
    }));
    const parts = await this.pool.askAll(tasks);
    return Float64Array.from(parts.flatMap((part) => [...part]));
  }

  /** Ends the threads; nobody waits for that. */
  [Symbol.dispose](): void {
    void this.pool[Symbol.asyncDispose]();
  }
}
