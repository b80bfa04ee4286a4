import type { BenchResult } from './measure.js';

/** What `cntk bench --json` prints, as far as a comparison needs it. */
export interface ComparableReport {
  readonly quick: boolean;
  readonly device: { readonly name: string };
  readonly ceilings: Readonly<Partial<Record<string, ComparableResult>>>;
  readonly results: readonly ComparableResult[];
}

type ComparableResult = Pick<BenchResult, 'name' | 'unit' | 'median' | 'min' | 'max'>;

export interface Change {
  readonly name: string;
  readonly unit: BenchResult['unit'];
  readonly old: number;
  readonly new: number;
  /** new / old */
  readonly ratio: number;
  /** Whether the samples of the one lie all above or all below those of the other. */
  readonly beyondSpread: boolean;
}

export interface Comparison {
  /** Of the cases that both reports have, in the order of the new one. */
  readonly changes: readonly Change[];
  /** Why the two may not be comparable. */
  readonly warnings: readonly string[];
}

export function compareReports(old: ComparableReport, now: ComparableReport): Comparison {
  const before = new Map(allResults(old).map((result) => [result.name, result]));
  const changes = allResults(now).flatMap((result): Change[] => {
    const other = before.get(result.name);
    if (other === undefined || other.unit !== result.unit) return [];
    return [
      {
        name: result.name,
        unit: result.unit,
        old: other.median,
        new: result.median,
        ratio: result.median / other.median,
        beyondSpread: result.min > other.max || result.max < other.min,
      },
    ];
  });
  const warnings: string[] = [];
  if (old.device.name !== now.device.name)
    warnings.push(`the old report is of "${old.device.name}", this one of "${now.device.name}"`);
  if (old.quick !== now.quick)
    warnings.push(
      `the old report was made ${old.quick ? 'with' : 'without'} --quick: its cases have other sizes`,
    );
  return { changes, warnings };
}

function allResults({ results, ceilings }: ComparableReport): ComparableResult[] {
  return [...results, ...Object.values(ceilings).filter((one) => one !== undefined)];
}

/** @throws Error that says what a report of `cntk bench --json` has and this text has not. */
export function parseReport(text: string): ComparableReport {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`it is not JSON (${(error as Error).message})`, { cause: error });
  }
  if (!isRecord(value)) throw new Error('it is not a JSON object');
  const { quick, device, results, ceilings } = value;
  if (typeof quick !== 'boolean') throw new Error('it has no "quick"');
  if (!isRecord(device) || typeof device.name !== 'string') throw new Error('it has no "device" with a name');
  if (!Array.isArray(results) || !results.every(isResult))
    throw new Error('its "results" are not a list of names, units, medians, minima and maxima');
  if (!isRecord(ceilings) || !Object.values(ceilings).every(isResult))
    throw new Error('its "ceilings" are not results by resource');
  return value as unknown as ComparableReport;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isResult(value: unknown): boolean {
  return (
    isRecord(value) &&
    typeof value.name === 'string' &&
    typeof value.unit === 'string' &&
    [value.median, value.min, value.max].every((rate) => typeof rate === 'number' && rate > 0)
  );
}
