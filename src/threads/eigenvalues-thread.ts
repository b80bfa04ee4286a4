import { runInThreads } from './worker-pool.js';

export interface EigenvalueTask {
  readonly matrix: ArrayLike<number>; // [n][n]
  readonly n: number;
}

/** `symmetricEigenvalues` in a thread of its own, so that an interrupt is heard. @throws the signal's reason */
export async function eigenvaluesInThread(
  matrix: ArrayLike<number>,
  n: number,
  signal: AbortSignal | undefined,
): Promise<number[]> {
  const task: EigenvalueTask = { matrix, n };
  const [eigenvalues] = await runInThreads<number[]>(
    new URL('./eigenvalues-worker.js', import.meta.url),
    [task],
    { signal },
  );
  return eigenvalues;
}
