import { assertInstance, assertOneOf } from '../checks/arguments.js';
import { assertJobOptions } from '../progress/job-options.js';
import type { MeasureMode } from './measured-variants.js';
import { MeasurementCache } from './measurement-cache.js';

const MODES = ['off', 'cache', 'on', 'force'] as const satisfies readonly MeasureMode[];

/**
 * The options of a job that prepares a run: as of any job, and `tune` and `cache`.
 *
 * @param where The function, for the message.
 * @throws ArgumentError
 */
export function assertPrepareOptions(where: string, options: unknown, known: readonly string[]): void {
  assertJobOptions(where, options, known);
  const { tune, cache } = options as { readonly tune?: unknown; readonly cache?: unknown };
  if (tune !== undefined && (typeof tune !== 'object' || tune === null))
    assertOneOf(`${where}: tune`, tune, MODES);
  if (cache !== undefined)
    assertInstance(`${where}: cache`, cache, MeasurementCache, 'new MeasurementCache(warn, folder)');
}
