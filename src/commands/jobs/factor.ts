import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PanelFiles } from '../../regression/node/panel-files.js';
import type { FactorPlan } from '../../regression/factor-plan.js';
import { InterruptedError } from '../process/errors.js';
import type { Progress } from '../process/progress.js';

/** Where a factor that the device cannot hold is kept until the results are written: beside them. */
export function panelFilesBeside(out: string, progress: Progress, signal: AbortSignal): PanelFiles {
  return new PanelFiles(factorFolder(out), { note: (message) => progress.note(message), signal });
}

/** Where a factor that the device cannot hold is kept until the results are written. */
export function factorFolder(out: string): string {
  // Of `fit/` too it is `fit.factor`.
  return join(dirname(out), `${basename(out)}.factor`);
}

/** Runs what may leave panels of a factor in the folder; an interruption is told with what is kept. */
export async function tellingPanels<T>(folder: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error;
    const names = await readdir(folder).catch(() => []);
    const panels = names.filter((name) => name.startsWith('panel-')).length;
    if (panels === 0) throw error;
    const kept = `${panels} ${panels === 1 ? 'panel' : 'panels'} of the factor are in ${folder}`;
    throw new InterruptedError(error.signal, `${kept}; the same command goes on from there`);
  }
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
