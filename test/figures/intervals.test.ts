// Every row has its name and, for every series, a symbol and a bar, the first row on top; a row without a value has
// none; no two texts cover each other.
import { intervalsSvg } from '../../src/figures/intervals.js';
import type { IntervalsFigure } from '../../src/figures/figure-types.js';
import { textBoxes } from '../support/text-boxes.js';

const point = (value: number) => ({ value, low: value - 2, high: value + 3 });
const figure = (
  names: string[],
  series: IntervalsFigure['series'] = ['NTK', 'NNGP'].map((name) => ({
    name,
    points: names.map((_, i) => point(20 + i)),
  })),
): IntervalsFigure => ({
  kind: 'intervals',
  name: 'accuracy',
  title: 'Accuracy of networks',
  x: { label: 'test accuracy (%)' },
  names,
  series,
});

/** Of the `<g aria-label="dot">` groups after the legend: how many symbols each has. */
const symbols = (svg: string) =>
  [...svg.matchAll(/<g [^>]*aria-label="dot"[^>]*>(.*?)<\/g>/gs)].map(
    ([, inner]) => inner.match(/<(path|circle)/g)?.length ?? 0,
  );

test('names stand from top to bottom, and title, label and legend are there', () => {
  const boxes = textBoxes(intervalsSvg(figure(['alexnet', 'vgg19', 'myrtle5'])));
  const top = (name: string) => boxes.find(({ text }) => text === name)!.top;
  expect(top('Accuracy of networks')).toBeLessThan(top('NTK'));
  expect(top('NTK')).toBeLessThan(top('alexnet'));
  expect(top('alexnet')).toBeLessThan(top('vgg19'));
  expect(top('vgg19')).toBeLessThan(top('myrtle5'));
  expect(top('myrtle5')).toBeLessThan(top('test accuracy (%)'));
});

test('a row without a value, or with one that is no number, has no symbol', () => {
  const points = [point(1), null, point(NaN), point(3)];
  const drawn = intervalsSvg(figure(['a', 'b', 'c', 'd'], [{ name: 'NTK', points }]));
  // The legend's symbol, then the rows'.
  expect(symbols(drawn)).toEqual([1, 2]);
  expect(drawn).not.toContain('NaN');
});

test.each([1, 2, 13, 60])('of %d rows no two texts cover each other', (count) => {
  const boxes = textBoxes(
    intervalsSvg(figure(Array.from({ length: count }, (_, i) => `network number ${i}`))),
  );
  for (const [i, one] of boxes.entries()) {
    for (const other of boxes.slice(i + 1)) {
      const apart =
        one.right <= other.left ||
        other.right <= one.left ||
        one.bottom <= other.top ||
        other.bottom <= one.top;
      expect([one.text, other.text, apart]).toEqual([one.text, other.text, true]);
    }
  }
});

test('long names, no names and no series are drawn', () => {
  for (const one of [
    figure(['a very long name of a network that never ends '.repeat(9), '<script>&']),
    figure([]),
    figure(['a'], []),
  ]) {
    const svg = intervalsSvg(one);
    expect(svg).toMatch(/^<svg/);
    expect(svg).not.toMatch(/NaN|undefined|<script>/);
  }
});
