/**
 * A pause is at most this part of the time waited so far: it adds little to any wait. A turn of the event loop costs some
 * 50 µs, which is nothing beside its pause after the first millisecond.
 */
const PART = 0.2;
const LONGEST_PAUSE_MS = 8;

/**
 * While a promise of the device is pending, Dawn's Node binding asks for it in every turn of the event loop, without a
 * pause: that takes a core from an adapter that computes on the cores of this machine. This puts a pause into each of
 * these turns, during which the thread sleeps.
 */
export class PausedPolling {
  private readonly cell = new Int32Array(new SharedArrayBuffer(4));
  private waiting = 0;
  private since = 0;
  private turning = false;

  /** Ends when the promise does. */
  async during<T>(promise: Promise<T>): Promise<T> {
    this.waiting++;
    this.since = performance.now();
    if (!this.turning) setImmediate(this.turn);
    this.turning = true;
    try {
      return await promise;
    } finally {
      this.waiting--;
      this.since = performance.now();
    }
  }

  private readonly turn = (): void => {
    this.turning = this.waiting > 0;
    if (!this.turning) return;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, PART * (performance.now() - this.since));
    // Node's main thread may wait, a browser's may not.
    if (pauseMs > 0.02) Atomics.wait(this.cell, 0, 0, pauseMs);
    setImmediate(this.turn);
  };
}
