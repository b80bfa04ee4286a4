import type { HeatmapFigure } from './figure-types.js';
import { sheet, TEXT_SIZE, textLines, titleLines } from './document.js';
import { tag } from './markup.js';
import { colourBarPng, layOut, matrixPng, spread } from './matrix-picture.js';
import { placeNames, type PlacedName } from './place-names.js';
import { fitText, LINE_HEIGHT, textWidth, wrapText } from './text.js';
import { linearTicks, tickLabels } from './ticks.js';

/** Side of the matrix, about; pixels. */
const SIZE = 520;
const EDGE = 16;
const LINE = TEXT_SIZE * LINE_HEIGHT;
/** Of the lines between a group and its name. */
const LEADER = 10;
/** At most for names beside the matrix. */
const NAME_WIDTH = 130;
const BAR_WIDTH = 16;
/** Share of the values off the diagonal that is beyond each end of the colours. */
const CLIPPED_SHARE = 0.005;

interface Area {
  readonly left: number;
  readonly top: number;
  readonly size: number;
}

/** A matrix in colours, its groups named along two edges and parted by white lines, as an SVG document with a PNG inside. */
export function heatmapSvg(figure: HeatmapFigure): string {
  const { size: n, groups } = figure;
  const values = Float64Array.from(figure.values);
  const range = spread(values, n, CLIPPED_SHARE);
  const groupOf = groupOfRows(groups, n);
  const lines = layOut(groupOf, SIZE);
  const size = lines.length;
  const middles = groups.map((_, group) => middleOf(lines, (row) => groupOf[row] === group));
  const rows = placeNames(groups, middles, { extent: size, line: LINE });
  const across = fitsAcross(groups, lines, groupOf);
  const columns = across ? rows.map((row) => ({ ...row, place: row.middle })) : rows;
  const nameRoom = rows.length === 0 ? 0 : LEADER + 6 + widest(rows);
  const columnRoom = columns.length === 0 ? 0 : across ? LINE + 4 : nameRoom;
  const left = EDGE + nameRoom;
  const bar = { left: left + size + 24, label: LINE + 8, ticks: tickWidth(range) };
  const width = bar.left + BAR_WIDTH + 10 + bar.ticks + bar.label + EDGE;
  const inner = width - 2 * EDGE;
  const title = titleLines(wrapText(figure.title, { width: inner, size: 16, lines: 3, bold: true }), {
    x: EDGE,
    y: EDGE,
  });
  const area = { left, top: EDGE + title.height + 8 + columnRoom, size };
  const png = matrixPng((row, column) => values[row * n + column], lines, range);
  const footnote = wrapText(footnoteOf(values, n, range), { width: inner, size: TEXT_SIZE, lines: 2 });
  const footTop = area.top + size + 10;
  const content = [
    title.markup,
    image(png, area.left, area.top, size, size),
    rowNames(rows, area),
    columnNames(columns, area, across),
    colourBar(figure.label, range, { ...area, left: bar.left }, bar.ticks),
    textLines(footnote, { x: EDGE, y: footTop + LINE / 2, colour: '#555' }),
  ];
  const height = footTop + footnote.length * LINE + EDGE - 4;
  return sheet(figure.title, width, height, content.join(''));
}

/** [n]; −1 before the first group. */
function groupOfRows(groups: HeatmapFigure['groups'], n: number): Int32Array {
  const group = new Int32Array(n).fill(-1);
  for (const [i, { start }] of groups.entries()) group.fill(i, Math.max(0, start));
  return group;
}

/** Undefined if no pixel is one of the group's. */
function middleOf(
  lines: readonly (number | undefined)[],
  belongs: (row: number) => boolean,
): number | undefined {
  const inside = (row: number | undefined) => row !== undefined && belongs(row);
  const first = lines.findIndex(inside);
  return first < 0 ? undefined : (first + lines.findLastIndex(inside) + 1) / 2;
}

