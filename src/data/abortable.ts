/**
 * Waits for something that cannot be called off, such as a disk, but not longer than until the signal is given: what
 * comes of it then is of no interest.
 *
 * @throws the signal's reason
 */
export async function abortable<T>(waiting: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return waiting;
  waiting.catch(() => undefined);
  signal.throwIfAborted();
  let interrupt: (() => void) | undefined;
  const interrupted = new Promise<never>((_, reject) => {
    interrupt = () => reject(signal.reason as Error);
    signal.addEventListener('abort', interrupt);
  });
  try {
    return await Promise.race([waiting, interrupted]);
  } finally {
    signal.removeEventListener('abort', interrupt!);
  }
}
