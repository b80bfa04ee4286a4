// Every row has its name and, for every series, a symbol and a bar, the first row on top; a row without a value has
// none.
import { intervalsSvg } from '../../src/figures/intervals.js';
import { textBoxes } from '../support/text-boxes.js';
import { intervalsFigure } from './sample-figures.js';

const point = (value: number) => ({ value, low: value - 2, high: value + 3 });

/** Of the `<g aria-label="dot">` groups after the legend: how many symbols each has. */
const symbols = (svg: string) =>
  [...svg.matchAll(/<g [^>]*aria-label="dot"[^>]*>(.*?)<\/g>/gs)].map(
    ([, inner]) => inner.match(/<(path|circle)/g)?.length ?? 0,
  );

test('names stand from top to bottom, and title, label and legend are there', () => {
  const boxes = textBoxes(intervalsSvg(intervalsFigure(['alexnet', 'vgg19', 'myrtle5'])));
  const top = (name: string) => boxes.find(({ text }) => text === name)!.top;
  expect(top('Accuracy of networks')).toBeLessThan(top('NTK'));
  expect(top('NTK')).toBeLessThan(top('alexnet'));
  expect(top('alexnet')).toBeLessThan(top('vgg19'));
  expect(top('vgg19')).toBeLessThan(top('myrtle5'));
  expect(top('myrtle5')).toBeLessThan(top('test accuracy (%)'));
});

test('a row without a value, or with one that is no number, has no symbol', () => {
  const points = [point(1), null, point(NaN), point(3)];
  const drawn = intervalsSvg(intervalsFigure(['a', 'b', 'c', 'd'], { series: [{ name: 'NTK', points }] }));
  // The legend's symbol, then the rows'.
  expect(symbols(drawn)).toEqual([1, 2]);
  expect(drawn).not.toContain('NaN');
});
