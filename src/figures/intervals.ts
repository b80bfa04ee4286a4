import * as Plot from '@observablehq/plot';
import { axisMarks, domainOf, isDrawable, makeAxis, plotScale, type PlotAxis } from './axes.js';
import { sheet, TEXT_SIZE, textLines, titleLines } from './document.js';
import { plotGroup } from './plot-document.js';
import type { IntervalsFigure } from './figure-types.js';
import { legend } from './legend.js';
import { seriesStyles, styledDots, type SeriesStyle } from './series-style.js';
import { fitText, LINE_HEIGHT, textWidth, wrapText } from './text.js';

const WIDTH = 760;
const EDGE = 16;
const LINE = TEXT_SIZE * LINE_HEIGHT;
/** The distance from the axis to its labels, in pixels. */
const TICK_ROOM = 12;
/** The most room that names beside the data take, in pixels. */
const NAME_WIDTH = 260;
/** A row's height is that of its series, one below the other, and some room between rows. */
const [SERIES_STEP, ROW_ROOM] = [10, 12];
const BAR_OPACITY = 0.6;

/** A row per name, with a symbol and a bar for each series, as an SVG document. */
export function intervalsSvg(figure: IntervalsFigure): string {
  const { names, series } = figure;
  const styles = seriesStyles(series);
  const inner = WIDTH - 2 * EDGE;
  const title = titleLines(wrapText(figure.title, { width: inner, size: 16, lines: 3, bold: true }), {
    x: EDGE,
    y: EDGE,
  });
  const key = legend(
    series.map(({ name }, s) => ({ name, style: styles[s] })),
    { x: EDGE, y: EDGE + title.height + 6, width: inner },
  );
  const top = EDGE + title.height + 6 + key.height + 10;
  const rowHeight = Math.max(1, series.length) * SERIES_STEP + ROW_ROOM;
  const height = Math.max(1, names.length) * rowHeight;
  const labels = names.map((name) => fitText(name, NAME_WIDTH, TEXT_SIZE));
  const left = EDGE + TICK_ROOM + Math.max(0, ...labels.map((label) => textWidth(label, TEXT_SIZE)));
  const right = WIDTH - EDGE - 8;
  const values = series.flatMap(({ points }) => points.flatMap((point) => (point ? ends(point) : [])));
  const drawable = values.filter((value) => isDrawable(value, 'linear'));
  const x = makeAxis('linear', domainOf(drawable, 'linear'), { from: left, to: right });
  const rows = rowAxis(labels, height);
  const marks = series.flatMap(({ points }, s) =>
    seriesMarks(points, styles[s], (s - (series.length - 1) / 2) * SERIES_STEP),
  );
  const plot: Plot.PlotOptions = {
    width: WIDTH,
    height: height + TICK_ROOM + LINE,
    marginLeft: left,
    marginRight: WIDTH - right,
    marginTop: 0,
    marginBottom: TICK_ROOM + LINE,
    x: plotScale(x),
    y: { ...plotScale(rows), reverse: false },
    marks: [...axisMarks(x, rows, { fontSize: TEXT_SIZE }), ...marks],
  };
  const labelTop = top + height + TICK_ROOM + LINE + 2;
  const xLabel = wrapText(figure.x.label, { width: right - left, size: TEXT_SIZE, lines: 2 });
  const content = [
    title.markup,
    key.markup,
    plotGroup(plot, { x: 0, y: top }),
    textLines(xLabel, { x: (left + right) / 2, y: labelTop + LINE / 2, anchor: 'middle' }),
  ];
  return sheet(figure.title, WIDTH, labelTop + xLabel.length * LINE + EDGE, content.join(''));
}

/** The first row on top. */
function rowAxis(labels: readonly string[], height: number): PlotAxis {
  const count = Math.max(1, labels.length);
  return {
    scale: 'linear',
    domain: [count - 0.5, -0.5],
    ticks: labels.map((_, row) => row),
    labels,
    at: (row) => (height * (row + 0.5)) / count,
  };
}

type Point = NonNullable<IntervalsFigure['series'][number]['points'][number]>;

function ends({ value, low, high }: Point): number[] {
  return [value, low ?? value, high ?? value];
}

function seriesMarks(
  points: IntervalsFigure['series'][number]['points'],
  style: SeriesStyle,
  dy: number,
): Plot.Markish[] {
  const drawn = points.flatMap((point, row) => {
    if (point === null || !ends(point).every((end) => isDrawable(end, 'linear'))) return [];
    const [x, low, high] = ends(point);
    return [{ x, low, high, y: row }];
  });
  const bar = { stroke: style.colour, strokeOpacity: BAR_OPACITY, strokeWidth: 2 };
  return [Plot.ruleY(drawn, { y: 'y', x1: 'low', x2: 'high', ...bar, dy }), styledDots(drawn, style, { dy })];
}
