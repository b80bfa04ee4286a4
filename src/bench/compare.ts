import * as v from 'valibot';
import type { BenchResult, Unit } from './measure.js';

const rate = v.pipe(v.number(), v.finite(), v.gtValue(0));
const units = [
  'element-layers/s',
  'flop/s',
  'bytes/s',
  'roots/s',
  'shuffles/s',
  '×',
] as const satisfies readonly (Unit | '×')[];
const result = v.pipe(
  v.object({
    name: v.pipe(v.string(), v.maxLength(200)),
    unit: v.picklist(units),
    median: rate,
    min: rate,
    max: rate,
  }),
  v.check(({ min, median, max }) => min <= median && median <= max, 'min, median and max do not rise'),
);

/** What `cntk bench --json` prints, as far as a comparison needs it. */
export const comparableReport = v.object({
  quick: v.boolean(),
  device: v.object({ name: v.pipe(v.string(), v.maxLength(1000)) }),
  ceilings: v.record(v.string(), result),
  results: v.pipe(v.array(result), v.maxLength(1000)),
});

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
