import { basename } from 'node:path';
import * as v from 'valibot';
import { readJson } from '../../files/json-file.js';

/** What a report of an earlier run tells of the files beside it. */
const reportSchema = v.looseObject({
  version: v.string(),
  /** A report of `cntk run` has this field, under its older name in those of version 0.1.0. */
  kernel: v.optional(v.unknown()),
  channel: v.optional(v.unknown()),
  /** A report of `cntk demo` has this field. */
  heatmapRange: v.optional(v.unknown()),
  targets: v.optional(v.unknown()),
  /** A report of `cntk predict` has this field. */
  model: v.optional(v.unknown()),
  counts: v.optional(v.looseObject({ test: v.optional(v.unknown()) })),
});

export const RUN_FILES = ['predictions.npy', 'scores.npy', 'table.txt'] as const;
export const DEMO_FILES = [
  'kernel.png',
  'kernel.npy',
  'labels.npy',
  'test-kernel.npy',
  'test-labels.npy',
] as const;
export const PREDICT_FILES = ['predictions.npy', 'predictions.csv', 'scores.npy', 'variance.npy'] as const;
const COEFFICIENTS = 'coefficients.npy';
const TESTED = ['predictions.npy', 'scores.npy'] as const;

/** Names of the files of results of `cntk solve`. */
export function solveResultNames(isTested: boolean): string[] {
  return [COEFFICIENTS, ...(isTested ? TESTED : [])];
}

/** Names of the files that belong to the report of an earlier run; none if it is not one of this program. */
export async function earlierResults(reportFile: string): Promise<readonly string[]> {
  let report: v.InferOutput<typeof reportSchema>;
  try {
    report = await readJson(reportFile, reportSchema);
  } catch {
    return [];
  }
  if (report.heatmapRange !== undefined) return DEMO_FILES;
  if (report.model !== undefined) return PREDICT_FILES;
  // What a model holds is said by its own file.
  if (report.targets === undefined || basename(reportFile) === 'fit.json') return [];
  if ((report.kernel ?? report.channel) !== undefined) return RUN_FILES;
  return solveResultNames(report.counts?.test !== undefined);
}
