import { PanelFiles } from '../../experiment/panel-files.js';
import type { FactorPlan } from '../../regression/factor-plan.js';
import type { Progress } from './progress.js';

/** Where a factor that the device cannot hold is kept until the results are written: beside them. */
export function panelFilesBeside(out: string, progress: Progress, signal: AbortSignal): PanelFiles {
  const folder = `${out.replace(/[/\\]+$/, '')}.factor`;
  return new PanelFiles(folder, { note: (message) => progress.note(message), signal });
}

/** Says how a factor beyond the device memory is computed, before it is. */
export function notePlan(progress: Progress, plan: FactorPlan): void {
  if (plan.panels > 1) progress.note(formatPlan(plan));
}

/** `factor: 8192 rows in 6 panels of 1536 columns; device 64.0 MiB, disk 147 MiB, 1.2 GiB moved, 183 GFLOP` */
export function formatPlan({
  n,
  panels,
  width,
  deviceBytes,
  storeBytes,
  movedBytes,
  flops,
}: FactorPlan): string {
  const mib = (bytes: number) => `${(bytes / 2 ** 20).toPrecision(3)} MiB`;
  return (
    `factor: ${n} rows in ${panels} panels of ${width} columns; device ${mib(deviceBytes)}, ` +
    `disk ${mib(storeBytes)}, ${mib(movedBytes)} moved, ${(flops / 1e9).toPrecision(3)} GFLOP`
  );
}
