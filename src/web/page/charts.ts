import { sheet, textLines } from '../../figures/document.js';
import { tag } from '../../figures/markup.js';
import { textWidth } from '../../figures/text.js';
import { linearTicks, logTicks, tickLabels } from '../../figures/ticks.js';

/** A curve with its axes. */
export interface Curve {
  readonly title: string;
  readonly x: { readonly label: string; readonly values: readonly number[] };
  readonly y: {
    readonly label: string;
    readonly values: readonly number[];
    readonly scale: 'linear' | 'log';
    /** What a value is called; by default the number. */
    readonly text?: (value: number) => string;
  };
  readonly xScale: 'linear' | 'log';
  /** The place that is shown elsewhere: a line, and a larger dot. */
  readonly here?: number;
  readonly width: number;
  readonly height: number;
}

const SMALL = 12;
const COLOUR = '#2b5fc4';
const AXIS = '#d0d3d0';

/** A curve as an SVG document; in the page its classes take the page's colours. */
export function curveSvg(curve: Curve): string {
  const { title, x, y, xScale, here, width, height } = curve;
  const shown = x.values.map((_, i) => i).filter((i) => y.scale === 'linear' || y.values[i] > 0);
  const yRange = rangeOf(
    shown.map((i) => y.values[i]),
    y.scale,
  );
  const xRange = rangeOf(
    shown.map((i) => x.values[i]),
    xScale,
    true,
  );
  const yTicks = y.scale === 'log' ? powersIn(yRange) : linearTicks(yRange, 4);
  const yLabels = y.text ? yTicks.map(y.text) : tickLabels(yTicks, y.scale);
  const room = Math.max(...yLabels.map((label) => textWidth(label, SMALL)));
  const area = { left: room + 10, right: width - 14, top: 26, bottom: height - 40 };
  const place = (value: number, [low, high]: readonly [number, number], scale: 'linear' | 'log') => {
    const at = scale === 'log' ? Math.log : (v: number) => v;
    return high > low ? (at(value) - at(low)) / (at(high) - at(low)) : 0.5;
  };
  const px = (value: number) => area.left + place(value, xRange, xScale) * (area.right - area.left);
  const py = (value: number) => area.bottom - place(value, yRange, y.scale) * (area.bottom - area.top);
  const grid = yTicks
    .map((tick, i) => {
      const at = py(tick);
      const line = { x1: area.left, x2: area.right, y1: at, y2: at, stroke: AXIS, class: 'axis' };
      return (
        tag('line', line) + textLines([yLabels[i]], { x: area.left - 8, y: at, anchor: 'end', size: SMALL })
      );
    })
    .join('');
  const xTicks = (xScale === 'log' ? powersIn(xRange) : linearTicks(xRange, Math.floor(width / 60))).filter(
    (tick) => xScale === 'log' || Number.isInteger(tick),
  );
  const xLabels = tickLabels(xTicks, 'linear')
    .map((label, i) =>
      textLines([label], { x: px(xTicks[i]), y: area.bottom + 13, anchor: 'middle', size: SMALL }),
    )
    .join('');
  const names =
    textLines([y.label], { x: 2, y: 9, size: SMALL }) +
    textLines([x.label], {
      x: (area.left + area.right) / 2,
      y: height - 9,
      anchor: 'middle',
      size: SMALL,
    });
  const points = shown.map((i) => `${round(px(x.values[i]))},${round(py(y.values[i]))}`);
  const line = tag('polyline', {
    ...{ points: points.join(' '), fill: 'none', stroke: COLOUR, class: 'curve' },
    'stroke-width': 2,
    'stroke-linejoin': 'round',
  });
  const dots = shown.length > 60 ? '' : shown.map((i) => dot(px(x.values[i]), py(y.values[i]), 2.5)).join('');
  return sheet(title, width, height, grid + xLabels + names + line + dots + marker());

  function marker(): string {
    const i = shown.find((index) => x.values[index] === here);
    if (i === undefined) return '';
    const at = px(x.values[i]);
    const rule = { x1: at, x2: at, y1: area.top, y2: area.bottom, stroke: '#222', class: 'here' };
    return tag('line', { ...rule, 'stroke-dasharray': '2 3' }) + dot(at, py(y.values[i]), 6);
  }
}

function dot(cx: number, cy: number, r: number): string {
  return tag('circle', { cx, cy, r, fill: COLOUR, class: 'point' });
}

function rangeOf(
  values: readonly number[],
  scale: 'linear' | 'log',
  tight = false,
): readonly [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (!(high > low)) return scale === 'log' ? [low / 2, low * 2] : [low - 0.5, high + 0.5];
  if (tight) return [low, high];
  return scale === 'log' ? [low / 1.3, high * 1.3] : [low - 0.08 * (high - low), high + 0.08 * (high - low)];
}

/** Few of them, whatever the range. */
function powersIn(range: readonly [number, number]): number[] {
  const ticks = logTicks(range).filter((tick) => tick >= range[0] && tick <= range[1]);
  const step = Math.ceil(ticks.length / 5);
  return ticks.filter((_, i) => i % step === 0);
}

function round(value: number): number {
  return Number(value.toFixed(1));
}
