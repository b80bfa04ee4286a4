import { formatDuration, formatTimeLeft } from '../text/duration.js';
import type { Reporter } from './reporter.js';

/** Work done and to do, in element-layers. */
export interface Work {
  readonly done: number;
  readonly total: number;
  readonly elapsedMs: number;
}

/** Tells of the work on kernels, with its speed and the time left. */
export function workUpdates(reporter: Reporter): (work: Work) => void {
  return ({ done, total, elapsedMs }) => {
    // Networks without activations have no element-layers.
    if (!(total > 0)) return;
    const rate = formatRate(done, elapsedMs);
    const left = done < total ? ` | ${formatDuration((elapsedMs / done) * (total - done))} left` : '';
    reporter.update(done / total, rate + left);
  };
}

/** Tells of work of which only the share that is done is known, with the time left, counted from now. */
export function timeUpdates(reporter: Reporter, remark = ''): (fraction: number) => void {
  const started = performance.now();
  return (fraction) =>
    reporter.update(fraction, formatTimeLeft(fraction, performance.now() - started) + remark);
}

/** `0.131 G element-layers/s`; `1,200 element-layers/s` where a network has few of them. */
export function formatRate(elementLayers: number, elapsedMs: number): string {
  const perSecond = (1000 * elementLayers) / elapsedMs;
  if (perSecond < 1e5) return `${Math.round(perSecond).toLocaleString('en-US')} element-layers/s`;
  return `${(elementLayers / elapsedMs / 1e6).toPrecision(3)} G element-layers/s`;
}
