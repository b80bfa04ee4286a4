/** A signal that aborts when the outer one does, and when its scope is left: work begun ahead of need ends with the scope. */
export class ScopedSignal implements Disposable {
  readonly signal: AbortSignal;
  private readonly left = new AbortController();

  constructor(outer: AbortSignal | undefined) {
    this.signal = outer ? AbortSignal.any([outer, this.left.signal]) : this.left.signal;
  }

  [Symbol.dispose](): void {
    this.left.abort();
  }
}
