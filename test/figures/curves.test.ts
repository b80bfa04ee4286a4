// A legend above the data names every series; a published series is dashed, hollow and in the colour of the measured
// one; error bars end where they should; values without a place are counted; series differ in symbol or colour.
import { curvesSvg } from '../../src/figures/curves.js';
import { seriesStyles } from '../../src/figures/series-style.js';
import { svgRoot, textBoxes } from '../support/text-boxes.js';
import { CURVES, curvesFigure, seriesOf } from './sample-figures.js';

const XS = [1, 2, 3];
const count = (svg: string, pattern: RegExp) => svg.match(pattern)?.length ?? 0;

test('title, labels with units, ticks and the names of all series are there', () => {
  const texts = textBoxes(curvesSvg(CURVES['accuracy against depth'])).map(({ text }) => text);
  expect(texts).toEqual(
    expect.arrayContaining([
      'Accuracy against depth',
      'depth (layers)',
      'test accuracy (%)',
      'CNTK-V',
      'CNN-GP-GAP',
      'CNTK-GAP, published',
      ...['3', '4', '6', '11', '21'],
    ]),
  );
});

test('the legend stands above the data, and below it nothing covers them', () => {
  const boxes = textBoxes(curvesSvg(curvesFigure([seriesOf('alpha', XS, (x) => x)])));
  const top = boxes.find(({ text }) => text === 'alpha')!;
  const label = boxes.find(({ text }) => text === 'test accuracy (%)')!;
  expect(top.bottom).toBeLessThan(label.top);
});

test('a published series is dashed and hollow, in the colour of its measured one', () => {
  const [measured, other, published] = seriesStyles([
    { name: 'CNTK-V' },
    { name: 'CNTK-GAP' },
    { name: 'CNTK-GAP, published', reference: true },
  ]);
  expect(published).toEqual({ ...other, reference: true });
  expect(measured.colour).not.toBe(other.colour);
  const drawn = (reference: boolean) =>
    curvesSvg(curvesFigure([{ ...seriesOf('p', XS, (x) => x), reference }]));
  // Once in the legend, once in the data.
  expect(count(drawn(true), /stroke-dasharray/g)).toBe(2);
  expect(count(drawn(true), /fill="white" aria-label="dot"/g)).toBe(2);
  expect(count(drawn(false), /stroke-dasharray|fill="white" aria-label="dot"/g)).toBe(0);
});

test('a reference is paired with the longest name that stands in its own, and no two with one', () => {
  const names = ['CNTK', 'CNTK-GAP', 'NTK'].map((name) => ({ name }));
  const lookOf = (...references: string[]) =>
    seriesStyles([...references.map((name) => ({ name, reference: true })), ...names]).map(
      ({ colour }) => colour,
    );
  const [paired, cntk, gap, ntk] = lookOf('paper: CNTK-GAP-2K');
  expect(paired).toBe(gap);
  expect(lookOf('NTK')[0]).toBe(ntk);
  expect(lookOf('CNTK (2019)')[0]).toBe(cntk);
  for (const stranger of ['CNTKs', 'a network']) expect([cntk, gap, ntk]).not.toContain(lookOf(stranger)[0]);
  expect(new Set(lookOf('NTK, paper', 'NTK, another')).size).toBe(4);
});

test('seventy-two series differ in colour or symbol', () => {
  const styles = seriesStyles(Array.from({ length: 72 }, (_, i) => ({ name: `${i}` })));
  expect(new Set(styles.map(({ colour, symbol }) => `${colour} ${symbol}`)).size).toBe(72);
});

describe('error bars', () => {
  const barsOf = (svg: string) =>
    Array.from(svgRoot(svg).querySelectorAll('g[aria-label="rule"] line'), (line) =>
      ['y1', 'y2'].map((end) => Number(line.getAttribute(end))),
    );

  test('are as long as the interval', () => {
    // The axis goes from −0.04·10 to 10.4 over 380 pixels: 0 to 10 with some room.
    const svg = curvesSvg(curvesFigure([{ name: 'a', points: [{ x: 1, y: 5, low: 0, high: 10 }] }]));
    const [[y1, y2]] = barsOf(svg);
    expect(Math.abs(y1 - y2)).toBeCloseTo(380 / 1.08, 6);
    expect(count(svg, /M-4,0L4,0/g)).toBe(2);
  });

  test('there are none without an interval', () => {
    const svg = curvesSvg(curvesFigure([seriesOf('a', XS, (x) => x)]));
    expect(barsOf(svg)).toEqual([]);
    expect(count(svg, /M-4,0L4,0/g)).toBe(0);
  });

  test('that end below a logarithmic axis go down to its foot, without a cap there', () => {
    const svg = curvesSvg(CURVES['bars that end below a logarithmic axis']);
    for (const ends of barsOf(svg)) expect(Math.max(...ends)).toBeCloseTo(380, 6);
    expect(count(svg, /M-4,0L4,0/g)).toBe(3);
  });

  test('of several series at one x stand side by side', () => {
    const two = ['a', 'b'].map((name) => seriesOf(name, XS, (x) => x, 1));
    const shifts = ['a', 'b'].map((_, i) => {
      const svg = curvesSvg(curvesFigure(two));
      return Array.from(svgRoot(svg).querySelectorAll('g[aria-label="rule"]'))[i].getAttribute('transform');
    });
    expect(shifts[0]).not.toBe(shifts[1]);
  });
});

describe('values without a place', () => {
  const texts = (svg: string) => textBoxes(svg).map(({ text }) => text);

  test('are left out and counted', () => {
    expect(texts(curvesSvg(CURVES['no numbers']))).toEqual(
      expect.arrayContaining(['broken (no data)', 'Not drawn: 3 points without a place on the axes.']),
    );
    expect(texts(curvesSvg(CURVES['a slope'])).join()).not.toMatch(/Not drawn|no data/);
  });

  test('zero has none on a logarithmic axis', () => {
    const figure = curvesFigure([seriesOf('a', [0, 1, 2], (x) => x)], { y: { label: 'y', scale: 'log' } });
    expect(texts(curvesSvg(figure))).toContain('Not drawn: 1 point without a place on the axes.');
  });

  test('a figure without any says so', () => {
    expect(texts(curvesSvg(CURVES['no series']))).toContain('no data');
  });
});

test('through several values at one x the line takes their mean', () => {
  const svg = curvesSvg(CURVES['x values that coincide']);
  const lines = Array.from(svgRoot(svg).querySelectorAll('g[aria-label="line"] path'), (path) =>
    path.getAttribute('d'),
  );
  // Of the legend and of the data: from one mean to the other.
  expect(lines.map((path) => path!.match(/L/g)?.length)).toEqual([1, 1]);
});

test('of five hundred points some have a symbol, about evenly along the axis', () => {
  const svg = curvesSvg(CURVES['a spectrum']);
  const dots = svgRoot(svg).querySelectorAll('g[aria-label="dot"]');
  const counts = Array.from(dots, (group) => Array.from(group.querySelectorAll('path, circle')).length);
  expect(counts.slice(2)).toEqual([expect.any(Number), expect.any(Number)]);
  for (const many of counts.slice(2)) {
    expect(many).toBeGreaterThan(7);
    expect(many).toBeLessThan(13);
  }
});
