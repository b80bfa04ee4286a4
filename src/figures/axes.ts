import * as Plot from '@observablehq/plot';
import { TEXT_SIZE } from './document.js';
import { LINE_HEIGHT, textWidth } from './text.js';
import { formatNumber, linearTicks, logTicks, tickLabels, withoutOverlap } from './ticks.js';

export type Scale = 'linear' | 'log';
export type Domain = readonly [low: number, high: number];

/** So many different values on an axis get a tick each. */
const MOST_USED = 12;
/** Share of the range that stays free at both ends. */
const PADDING = 0.04;
/** Beyond these, sums and quotients of values overflow. */
const [SMALLEST, LARGEST] = [1e-290, 1e290];

/** Whether a value has a place on an axis of this scale. */
export function isDrawable(value: number, scale: Scale): boolean {
  return Math.abs(value) < LARGEST && (scale === 'linear' || value > SMALLEST);
}

/** The range of an axis that shows all values, with some room; of values that are all the same, a range about them. */
export function domainOf(values: readonly number[], scale: Scale): Domain {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  if (low > high) return scale === 'log' ? [1, 10] : [0, 1];
  if (scale === 'log') {
    const room = high > low * (1 + 1e-9) ? (high / low) ** PADDING : 2;
    return [low / room, high * room];
  }
  const size = Math.max(Math.abs(low), Math.abs(high));
  const room = high - low > 1e-9 * size ? PADDING * (high - low) : size > 0 ? size / 10 : 1;
  return [low - room, high + room];
}

export interface Axis {
  readonly scale: Scale;
  readonly domain: Domain;
  readonly ticks: readonly number[];
  readonly labels: readonly string[];
  /** Pixel of a value. */
  readonly at: (value: number) => number;
}

/**
 * An axis along which no two labels touch.
 *
 * @param from Pixel of the low end. @param to Pixel of the high end: smaller on a vertical axis.
 * @param used Values that get a tick each, if they are few and short: the depths, the sizes measured.
 */
export function makeAxis(
  scale: Scale,
  domain: Domain,
  { from, to, used = [] }: { from: number; to: number; used?: readonly number[] },
): Axis {
  const at = positionOn(scale, domain, from, to);
  const vertical = to < from;
  const place = (ticks: readonly number[], labels: readonly string[]) =>
    withoutOverlap(
      ticks.map((value, i) => ({
        value,
        label: labels[i],
        middle: at(value),
        extent: vertical ? LINE_HEIGHT * TEXT_SIZE : textWidth(labels[i], TEXT_SIZE),
      })),
      vertical ? 2 : 8,
    );
  const own = ticksAt(used);
  let placed = place(own, own.map(formatNumber));
  // Values that crowd at one end leave the rest of the axis bare.
  if (placed.length === 0 || placed.length < own.length / 2) {
    const count = Math.abs(to - from) / (vertical ? 45 : 80);
    const regular = scale === 'log' ? logTicks(domain) : linearTicks(domain, count);
    placed = place(regular, tickLabels(regular, scale));
  }
  return {
    scale,
    domain,
    at,
    ticks: placed.map(({ value }) => value),
    labels: placed.map(({ label }) => label),
  };
}

/** Empty if there are too many, or numbers too long for labels. */
function ticksAt(used: readonly number[]): number[] {
  const distinct = [...new Set(used)].sort((a, b) => a - b);
  const short = distinct.every((value) => Number(value.toPrecision(4)) === value);
  return distinct.length <= MOST_USED && short ? distinct : [];
}

function positionOn(scale: Scale, [low, high]: Domain, from: number, to: number) {
  const share =
    scale === 'log'
      ? (value: number) => Math.log(value / low) / Math.log(high / low)
      : (value: number) => (value - low) / (high - low);
  return (value: number) => from + (to - from) * share(value);
}

/** An axis as a scale of Observable Plot. */
export function plotScale({ scale, domain }: Axis): Plot.ScaleOptions {
  return { type: scale, domain: [...domain], label: null };
}

/**
 * Ticks, their labels and lines of the grid, as marks: the plot's own axes leave out labels of a logarithmic scale.
 *
 * @param xLabel Below the axis; null: none, and so for `yLabel`, above it.
 */
export function axisMarks(
  x: Axis,
  y: Axis,
  {
    fontSize,
    xLabel = null,
    yLabel = null,
  }: { fontSize: number; xLabel?: string | null; yLabel?: string | null },
): Plot.Markish[] {
  return [
    Plot.gridX([...x.ticks]),
    Plot.gridY([...y.ticks]),
    Plot.axisX([...x.ticks], { text: [...x.labels], fontSize, label: xLabel }),
    Plot.axisY([...y.ticks], { text: [...y.labels], fontSize, label: yLabel }),
  ];
}
