import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { CpuPlanes } from './plane-kernel.js';

/** The plane kernel in as many threads as this machine runs at a time. */
export class PlanePool implements Disposable {
  private readonly workers = Array.from(
    { length: availableParallelism() },
    () => new Worker(new URL('./plane-worker.js', import.meta.url)),
  );

  get threads(): number {
    return this.workers.length;
  }

  /**
   * Every thread takes an equal part of the planes, one call at a time.
   *
   * @returns [planes][2], as `planeSums`
   * @throws Error of a thread that failed.
   */
  async sums(input: CpuPlanes): Promise<Float64Array> {
    const { planes } = input;
    const share = Math.ceil(planes.length / this.threads);
    const parts = await Promise.all(
      this.workers.map(async (worker, i) => {
        const answer = once(worker, 'message') as Promise<[Float64Array]>;
        worker.postMessage({ ...input, planes: planes.slice(i * share, (i + 1) * share) });
        return (await answer)[0];
      }),
    );
    return Float64Array.from(parts.flatMap((part) => [...part]));
  }

  [Symbol.dispose](): void {
    for (const worker of this.workers) void worker.terminate();
  }
}
