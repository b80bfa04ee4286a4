import { JsonError, readJson } from '../../files/json-file.js';
import { fileError } from '../../checks/input-error.js';
import type { BenchResults } from '../../bench/bench.js';
import { comparableReport, type ComparableReport, type Comparison } from '../../bench/compare.js';
import type { Ceilings } from '../../bench/cost.js';
import type { BenchResult } from '../../bench/measure.js';
import { UsageError } from '../process/errors.js';
import { plainTable } from './plain-table.js';

/** A row per case; its ratio to what it is compared with (layer by layer, a plain product) stands in the same row. */
export function resultTable({ results }: BenchResults): string {
  const rows: string[][] = [];
  for (const { name, median, min, max, unit, description, compileMs, validation, share } of results) {
    if (unit === '×') {
      rows.at(-1)![4] = `${median.toPrecision(3)} ×`;
      continue;
    }
    rows.push([
      name,
      `${giga(median)} G ${unit}`,
      `${giga(min)} … ${giga(max)}`,
      share === null ? '–' : `${(100 * share.value).toPrecision(2)} % ${share.resource}`,
      '',
      validation === null ? '' : validation.error.toExponential(0),
      compileMs === null ? '' : `${(compileMs / 1e3).toFixed(1)} s`,
      description,
    ]);
  }
  return plainTable(
    {
      case: 'left',
      median: 'right',
      'min … max': 'left',
      'share of ceiling': 'left',
      ratio: 'right',
      error: 'right',
      'compiled in': 'right',
      sizes: 'left',
    },
    rows,
  );
}

export function ceilingTable(ceilings: Ceilings): string {
  const rows = Object.entries(ceilings).map(([resource, { median, min, max, unit, name }]) => [
    resource,
    `${giga(max)} G ${unit}`,
    giga(median),
    `${giga(min)} … ${giga(max)}`,
    name,
  ]);
  return plainTable(
    { ceiling: 'left', most: 'right', median: 'right', 'min … max': 'left', shader: 'left' },
    rows,
  );
}

export function comparisonTable({ changes }: Comparison): string {
  const shown = (value: number, unit: BenchResult['unit']) =>
    unit === '×' ? `${value.toPrecision(3)} ×` : `${giga(value)} G ${unit}`;
  const rows = changes.map(({ name, unit, old, new: now, ratio, beyondSpread }) => [
    name,
    shown(old, unit),
    shown(now, unit),
    ratio.toFixed(2),
    beyondSpread ? (ratio > 1 ? 'faster' : 'slower') : 'within the spread',
  ]);
  return plainTable({ case: 'left', old: 'right', new: 'right', 'new / old': 'right', change: 'left' }, rows);
}

/** @throws UsageError if the file cannot be read or is not what `cntk bench --json` prints. */
export async function readReport(path: string): Promise<ComparableReport> {
  try {
    return await readJson(path, comparableReport);
  } catch (error) {
    const { message } = error instanceof JsonError ? error : fileError(path, error);
    throw new UsageError(`--compare ${message}; name a file that cntk bench --out or --json made`);
  }
}

function giga(value: number): string {
  return (value / 1e9).toPrecision(3);
}
