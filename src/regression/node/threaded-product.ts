import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ProductTask } from './product-worker.js';

/**
 * K x in float64 for a symmetric kernel in a .npy file: every thread reads its own rows of the lower triangle, 16 MiB at
 * a time, so that memory does not grow with n.
 */
export class ThreadedProduct implements AsyncDisposable {
  private constructor(private readonly workers: readonly Worker[]) {}

  /** @param n Rows of the matrix in `path`. */
  static start(path: string, n: number, threads = availableParallelism()): ThreadedProduct {
    const count = Math.max(1, Math.min(threads, n));
    // Equal parts of the triangle.
    const edge = (part: number) => Math.round(n * Math.sqrt(part / count));
    const url = new URL('./product-worker.js', import.meta.url);
    const workers = Array.from({ length: count }, (_, part) => {
      const workerData: ProductTask = { path, range: [edge(part), edge(part + 1)] };
      return new Worker(url, { workerData });
    });
    return new ThreadedProduct(workers);
  }

  /** x [n][width] → [n][width]. @throws the signal's reason at once; the threads end when this is disposed of. */
  readonly multiply = async (x: Float64Array, signal?: AbortSignal): Promise<Float64Array> => {
    const shares = await Promise.all(this.workers.map((worker) => ask(worker, x, signal)));
    const y = shares[0];
    for (const share of shares.slice(1)) for (let e = 0; e < y.length; e++) y[e] += share[e];
    return y;
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}

function ask(worker: Worker, x: Float64Array, signal?: AbortSignal): Promise<Float64Array> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const end = () => {
      worker.off('message', received);
      worker.off('error', failed);
      worker.off('exit', ended);
      signal?.removeEventListener('abort', aborted);
    };
    const aborted = () => {
      end();
      reject(signal!.reason as Error);
    };
    const ended = (code: number) => {
      end();
      reject(new Error(`a thread of the matrix product ended with status ${code} before its answer`));
    };
    const received = (y: Float64Array) => {
      end();
      resolve(y);
    };
    const failed = (error: Error) => {
      end();
      reject(error);
    };
    worker.on('message', received);
    worker.on('error', failed);
    worker.on('exit', ended);
    signal?.addEventListener('abort', aborted);
    worker.postMessage(x);
  });
}
