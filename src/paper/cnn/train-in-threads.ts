import { runInThreads } from '../../threads/worker-pool.js';
import { SETTLING, type TrainOutcome, type TrainTask } from './train.js';

/** Time between two looks at what the threads have done. */
const LOOK_MS = 500;

export interface TrainHooks {
  readonly signal?: AbortSignal;
  /** Share of the most epochs there can be; above 0. A network that is done early jumps ahead. */
  readonly onProgress?: (fraction: number) => void;
}

/**
 * Trains networks, as many at a time as the machine has processors.
 *
 * @throws the error of a thread; the signal's reason.
 */
export async function trainInThreads(
  tasks: readonly TrainTask[],
  { signal, onProgress }: TrainHooks = {},
): Promise<TrainOutcome[]> {
  const most = tasks.map(({ epochs }) => epochs + SETTLING);
  const total = most.reduce((sum, one) => sum + one, 0);
  const counters = tasks.map(() => new Int32Array(new SharedArrayBuffer(4)));
  const report = () => {
    const done = counters.reduce((sum, counter) => sum + Atomics.load(counter, 0), 0);
    if (done > 0) onProgress?.(done / total);
  };
  const timer = setInterval(report, LOOK_MS);
  try {
    return await runInThreads<TrainOutcome>(
      new URL('./train-worker.js', import.meta.url),
      tasks.map((task, i) => ({ ...task, epochsDone: counters[i] })),
      {
        signal,
        onResult: (_, i) => {
          Atomics.store(counters[i], 0, most[i]);
          report();
        },
      },
    );
  } finally {
    clearInterval(timer);
  }
}
