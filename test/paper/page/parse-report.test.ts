// What was written comes back, numbers that JSON cannot hold as NaN; each kind of damage is named, and no name in
// a report leads out of the folder.
import { JsonError } from '../../../src/files/json-file.js';
import { figureSvg } from '../../../src/figures/figure.js';
import { reportsPage } from '../../../src/paper/page/page.js';
import { parseReport as parse, pictureName } from '../../../src/paper/page/parse-report.js';
import { mutations } from '../../support/mutations.js';
import { CURVES, HEATMAPS, INTERVALS } from '../../figures/sample-figures.js';
import { sampleReport } from './sample-report.js';

const text = (value: unknown) => JSON.stringify(value);
const parseReport = (json: string) => parse('x.json', json);
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
  ['no JSON', '{"experiment":', /^x\.json: is no JSON/],
  ['another kind of JSON', '[1, 2]', /x\.json: experiment: /],
  ['a foreign file', '{"name": "cntk"}', /experiment/],
  [
    'a name that leads elsewhere',
    text({ ...whole, experiment: '../x' }),
    /^x\.json: experiment: cannot be the name/,
  ],
  [
    'a figure that does',
    text({ ...whole, figures: [{ ...first, name: '/etc/x' }] }),
    /^x\.json: figures\.0\.name/,
  ],
  ['a hidden one', text({ ...whole, figures: [{ ...first, name: '.x' }] }), /^x\.json: figures\.0\.name/],
  [
    'two figures of one name',
    text({ ...whole, figures: [first, first] }),
    /two figures have the name "sample-figure-0"$/,
  ],
  [
    'two figures of one file',
    text({ ...whole, figures: [first, { ...first, name: 'sample-figure-0' }] }),
    /two figures have the name "sample-figure-0"$/,
  ],
  ['an unknown figure', text({ ...whole, figures: [{ ...first, kind: 'pie' }] }), /figures\.0\.kind.*"pie"/],
  [
    'an unknown scale',
    text({ ...whole, figures: [{ ...first, x: { label: '', scale: 'cubic' } }] }),
    /"cubic"/,
  ],
  [
    'a row too many',
    text({ ...whole, figures: [{ ...INTERVALS['one row'], names: ['a', 'b'] }] }),
    /a series has not as many points as there are names/,
  ],
  ['text for a number', text({ ...whole, timingsMs: { solve: '1' } }), /timingsMs\.solve/],
  ['a matrix of another size', text({ ...whole, figures: [{ ...second, size: 49 }] }), /2500 values; 49×49/],
  [
    'a row of numbers',
    text({ ...whole, tables: [{ ...whole.tables[0], rows: [[1]] }] }),
    /tables\.0\.rows\.0/,
  ],
])('refuses %s', (_, json, message) => {
  expect(() => parseReport(json)).toThrow(JsonError);
  expect(() => parseReport(json)).toThrow(message);
});

test('whatever one field is replaced by: a page, or the field is named', () => {
  const small = {
    ...whole,
    figures: [{ ...CURVES['a slope'], series: [] }, HEATMAPS['one cell'], INTERVALS['one row']],
  };
  let drawn = 0;
  for (const { field, value } of mutations(small)) {
    try {
      const report = parseReport(text(value));
      // Drawing takes long: the picture that has the field is drawn, and of pages with other fields every fifth.
      const inFigure = /^figures\.(\d)/.exec(field)?.[1];
      if (inFigure === undefined && drawn++ % 5 > 0) continue;
      const victim = inFigure === undefined ? undefined : report.figures[Number(inFigure)];
      reportsPage([{ stem: 'x', report }], (figure) => (figure === victim ? figureSvg(figure) : ''));
    } catch (error) {
      expect([field, error]).toEqual([field, expect.any(JsonError)]);
    }
  }
});

test('whatever one field of rows with intervals is replaced by: a picture, or the field is named', () => {
  const [series] = INTERVALS['one row'].series;
  const small = { ...whole, figures: [{ ...INTERVALS['one row'], series: [series] }] };
  for (const { field, value } of mutations(small)) {
    if (!field.startsWith('figures')) continue;
    try {
      parseReport(text(value)).figures.map(figureSvg);
    } catch (error) {
      expect([field, error]).toEqual([field, expect.any(JsonError)]);
    }
  }
});

describe('what grows is drawn in a time that grows with it, or refused', () => {
  const curves = CURVES['a slope'];
  const point = { x: 1, y: 2 };
  const long = 'T00:00 a'.repeat(100_000);
  test.each([
    [
      'series',
      {
        ...curves,
        series: Array.from({ length: 5000 }, (_, i) => ({
          name: `s${i}`,
          reference: i % 2 > 0,
          points: [point],
        })),
      },
    ],
    [
      'most series',
      {
        ...curves,
        series: Array.from({ length: 300 }, (_, i) => ({
          name: `${' '.repeat(900)}${i}`,
          reference: i % 2 > 0,
          points: [point],
        })),
      },
    ],
    ['points', { ...curves, series: [{ name: 's', points: Array.from({ length: 200_000 }, () => point) }] }],
    [
      'rows',
      {
        ...INTERVALS['one row'],
        names: Array.from({ length: 300 }, (_, i) => `n${i}`),
        series: Array.from({ length: 20 }, (_, s) => ({
          name: `s${s}`,
          points: Array.from({ length: 300 }, (_, i) => ({ value: i, low: 0, high: 400 })),
        })),
      },
    ],
    ['a name', { ...curves, series: [{ name: long, points: [point] }] }],
    ['a title', { ...curves, title: long }],
    [
      'groups',
      { ...HEATMAPS['one cell'], groups: Array.from({ length: 100_000 }, () => ({ name: 'g', start: 0 })) },
    ],
  ])('%s', (_, figure) => {
    const started = performance.now();
    try {
      parseReport(text({ ...whole, figures: [figure] })).figures.map(figureSvg);
    } catch (error) {
      expect(error).toBeInstanceOf(JsonError);
    }
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test.each(['finished', 'title', 'command', 'version'])('%s', (field) => {
    const started = performance.now();
    expect(() => parseReport(text({ ...whole, [field]: long }))).toThrow(new RegExp(`x\\.json: ${field}`));
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test('settings within settings', () => {
    const nested = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
    expect(() => parseReport(text(whole).replace('"settings":{', `"settings":{"deep":${nested},`))).toThrow(
      /settings/,
    );
  });
});

test('names of pictures begin with the name of the report, once', () => {
  expect(pictureName('table1', 'table1', 'depth')).toBe('table1-depth');
  expect(pictureName('table1', 'table1', 'table1-depth')).toBe('table1-depth');
  expect(pictureName('table1-gpu', 'table1', 'table1-depth')).toBe('table1-gpu-depth');
});
