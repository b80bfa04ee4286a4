/** What shells add to 128 for a process that a signal has ended. */
const NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** The user ended the run with Ctrl-C, or another process did. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
  /** 128 + the number of the signal, as shells have it. */
  readonly exitStatus: number;
  /** @param kept What there is to go on from. */
  constructor(
    readonly signal: keyof typeof NUMBERS,
    kept = 'nothing was written',
  ) {
    super(`${signal === 'SIGINT' ? 'interrupted' : 'terminated'}; ${kept}`);
    this.exitStatus = 128 + NUMBERS[signal];
  }
}
