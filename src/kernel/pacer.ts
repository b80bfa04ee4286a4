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

  /** Measures a submission of `work`; submissions end in order. */
  async time<T>(work: number, submission: Promise<T>): Promise<T> {
    const submitted = this.now();
    const result = await submission;
    const end = this.now();
    // A queued submission starts when the one before it ends.
    const elapsedMs = Math.max(0.01, end - Math.max(submitted, this.lastEnd));
    this.lastEnd = end;
    this.budget = Math.min((work / elapsedMs) * TARGET_MS, 4 * Math.max(work, this.budget / 4));
    return result;
  }
}
