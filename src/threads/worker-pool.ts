import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** A message for a thread, of those that answer each message with one message. */
export interface Ask {
  /** What is sent; it is copied unless it is shared memory. */
  readonly task: unknown;
  /** Rejects the answer as soon as it aborts; the thread computes on until its pool is closed. */
  readonly signal?: AbortSignal;
}

/** Worker threads that answer each message with one message. They live until the pool is closed. */
export class WorkerPool<Answer> implements AsyncDisposable {
  private readonly workers: readonly Worker[];
  /** The errors of threads that failed, perhaps while nobody waited for them. */
  private readonly failures = new Map<Worker, Error>();

  /**
   * @param url The worker's module.
   * @param workerData What each thread is started with; there are as many threads as items.
   */
  constructor(url: URL, workerData: readonly unknown[]) {
    this.workers = workerData.map((data) => {
      const worker = new Worker(url, { workerData: data });
      worker.on('error', (error: Error) => this.failures.set(worker, error));
      worker.on('exit', (code) => {
        if (!this.failures.has(worker)) this.failures.set(worker, endedEarly(code));
      });
      return worker;
    });
  }

  /** How many threads there are. */
  get size(): number {
    return this.workers.length;
  }

  /**
   * Sends a task to one of the threads, which must not have an open one.
   *
   * @throws the error of the thread, or that it ended; the signal's reason as soon as it aborts.
   */
  ask(index: number, { task, signal }: Ask): Promise<Answer> {
    const worker = this.workers[index];
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const failure = this.failures.get(worker);
      if (failure !== undefined) throw failure;
      const settle = (action: () => void) => {
        worker.off('message', answered).off('error', failed).off('exit', ended);
        signal?.removeEventListener('abort', aborted);
        action();
      };
      const answered = (answer: Answer) => settle(() => resolve(answer));
      const failed = (error: Error) => settle(() => reject(error));
      const ended = (code: number) => settle(() => reject(endedEarly(code)));
      const aborted = () => settle(() => reject(signal!.reason as Error));
      worker.on('message', answered).on('error', failed).on('exit', ended);
      signal?.addEventListener('abort', aborted);
      worker.postMessage(task);
    });
  }

  /** Asks every thread at once; the answers come in the order of the threads. @throws as `ask` */
  askAll(tasks: readonly unknown[], signal?: AbortSignal): Promise<Answer[]> {
    return Promise.all(tasks.map((task, index) => this.ask(index, { task, signal })));
  }

  /** Ends the threads, whatever they are computing. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}

function endedEarly(code: number): Error {
  return new Error(`a worker thread ended with status ${code} before its answer`);
}

export interface ThreadOptions<Answer> {
  readonly signal?: AbortSignal;
  /** Called as answers arrive, in any order. */
  readonly onResult?: (answer: Answer, index: number) => void;
  /** Without it there are as many threads as this machine runs at a time. */
  readonly threads?: number;
}

/**
 * Gives every task to the next free one of several worker threads that answer each message with one message.
 *
 * @param url The worker's module.
 * @returns the answers in the order of the tasks, whichever thread gave them.
 * @throws the error of a thread that failed; the signal's reason. No thread is left.
 */
export async function runInThreads<Answer>(
  url: URL,
  tasks: readonly unknown[],
  { signal, onResult, threads = availableParallelism() }: ThreadOptions<Answer> = {},
): Promise<Answer[]> {
  signal?.throwIfAborted();
  const answers = new Array<Answer>(tasks.length);
  let next = 0;
  await using pool = new WorkerPool<Answer>(
    url,
    Array.from({ length: Math.min(threads, tasks.length) }, () => undefined),
  );
  const serve = async (_: unknown, thread: number) => {
    while (next < tasks.length) {
      const index = next++;
      answers[index] = await pool.ask(thread, { task: tasks[index], signal });
      onResult?.(answers[index], index);
    }
  };
  await Promise.all(Array.from({ length: pool.size }, serve));
  return answers;
}
