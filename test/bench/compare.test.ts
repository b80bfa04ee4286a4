import { JsonError, parseJson } from '../../src/files/json-file.js';
import { comparableReport, compareReports, type ComparableReport } from '../../src/bench/compare.js';
import { mutations } from '../support/mutations.js';

// Plan: a change counts where the samples of two runs do not overlap, to both sides of the boundary; cases of one run
// alone are left out; other adapters and sizes are warned of; what is no report is refused with its reason.

const result = (name: string, min: number, median: number, max: number) =>
  ({ name, unit: 'flop/s', min, median, max }) as const;

function report(...results: ReturnType<typeof result>[]): ComparableReport {
  return {
    quick: false,
    device: { name: 'A' },
    ceilings: { arithmetic: result('ceiling_fma', 90, 100, 110) },
    results,
  };
}

test('ratio of the medians; beyond the spread only where the samples do not overlap', () => {
  const old = report(result('one', 9, 10, 12), result('gone', 1, 1, 1));
  for (const [min, median, max, beyond] of [
    [12, 14, 15, false],
    [12.001, 14, 15, true],
    [7, 8, 9, false],
    [7, 8, 8.999, true],
    [10, 10, 10, false],
  ] as const) {
    const now = report(result('one', min, median, max), result('fresh', 1, 1, 1));
    const { changes, warnings } = compareReports(old, now);
    expect(changes.map(({ name }) => name)).toEqual(['one', 'ceiling_fma']);
    expect(changes[0]).toMatchObject({ old: 10, new: median, ratio: median / 10, beyondSpread: beyond });
    expect(changes[1]).toMatchObject({ ratio: 1, beyondSpread: false });
    expect(warnings).toEqual([]);
  }
});

test('another adapter and other sizes are warned of', () => {
  const now = { ...report(), device: { name: 'B' }, quick: true };
  expect(compareReports(report(), now).warnings).toEqual([
    'the old report is of "A", this one of "B"',
    'the old report was made without --quick: its cases have other sizes',
  ]);
});

const parse = (value: unknown) => parseJson('x.json', JSON.stringify(value), comparableReport);

test('a report is read as it is written', () => {
  const written = report(result('one', 1, 2, 3));
  expect(parse(written)).toEqual(written);
});

test.each([
  ['a number', 3, /Expected Object/],
  ['no quick', {}, /quick/],
  ['no device', { quick: true }, /device/],
  ['no results', { ...report(), results: undefined }, /results/],
  ['a median of 0', report(result('one', 0, 0, 0)), /results\.0\.median/],
  ['a median beside its range', report(result('one', 2, 1, 3)), /results\.0: min, median and max/],
  ['a result without numbers', { ...report(), results: [{ name: 'x', unit: '×' }] }, /results\.0/],
  ['no ceilings', { ...report(), ceilings: undefined }, /ceilings/],
])('refused: %s', (_, value, reason) => {
  expect(() => parse(value)).toThrow(JsonError);
  expect(() => parse(value)).toThrow(reason);
});

test('whatever one field is replaced by: a comparison, or the field is named', () => {
  for (const { field, value } of mutations(report(result('one', 1, 2, 3)))) {
    try {
      compareReports(parse(value), report(result('one', 1, 2, 3)));
    } catch (error) {
      expect([field, error]).toEqual([field, expect.any(JsonError)]);
    }
  }
});