/** Whether every name is narrower than its group is wide. */
function fitsAcross(
  groups: HeatmapFigure['groups'],
  lines: readonly (number | undefined)[],
  groupOf: Int32Array,
): boolean {
  return groups.every(({ name }, group) => {
    const width = lines.filter((row) => row !== undefined && groupOf[row] === group).length;
    return textWidth(name, TEXT_SIZE) + 4 <= width;
  });
}

function widest(names: readonly PlacedName[]): number {
  return Math.min(NAME_WIDTH, Math.max(0, ...names.map(({ name }) => textWidth(name, TEXT_SIZE))));
}

function rowNames(names: readonly PlacedName[], { left, top }: Area): string {
  return names
    .map(({ name, middle, place }) => {
      const label = textLines([fitText(name, NAME_WIDTH, TEXT_SIZE)], {
        x: left - LEADER - 4,
        y: top + place,
        anchor: 'end',
      });
      return label + leader(left - 2, top + middle, left - LEADER, top + place);
    })
    .join('');
}

/** Upright where they do not fit side by side. */
function columnNames(names: readonly PlacedName[], { left, top }: Area, across: boolean): string {
  return names
    .map(({ name, middle, place }) => {
      if (across) return textLines([name], { x: left + place, y: top - LINE / 2 - 2, anchor: 'middle' });
      const x = left + place;
      const label = textLines([fitText(name, NAME_WIDTH, TEXT_SIZE)], {
        x,
        y: top - LEADER - 4,
        rotate: -90,
      });
      return label + leader(left + middle, top - 2, x, top - LEADER);
    })
    .join('');
}

function leader(x1: number, y1: number, x2: number, y2: number): string {
  return tag('line', { x1, y1, x2, y2, stroke: '#888' });
}

function barTicks(range: readonly [number, number]) {
  const [low, high] = range;
  const ticks = high > low ? linearTicks(range, 10).filter((tick) => tick >= low && tick <= high) : [low];
  return { ticks, labels: tickLabels(ticks.length > 0 ? ticks : [low], 'linear') };
}

function tickWidth(range: readonly [number, number]): number {
  return Math.max(...barTicks(range).labels.map((label) => textWidth(label, TEXT_SIZE)));
}

function colourBar(
  label: string,
  range: readonly [number, number],
  { left, top, size }: Area,
  width: number,
): string {
  const [low, high] = range;
  const { ticks, labels } = barTicks(range);
  const x = left + BAR_WIDTH;
  const marks = ticks.map((tick, i) => {
    const y = top + size * (high > low ? (high - tick) / (high - low) : 0.5);
    const line = tag('line', { x1: x, x2: x + 5, y1: y, y2: y, stroke: '#222' });
    return line + textLines([labels[i]], { x: x + 8, y });
  });
  const name = textLines([fitText(label, size, TEXT_SIZE)], {
    x: x + 10 + width + 6 + LINE / 2,
    y: top + size / 2,
    anchor: 'middle',
    rotate: -90,
  });
  return image(colourBarPng(), left, top, BAR_WIDTH, size) + marks.join('') + name;
}

function image(png: Uint8Array, x: number, y: number, width: number, height: number): string {
  const href = `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
  const sharp = { 'image-rendering': 'optimizeSpeed', style: 'image-rendering:pixelated' };
  return tag('image', { x, y, width, height, preserveAspectRatio: 'none', href, ...sharp });
}

function footnoteOf(values: Float64Array, n: number, [low, high]: readonly [number, number]): string {
  const others = values.filter((_, e) => e % (n + 1) !== 0);
  const missing = values.filter(Number.isNaN).length;
  const beyond = others.filter((value) => value < low || value > high).length;
  const share = ((100 * beyond) / Math.max(1, others.length)).toPrecision(2);
  return [
    ...(beyond > 0 ? [`${share} % of the cells off the diagonal are beyond the ends of the scale.`] : []),
    ...(missing > 0 ? [`Grey: ${missing} cells that are no numbers.`] : []),
  ].join(' ');
}
