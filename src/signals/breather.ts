/** Longest time for which a computation keeps the event loop waiting, ms: an interrupt is then heard at once. */
const TURN_MS = 50;

/**
 * Lets the event loop turn now and then during a long computation on this thread, so that an interrupt is heard and a
 * heartbeat goes on: await the result of every call, as often as is convenient.
 *
 * @returns a function that throws the signal's reason once it is aborted.
 */
export function breather(signal?: AbortSignal): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    signal?.throwIfAborted();
    if (performance.now() - last < TURN_MS) return undefined;
    return new Promise<void>((resolve) => setTimeout(resolve, 0)).then(() => {
      last = performance.now();
      signal?.throwIfAborted();
    });
  };
}
