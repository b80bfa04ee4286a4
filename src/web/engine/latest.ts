/**
 * Does one thing at a time, and of those that wait only the latest: what a user has moved on from is not computed. A
 * thing that is being done is not ended by the next one, or of things that follow each other fast none would come to
 * its end.
 */
export class Latest {
  private busy: AbortController | undefined;
  private waiting: ((signal: AbortSignal) => Promise<void>) | undefined;

  /** Ends without an error where the thing is cancelled. */
  async do(thing: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.waiting = thing;
    if (this.busy !== undefined) return;
    try {
      while (this.waiting !== undefined) {
        const next: (signal: AbortSignal) => Promise<void> = this.waiting;
        this.waiting = undefined;
        const busy = new AbortController();
        this.busy = busy;
        await next(busy.signal).catch((error: unknown) => {
          if (!busy.signal.aborted) throw error;
        });
      }
    } finally {
      this.busy = undefined;
    }
  }

  /** Ends what is being done, and forgets what waits. */
  cancel(): void {
    this.waiting = undefined;
    this.busy?.abort(new DOMException('something else is wanted', 'AbortError'));
  }
}
