import type { DeviceInterval } from '../gpu/timing.js';

/** A submission should take this long: short enough for a screen to be drawn meanwhile, long enough to be worth it. */
const TARGET_MS = 100;
const FIRST_BUDGET = { software: 4e6, hardware: 1e7 };
/** Part of the expected time in which a submission is left alone. */
const QUIET = 0.8;
/** However much is queued before it. */
const LONGEST_QUIET_MS = 3 * TARGET_MS;

/**
 * Sizes submissions by measured time. Work is counted in any one unit (element-layers here); the budget follows the
 * measured rate, growing at most fourfold at a time; a submission counts by its share of the budget. The first
 * submission is not measured: drivers compile then.
 */
export class Pacer {
  private budget: number;
  private timesKnown = false;
  private lastEnd = -Infinity;
  private expectedEnd = -Infinity;
  /** What leads from the device's clock to the host's, in ms: the least time from an end to its being seen. */
  private clockOffset = Infinity;
  /** What is submitted and not ended. */
  private queuedMs = 0;

  constructor(
    /** Computes on the cores of this process: only then does it pay to leave them alone. */
    private readonly software: boolean,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.budget = software ? FIRST_BUDGET.software : FIRST_BUDGET.hardware;
  }

  /** How many units of `cost` each fit the next submission; at least one. */
  units(cost: number): number {
    return Math.max(1, Math.floor(this.budget / cost));
  }

  /**
   * Submits `work` and measures it, by the device's own time where it tells (`interval`); submissions end in order.
   * `submit` is told for how many milliseconds nothing is to be expected: until shortly before the queue will have got
   * to the end of this work, and never long.
   */
  async time<T extends { readonly interval?: DeviceInterval }>(
    work: number,
    submit: (quietMs: number) => Promise<T>,
  ): Promise<T> {
    const submitted = this.now();
    const known = this.software && this.timesKnown;
    const expectedMs = known ? (work / this.budget) * TARGET_MS : 0;
    this.expectedEnd = Math.max(submitted, this.expectedEnd) + expectedMs;
    this.queuedMs += expectedMs;
    const untilEnd = this.expectedEnd - submitted - (1 - QUIET) * expectedMs;
    const quietMs = known ? Math.max(0, Math.min(untilEnd, LONGEST_QUIET_MS)) : 0;
    const result = await submit(quietMs);
    const end = this.now();
    this.queuedMs -= expectedMs;
    // A queued submission starts when the one before it ends.
    const hostMs = end - Math.max(submitted, this.lastEnd);
    const { interval } = result;
    const elapsedMs = Math.max(0.01, interval ? (interval.endNs - interval.beginNs) / 1e6 : hostMs);
    const first = this.lastEnd === -Infinity;
    this.lastEnd = end;
    // The rest of the queue began when this ended, which may have been seen late; without this one hiccup of the device
    // would make every later end expected too early.
    this.expectedEnd = this.onHost(interval, end) + this.queuedMs;
    if (first) return result;
    const rate = (work / elapsedMs) * TARGET_MS;
    const measured = Math.min(rate, 4 * Math.max(work, this.budget / 4));
    // By the host's clock a result that was ready while nobody asked counts as slow: then there is no sleeping. Nor is
    // there while the budget is still growing: it says nothing about times yet.
    if (work > this.budget / 2) this.timesKnown = interval !== undefined && measured === rate;
    // A small one, the rest of a tile, says little: much of its time is that of starting.
    const weight = Math.min(1, work / this.budget);
    this.budget += weight * (measured - this.budget);
    return result;
  }

  /** Tells when a submission ended by the host's clock, as well as that can be told. @param seen When the end was seen, by the host's clock. */
  private onHost(interval: DeviceInterval | undefined, seen: number): number {
    if (interval === undefined) return seen;
    this.clockOffset = Math.min(this.clockOffset, seen - interval.endNs / 1e6);
    return interval.endNs / 1e6 + this.clockOffset;
  }
}
