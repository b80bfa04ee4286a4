import * as Plot from '@observablehq/plot';

/** Okabe and Ito's colours, which the colour-blind tell apart, without yellow, which is hard to see on white; two of Tol's. */
const COLOURS = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#000000',
  '#882255',
  '#999999',
];
/** The symbols are as many as share no factor with the colours: there are 72 pairs before one comes again. */
const SYMBOLS = ['circle', 'square', 'triangle', 'diamond', 'star', 'wye', 'cross', 'hexagon'] as const;
const SYMBOL_RADIUS = 4.5;

export interface SeriesStyle {
  readonly colour: string;
  readonly symbol: (typeof SYMBOLS)[number];
  /** Dashed line and hollow symbols. */
  readonly reference: boolean;
}

interface NamedSeries {
  readonly name: string;
  readonly reference?: boolean;
}

/**
 * Colour and symbol of each series. A reference in whose name that of a measured series stands (`CNTK-V`, `CNTK-V,
 * published`) takes that one's, unless another reference has them already.
 */
export function seriesStyles(series: readonly NamedSeries[]): SeriesStyle[] {
  const styles = new Map<NamedSeries, SeriesStyle>();
  const give = (one: NamedSeries, look: Pick<SeriesStyle, 'colour' | 'symbol'>) =>
    styles.set(one, { ...look, reference: one.reference ?? false });
  let used = 0;
  const next = () => {
    const look = { colour: COLOURS[used % COLOURS.length], symbol: SYMBOLS[used % SYMBOLS.length] };
    used++;
    return look;
  };
  const measured = series.filter((one) => !one.reference);
  for (const one of measured) give(one, next());
  const free = new Set(measured);
  for (const one of series.filter(({ reference }) => reference)) {
    const partner = partnerOf(one, free);
    give(one, partner === undefined ? next() : styles.get(partner)!);
    if (partner !== undefined) free.delete(partner);
  }
  return series.map((one) => styles.get(one)!);
}

/** The one with the longest name that stands in the reference's as a whole: not `NTK` in `CNTK, published`. */
function partnerOf(reference: NamedSeries, measured: Iterable<NamedSeries>): NamedSeries | undefined {
  const text = ` ${reference.name} `;
  const isPartner = ({ name }: NamedSeries) => {
    if (name === '') return false;
    for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
      if (!isOfWord(text.at(at - 1)) && !isOfWord(text.at(at + name.length))) return true;
    }
    return false;
  };
  return Array.from(measured)
    .filter(isPartner)
    .sort((a, b) => b.name.length - a.name.length)
    .at(0);
}

/** Whether a character is a letter or a digit; the half of one beyond the basic plane is not looked at further. */
function isOfWord(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\d]/u.test(character);
}

/** @param points In pixels or in the units of the axes, as the plot has them. */
export function styledLine(
  points: readonly object[],
  { colour, reference }: SeriesStyle,
  dx = 0,
): Plot.Markish {
  const strokeDasharray = reference ? '6,4' : undefined;
  return Plot.line(points, { x: 'x', y: 'y', stroke: colour, strokeWidth: 2, strokeDasharray, dx });
}

/** @param offset In pixels, so that symbols of several series at one place can be told apart. */
export function styledDots(
  points: readonly object[],
  style: SeriesStyle,
  { dx = 0, dy = 0 }: { dx?: number; dy?: number } = {},
): Plot.Markish {
  const { colour, symbol, reference } = style;
  const fill = reference ? 'white' : colour;
  const look = { fill, stroke: colour, strokeWidth: 1.5, r: SYMBOL_RADIUS, symbol };
  return Plot.dot(points, { x: 'x', y: 'y', ...look, dx, dy });
}
