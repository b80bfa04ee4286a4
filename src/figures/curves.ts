import * as Plot from '@observablehq/plot';
import type { CurvesFigure } from './figure-types.js';
import { axisMarks, domainOf, isDrawable, makeAxis, plotScale, type PlotAxis, type Scale } from './axes.js';
import { sheet, TEXT_SIZE, textLines, titleLines } from './document.js';
import { plotGroup } from './plot-document.js';
import { legend } from './legend.js';
import { seriesStyles, styledDots, styledLine, type SeriesStyle } from './series-style.js';
import { LINE_HEIGHT, textWidth, wrapText } from './text.js';

const WIDTH = 760;
/** The height of the area of the data, in pixels. */
const PLOT_HEIGHT = 380;
const EDGE = 16;
const LINE = TEXT_SIZE * LINE_HEIGHT;
/** The distance from the axis to its labels, in pixels. */
const TICK_ROOM = 12;
/** More points than this, and only some of them get a symbol, this far apart: as many as make out the series. */
const MOST_SYMBOLS = 40;
const SYMBOL_DISTANCE = 60;
/** Error bars are so transparent that none of many hides another one's curve. */
const BAR_OPACITY = 0.6;
/** Series with error bars stand side by side, this far apart, pixels, but together within the spread. */
const [SIDE_STEP, SIDE_SPREAD] = [5, 16];

type Point = CurvesFigure['series'][number]['points'][number];

interface DrawnSeries {
  readonly name: string;
  readonly style: SeriesStyle;
  readonly points: readonly Point[];
  /** How far the series is moved to the side, in pixels, so that error bars at the same x can be told apart. */
  readonly dx: number;
}

/** Curves with a legend above them, as an SVG document. Values without a place on their axis are left out and counted. */
export function curvesSvg(figure: CurvesFigure): string {
  const series = drawnSeries(figure);
  const inner = WIDTH - 2 * EDGE;
  const title = titleLines(wrapText(figure.title, { width: inner, size: 16, lines: 3, bold: true }), {
    x: EDGE,
    y: EDGE,
  });
  const named = series.map(({ name, points, style }) => ({
    name: points.length > 0 ? name : `${name} (no data)`,
    style,
  }));
  const key = legend(named, { x: EDGE, y: EDGE + title.height + 6, width: inner });
  const yLabel = wrapText(figure.y.label, { width: inner, size: TEXT_SIZE, lines: 2 });
  const yLabelTop = EDGE + title.height + 6 + key.height + 8;
  // Half of the topmost tick's label stands above the data.
  const plotTop = yLabelTop + yLabel.length * LINE + LINE / 2 + 6;
  const data = dataArea(figure, series, plotTop);
  const xLabelWidth = 2 * (WIDTH - EDGE - data.middle);
  const xLabel = wrapText(figure.x.label, { width: xLabelWidth, size: TEXT_SIZE, lines: 2 });
  const xLabelTop = plotTop + PLOT_HEIGHT + TICK_ROOM + LINE + 2;
  const footnote = footnoteOf(figure, series);
  const footTop = xLabelTop + xLabel.length * LINE + 4;
  const height = footTop + footnote.length * LINE + EDGE - 4;
  const content = [
    title.markup,
    key.markup,
    textLines(yLabel, { x: EDGE, y: yLabelTop + LINE / 2 }),
    data.markup,
    textLines(xLabel, { x: data.middle, y: xLabelTop + LINE / 2, anchor: 'middle' }),
    textLines(footnote, { x: EDGE, y: footTop + LINE / 2, colour: '#555' }),
  ];
  return sheet(figure.title, WIDTH, height, content.join(''));
}

function drawnSeries({ series, x, y }: CurvesFigure): DrawnSeries[] {
  const styles = seriesStyles(series);
  const withBars = [...series.keys()].filter((i) => series[i].points.some((point) => hasBar(point)));
  const step = Math.min(SIDE_STEP, SIDE_SPREAD / withBars.length);
  return series.map(({ name, points }, i) => {
    const place = withBars.indexOf(i);
    return {
      name,
      style: styles[i],
      points: points
        .filter((point) => isDrawable(point.x, x.scale) && isDrawable(point.y, y.scale))
        .sort((a, b) => a.x - b.x),
      dx: place < 0 ? 0 : (place - (withBars.length - 1) / 2) * step,
    };
  });
}

function hasBar({ low, high }: Point): boolean {
  return Number.isFinite(low ?? NaN) || Number.isFinite(high ?? NaN);
}

function footnoteOf({ series }: CurvesFigure, drawn: readonly DrawnSeries[]): string[] {
  const count = (all: readonly { readonly points: readonly Point[] }[]) =>
    all.reduce((sum, { points }) => sum + points.length, 0);
  const missing = count(series) - count(drawn);
  if (missing === 0) return [];
  return [`Not drawn: ${missing} ${missing === 1 ? 'point' : 'points'} without a place on the axes.`];
}

