/** A signal that is given with an outer one, and when its scope is left: what works ahead in the scope ends with it. */
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
