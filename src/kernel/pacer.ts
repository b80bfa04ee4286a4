/** A submission should take this long: short enough for a screen to be drawn meanwhile, long enough to be worth it. */
const TARGET_MS = 100;
const FIRST_BUDGET = { software: 4e6, hardware: 1e8 };

/**
 * Sizes submissions by measured time. Work is counted in any one unit (element-layers here); the budget follows the
 * measured rate, growing at most fourfold at a time.
 */
export class Pacer {
  private budget: number;
  private lastEnd = -Infinity;
  private expectedEnd = -Infinity;

  constructor(
    software: boolean,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.budget = software ? FIRST_BUDGET.software : FIRST_BUDGET.hardware;
  }

  /** How many units of `cost` each fit the next submission; at least one. */
  units(cost: number): number {
    return Math.max(1, Math.floor(this.budget / cost));
  }

  /**
   * Submits `work` and measures it; submissions end in order. `submit` is told for how many milliseconds nothing is
   * to be expected: until shortly before the queue will have got to the end of this work.
   */
  async time<T>(work: number, submit: (quietMs: number) => Promise<T>): Promise<T> {
    const submitted = this.now();
    const expectedMs = this.lastEnd === -Infinity ? 0 : (work / this.budget) * TARGET_MS;
    this.expectedEnd = Math.max(submitted, this.expectedEnd) + expectedMs;
    const result = await submit(this.expectedEnd - submitted - 0.2 * expectedMs);
    const end = this.now();
    // A queued submission starts when the one before it ends.
    const elapsedMs = Math.max(0.01, end - Math.max(submitted, this.lastEnd));
    this.lastEnd = end;
    this.budget = Math.min((work / elapsedMs) * TARGET_MS, 4 * Math.max(work, this.budget / 4));
    return result;
  }
}