function dataArea({ x, y }: CurvesFigure, series: readonly DrawnSeries[], top: number) {
  const points = series.flatMap((each) => each.points);
  const heights = points.flatMap((point) => [
    point.y,
    ...barEnds(point).filter((end) => isDrawable(end, y.scale)),
  ]);
  const yDomain = domainOf(heights, y.scale);
  const yAxis = makeAxis(y.scale, yDomain, { from: PLOT_HEIGHT, to: 0 });
  const labelWidth = Math.max(0, ...yAxis.labels.map((label) => textWidth(label, TEXT_SIZE)));
  const xs = points.map((point) => point.x);
  const { axis: xAxis, left, right } = horizontalAxis(x.scale, xs, EDGE + labelWidth + TICK_ROOM);
  const middle = (left + right) / 2;
  const markup =
    points.length > 0
      ? plotGroup(plotOptions(series, xAxis, yAxis, left, WIDTH - right), { x: 0, y: top })
      : textLines(['no data'], { x: middle, y: top + PLOT_HEIGHT / 2, anchor: 'middle', colour: '#555' });
  return { markup, middle };
}

/** An axis as wide as there is room for it and the outer halves of its outermost labels. */
function horizontalAxis(scale: Scale, xs: readonly number[], from: number) {
  let [left, right] = [from, WIDTH - EDGE - 8];
  let axis = makeAxis(scale, domainOf(xs, scale), { from: left, to: right, used: xs });
  const half = (label: string | undefined) => textWidth(label ?? '', TEXT_SIZE) / 2;
  const overLeft = EDGE / 2 - (axis.at(axis.ticks[0]) - half(axis.labels[0]));
  const overRight = axis.at(axis.ticks.at(-1) ?? 0) + half(axis.labels.at(-1)) - (WIDTH - EDGE / 2);
  if (overLeft > 0 || overRight > 0) {
    [left, right] = [left + Math.max(0, overLeft), right - Math.max(0, overRight)];
    axis = makeAxis(scale, axis.domain, { from: left, to: right, used: xs });
  }
  return { axis, left, right };
}

function plotOptions(
  series: readonly DrawnSeries[],
  x: PlotAxis,
  y: PlotAxis,
  marginLeft: number,
  marginRight: number,
): Plot.PlotOptions {
  // What is published lies below what is measured.
  const order = [...series].sort((a, b) => Number(b.style.reference) - Number(a.style.reference));
  return {
    width: WIDTH,
    height: PLOT_HEIGHT + TICK_ROOM + LINE,
    marginLeft,
    marginRight,
    marginTop: 0,
    marginBottom: TICK_ROOM + LINE,
    x: plotScale(x),
    y: plotScale(y),
    marks: [...axisMarks(x, y, { fontSize: TEXT_SIZE }), ...order.flatMap((each) => seriesMarks(each, x, y))],
  };
}

function seriesMarks({ points, style, dx }: DrawnSeries, x: PlotAxis, y: PlotAxis): Plot.Markish[] {
  const path = meansByX(points);
  return [
    ...(path.length > 1 ? [styledLine(path, style, dx)] : []),
    ...errorBars(points.filter(hasBar), style.colour, dx, y),
    styledDots(points.length > MOST_SYMBOLS ? spaced(points, x) : points, style, { dx }),
  ];
}

/** Some of many points, about evenly along the axis. @param points Sorted by x. */
function spaced(points: readonly Point[], { at }: PlotAxis): Point[] {
  let last = -Infinity;
  return points.filter(({ x }) => {
    const apart = at(x) - last >= SYMBOL_DISTANCE;
    if (apart) last = at(x);
    return apart;
  });
}

/** A line through several values at one x would run up and down: it takes their mean. @param points Sorted by x. */
function meansByX(points: readonly Point[]): { x: number; y: number }[] {
  const groups: { x: number; sum: number; count: number }[] = [];
  for (const { x, y } of points) {
    const last = groups.at(-1);
    if (last?.x === x) {
      last.sum += y;
      last.count++;
    } else groups.push({ x, sum: y, count: 1 });
  }
  return groups.map(({ x, sum, count }) => ({ x, y: sum / count }));
}

function barEnds({ y, low, high }: Point): [number, number] {
  const [lower, upper] = [low ?? y, high ?? y];
  return [Number.isFinite(lower) ? lower : y, Number.isFinite(upper) ? upper : y];
}

/** A bar that ends below a logarithmic axis goes down to its foot and has no cap there. */
function errorBars(
  points: readonly Point[],
  stroke: string,
  dx: number,
  { scale, domain }: PlotAxis,
): Plot.Markish[] {
  if (points.length === 0) return [];
  const bars = points.map((point) => {
    const [low, high] = barEnds(point);
    return { x: point.x, low: isDrawable(low, scale) ? low : domain[0], high };
  });
  const caps = bars.flatMap(({ x, low, high }) => [low, high].map((end) => ({ x, end })));
  return [
    Plot.ruleX(bars, { x: 'x', y1: 'low', y2: 'high', stroke, strokeOpacity: BAR_OPACITY, dx }),
    Plot.dot(
      caps.filter(({ end }) => end !== domain[0]),
      { x: 'x', y: 'end', stroke, strokeOpacity: BAR_OPACITY, symbol: CAP, dx },
    ),
  ];
}

const CAP = {
  draw: (context: { moveTo(x: number, y: number): void; lineTo(x: number, y: number): void }) => {
    context.moveTo(-4, 0);
    context.lineTo(4, 0);
  },
};
