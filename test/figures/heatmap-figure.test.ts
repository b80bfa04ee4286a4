// Groups are named along both edges, parted by white lines and as bright as their values; a cell that is no number
// is grey and counted; names keep their order and their distance, whatever the sizes of the groups.
import { decode } from 'fast-png';
import { heatmapSvg } from '../../src/figures/heatmap-figure.js';
import { placeNames } from '../../src/figures/place-names.js';
import { svgRoot, textBoxes } from '../support/text-boxes.js';
import { HEATMAPS, heatmapFigure } from './sample-figures.js';

const texts = (svg: string) => textBoxes(svg).map(({ text }) => text);

/** The picture inside, the first of two: the second is the colour bar. */
function pixelsOf(svg: string) {
  const href = svgRoot(svg).querySelector('image')!.getAttribute('href')!;
  const { width, channels, data } = decode(Buffer.from(href.split(',')[1], 'base64'));
  const at = (y: number, x: number) =>
    Array.from(data.subarray((y * width + x) * channels).subarray(0, channels));
  return { width, at };
}

test('names, label and ticks are there; each group twice', () => {
  const all = texts(heatmapSvg(HEATMAPS['ten classes']));
  for (const name of ['airplane', 'truck']) expect(all.filter((text) => text === name)).toHaveLength(2);
  expect(all).toEqual(expect.arrayContaining(['cosine similarity', '0.20', '0.60']));
});

test('groups are bright blocks, parted by white lines', () => {
  const { width, at } = pixelsOf(heatmapSvg(heatmapFigure(20, ['a', 'b'])));
  const middle = width / 2;
  expect(at(middle, 5)).toEqual([255, 255, 255]);
  expect(at(5, middle)).toEqual([255, 255, 255]);
  const green = ([, value]: number[]) => value;
  expect(green(at(5, middle - 5))).toBeGreaterThan(200);
  expect(green(at(5, middle + 5))).toBeLessThan(30);
});

test('cells that are no numbers are grey and counted', () => {
  const values = [...heatmapFigure(20, ['a', 'b']).values];
  values[1] = values[20] = NaN;
  const svg = heatmapSvg(heatmapFigure(20, ['a', 'b'], { values }));
  const { width, at } = pixelsOf(svg);
  const cell = Math.floor(width / 20);
  expect(at(1, cell + 1)).toEqual([160, 160, 160]);
  expect(texts(svg).join()).toMatch(/Grey: 2 cells/);
  expect(texts(heatmapSvg(heatmapFigure(20, ['a', 'b']))).join()).not.toMatch(/Grey/);
});

test('what is beyond the ends of the colours is said', () => {
  const values = [...heatmapFigure(40, ['a']).values];
  values[1] = values[40] = -100;
  const svg = heatmapSvg(heatmapFigure(40, ['a'], { values }));
  expect(texts(svg).join()).toMatch(/^.*0\.13 % of the cells off the diagonal are beyond the ends/);
});

describe('names along an edge', () => {
  const places = (middles: (number | undefined)[], extent: number) =>
    placeNames(
      middles.map((_, i) => ({ name: `${i}` })),
      middles,
      { extent, line: 10 },
    ).map(({ name, place }) => [Number(name), place]);

  test('stand at their groups where there is room', () => {
    expect(places([20, 50, 80], 100)).toEqual([
      [0, 20],
      [1, 50],
      [2, 80],
    ]);
  });

  test('move apart where there is none, within the edge', () => {
    expect(places([1, 2, 3, 98, 99], 100)).toEqual([
      [0, 5],
      [1, 15],
      [2, 25],
      [3, 85],
      [4, 95],
    ]);
  });

  test('are fewer where not all have room; a group that is not shown has none', () => {
    expect(places([5, 10, 15, 20, 25, 30], 30).map(([i]) => i)).toEqual([0, 2, 4]);
    expect(places([20, undefined, 80], 100).map(([i]) => i)).toEqual([0, 2]);
  });
});
