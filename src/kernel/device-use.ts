import type { DeviceInterval } from '../gpu/timing.js';

/** How well a run kept its device busy: by the device's own timestamps, from its first dispatch to its last. */
export class DeviceUse {
  private busyNs = 0;
  private beginNs = Infinity;
  private endNs = -Infinity;

  /** Submissions of one queue, which do not overlap, in any order; undefined where the device has no timestamps. */
  add(interval: DeviceInterval | undefined): void {
    if (interval === undefined) return;
    this.busyNs += interval.endNs - interval.beginNs;
    this.beginNs = Math.min(this.beginNs, interval.beginNs);
    this.endNs = Math.max(this.endNs, interval.endNs);
  }

  /** Share of the time in which pairs were computed, 0 … 1; undefined without timestamps. */
  get share(): number | undefined {
    return this.endNs > this.beginNs ? this.busyNs / (this.endNs - this.beginNs) : undefined;
  }
}
