// What was written comes back, numbers that JSON cannot hold as NaN; each kind of damage is named, and no name in
// a report leads out of the folder.
import { NoReportError, parseReport, pictureName } from '../../../src/experiment/paper/parse-report.js';
import { CURVES, HEATMAPS } from '../figures/sample-figures.js';
import { sampleReport } from './sample-report.js';

const text = (value: object) => JSON.stringify(value);
/** As it comes back: `reference` is always said. */
const whole = sampleReport();

test('a report comes back as it was', () => {
  expect(parseReport(text(whole))).toEqual(parseReport(text(parseReport(text(whole)))));
  expect(JSON.parse(text(parseReport(text(whole))))).toMatchObject(JSON.parse(text(whole)) as object);
  expect(parseReport(text({ ...whole, device: undefined }))).not.toHaveProperty('device');
});

test('numbers that JSON cannot hold come back as NaN', () => {
  const figures = [
    { ...CURVES['a slope'], series: [{ name: 's', points: [{ x: 1, y: NaN, low: -Infinity, high: 2 }] }] },
    { ...HEATMAPS['one cell'], values: [Infinity] },
  ];
  const [curves, heatmap] = parseReport(text({ ...whole, figures })).figures;
  expect(curves).toMatchObject({ series: [{ points: [{ x: 1, y: NaN, low: NaN, high: 2 }] }] });
  expect(heatmap).toMatchObject({ values: [NaN] });
});

const [first, second] = whole.figures;
test.each([
  ['no JSON', '{"experiment":', /^no JSON: /],
  ['another kind of JSON', '[1, 2]', /^the file is no object$/],
  ['a foreign file', '{"name": "cntk"}', /^experiment is no text$/],
  [
    'a name that leads elsewhere',
    text({ ...whole, experiment: '../x' }),
    /^experiment "\.\.\/x" cannot be the name/,
  ],
  ['a figure that does', text({ ...whole, figures: [{ ...first, name: '/etc/x' }] }), /^figures\[0\]\.name/],
  ['a hidden one', text({ ...whole, figures: [{ ...first, name: '.x' }] }), /^figures\[0\]\.name/],
  [
    'two figures of one name',
    text({ ...whole, figures: [first, first] }),
    /^two figures have the name "sample-figure-0"$/,
  ],
  [
    'two figures of one file',
    text({ ...whole, figures: [first, { ...first, name: 'sample-figure-0' }] }),
    /^two figures have the name "sample-figure-0"$/,
  ],
  ['an unknown figure', text({ ...whole, figures: [{ ...first, kind: 'pie' }] }), /kind is "pie"/],
  [
    'an unknown scale',
    text({ ...whole, figures: [{ ...first, x: { label: '', scale: 'cubic' } }] }),
    /"cubic"/,
  ],
  ['text for a number', text({ ...whole, timingsMs: { solve: '1' } }), /^solve is no number$/],
  ['a matrix of another size', text({ ...whole, figures: [{ ...second, size: 49 }] }), /2500 values; 49×49/],
  [
    'a row of numbers',
    text({ ...whole, tables: [{ ...whole.tables[0], rows: [[1]] }] }),
    /^tables\[0\]\.rows\[0\]/,
  ],
])('refuses %s', (_, json, message) => {
  expect(() => parseReport(json)).toThrow(NoReportError);
  expect(() => parseReport(json)).toThrow(message);
});

test('names of pictures begin with the name of the report, once', () => {
  expect(pictureName('table1', 'table1', 'depth')).toBe('table1-depth');
  expect(pictureName('table1', 'table1', 'table1-depth')).toBe('table1-depth');
  expect(pictureName('table1-gpu', 'table1', 'table1-depth')).toBe('table1-gpu-depth');
});
