import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

export interface PoolOptions<Result> {
  readonly signal?: AbortSignal;
  /** Called as results arrive, in any order. */
  readonly onResult?: (result: Result, index: number) => void;
  /** As many as this machine runs at a time if absent. */
  readonly threads?: number;
}

/**
 * Gives every task to the next free one of several worker threads that answer each message with one message.
 *
 * @param url Of the worker's module.
 * @returns the answers in the order of the tasks, whatever thread gave them.
 * @throws the error of a thread that failed; the signal's reason. No thread is left.
 */
export async function runInThreads<Result>(
  url: URL,
  tasks: readonly unknown[],
  { signal, onResult, threads = availableParallelism() }: PoolOptions<Result> = {},
): Promise<Result[]> {
  signal?.throwIfAborted();
  const workers: Worker[] = [];
  const results = new Array<Result>(tasks.length);
  let next = 0;
  const serve = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(url);
      workers.push(worker);
      let index = 0;
      const give = () => {
        index = next++;
        if (index < tasks.length) worker.postMessage(tasks[index]);
        else resolve();
      };
      worker.on('error', reject);
      worker.on('exit', (code) =>
        reject(new Error(`a worker thread ended with status ${code} before its answer`)),
      );
      worker.on('message', (result: Result) => {
        results[index] = result;
        onResult?.(result, index);
        give();
      });
      give();
    });
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal!.reason as Error);
  });
  signal?.addEventListener('abort', abort);
  try {
    const served = Promise.all(Array.from({ length: Math.min(threads, tasks.length) }, serve));
    await Promise.race([served, aborted]);
    return results;
  } finally {
    signal?.removeEventListener('abort', abort);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
