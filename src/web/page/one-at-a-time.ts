/** Does a thing that takes several frames, one at a time: whoever wishes for it meanwhile gets one more, all together. */
export class OneAtATime {
  private busy: Promise<void> | undefined;
  private next: Promise<void> | undefined;

  constructor(private readonly thing: () => Promise<void>) {}

  /** Resolves when the thing has been done from its beginning after this call. */
  do(): Promise<void> {
    if (this.busy === undefined) {
      this.busy = this.thing().finally(() => (this.busy = undefined));
      return this.busy;
    }
    const again = () => {
      this.next = undefined;
      return this.do();
    };
    this.next ??= this.busy.then(again, again);
    return this.next;
  }
}
