import { formatSize } from '../../text/sizes.js';
import { formatGiga } from '../../text/numbers.js';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PanelFiles } from './panel-files.js';
import type { FactorPlan } from '../factor-plan.js';
import { InterruptedError } from '../../signals/interrupted-error.js';
import type { Reporter } from '../../progress/reporter.js';

/** Where a factor that the device cannot hold is kept until the results are written: beside them. */
export function panelFilesBeside(out: string, reporter: Reporter, signal: AbortSignal): PanelFiles {
  return new PanelFiles(factorFolder(out), { note: (message) => reporter.note(message), signal });
}

/** Where a factor that the device cannot hold is kept until the results are written. */
export function factorFolder(out: string): string {
  // Of `fit/` too it is `fit.factor`.
  return join(dirname(out), `${basename(out)}.factor`);
}

/** An interruption, told with the panels of a factor that are kept in the folder; any other error as it is. */
export async function tellingPanels(error: unknown, folder: string): Promise<unknown> {
  if (!(error instanceof InterruptedError)) return error;
  const names = await readdir(folder).catch(() => []);
  const panels = names.filter((name) => name.startsWith('panel-')).length;
  if (panels === 0) return error;
  const kept = `${panels} ${panels === 1 ? 'panel' : 'panels'} of the factor are in ${folder}`;
  return new InterruptedError(error.signal, `${kept}; the same command goes on from there`);
}

/** Says how a factor beyond the device memory is computed, before it is. */
export function notePlan(reporter: Reporter, plan: FactorPlan): void {
  if (plan.panels > 1) reporter.note(formatFactorPlan(plan));
}

/** `factor: 8192 rows in 6 panels of 1536 columns; device 64.0 MiB, disk 147 MiB, 1.20 GiB moved, 183 GFLOP` */
export function formatFactorPlan({
  n,
  panels,
  width,
  deviceBytes,
  storeBytes,
  movedBytes,
  flops,
}: FactorPlan): string {
  return (
    `factor: ${n} rows in ${panels} panels of ${width} columns; device ${formatSize(deviceBytes)}, ` +
    `disk ${formatSize(storeBytes)}, ${formatSize(movedBytes)} moved, ${formatGiga(flops)} GFLOP`
  );
}
