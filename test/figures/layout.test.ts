// In figures of all kinds, the worst inputs included, no text overlaps another one or leaves the sheet, measured by
// the font's own widths; no element has an id, so that figures of a page cannot clash; and the measure sees each fault.
import { figureSvg } from '../../src/figures/figure.js';
import { sheet, textLines } from '../../src/figures/document.js';
import { textBoxes, textFaults } from '../support/text-boxes.js';
import { CURVES, HEATMAPS, INTERVALS } from './sample-figures.js';

describe.each(Object.entries({ ...CURVES, ...HEATMAPS, ...INTERVALS }))('%s', (_, figure) => {
  const svg = figureSvg(figure);

  test('no text overlaps another one or leaves the sheet', () => {
    expect(textBoxes(svg).length).toBeGreaterThan(0);
    expect(textFaults(svg)).toEqual([]);
  });

  test('has no ids, no style sheet, no script, and no place that is no number', () => {
    expect(svg).not.toMatch(/ id="|<style|<script|="[^"]*(NaN|undefined|Infinity)/);
  });
});

test('twice the same bytes', () => {
  const figures = [CURVES['a slope'], HEATMAPS['ten classes'], INTERVALS['thirteen rows']];
  expect(figures.map(figureSvg)).toEqual(figures.map(figureSvg));
});

describe('the measure', () => {
  const draw = (...texts: Parameters<typeof textLines>[]) =>
    sheet('t', 100, 100, texts.map((text) => textLines(...text)).join(''));

  test('accepts what stands apart', () => {
    expect(textFaults(draw([['one', 'two'], { x: 2, y: 20 }], [['three'], { x: 50, y: 20 }]))).toEqual([]);
  });

  test('sees a text on another one', () => {
    const faults = textFaults(draw([['one'], { x: 2, y: 20 }], [['two'], { x: 20, y: 25 }]));
    expect(faults).toEqual(['"two" overlaps "one"']);
  });

  test('sees a text that leaves the sheet, and one without a place', () => {
    expect(textFaults(draw([['a long text'], { x: 50, y: 20 }]))).toEqual(['"a long text" leaves the sheet']);
    expect(textFaults(draw([['lost'], { x: NaN, y: 20 }]))).toEqual(['"lost" leaves the sheet']);
  });

  test('turns with the text', () => {
    const upright = { x: 50, y: 90, rotate: -90 };
    expect(textFaults(draw([['along'], upright], [['by'], { x: 55, y: 60 }]))).toEqual([
      '"by" overlaps "along"',
    ]);
    expect(textFaults(draw([['along'], upright], [['by'], { x: 58, y: 60 }]))).toEqual([]);
  });
});
