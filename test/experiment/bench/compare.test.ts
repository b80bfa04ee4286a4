// A change counts where the samples of two runs do not overlap, to both sides of the boundary; cases of one run
// alone are left out; other adapters and sizes are warned of; what is no report is refused with its reason.
import { compareReports, parseReport, type ComparableReport } from '../../../src/experiment/bench/compare.js';

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

test('a report is read as it is written', () => {
  const written = report(result('one', 1, 2, 3));
  expect(parseReport(JSON.stringify(written))).toEqual(written);
});

test.each([
  ['text', 'speeds', /not JSON/],
  ['a number', '3', /not a JSON object/],
  ['no quick', '{}', /no "quick"/],
  ['no device', '{"quick": true}', /no "device"/],
  ['no results', JSON.stringify({ ...report(), results: undefined }), /"results"/],
  ['a median of 0', JSON.stringify(report(result('one', 0, 0, 0))), /"results"/],
  [
    'a result without numbers',
    JSON.stringify({ ...report(), results: [{ name: 'x', unit: '×' }] }),
    /"results"/,
  ],
  ['no ceilings', JSON.stringify({ ...report(), ceilings: undefined }), /"ceilings"/],
])('refused: %s', (_, text, reason) => {
  expect(() => parseReport(text)).toThrow(reason);
});
