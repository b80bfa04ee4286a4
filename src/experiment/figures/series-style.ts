import * as Plot from '@observablehq/plot';

/** Okabe and Ito's colours that the colour-blind tell apart, without yellow, which is hard to see on white. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];
/** As many as share no factor with the colours: 56 pairs before one comes again. */
const SYMBOLS = ['circle', 'square', 'triangle', 'diamond', 'star', 'wye', 'cross', 'hexagon'] as const;
const SYMBOL_RADIUS = 4.5;

export interface SeriesStyle {
  readonly colour: string;
  readonly symbol: (typeof SYMBOLS)[number];
  /** Dashed line and hollow symbols. */
  readonly reference: boolean;
}

/**
 * Colour and symbol of each series. A reference whose name begins with that of a measured series (`CNTK-V`, `CNTK-V,
 * published`) takes that one's colour.
 */
export function seriesStyles(
  series: readonly { readonly name: string; readonly reference?: boolean }[],
): SeriesStyle[] {
  const styles: SeriesStyle[] = [];
  let used = 0;
  const next = () => {
    const i = used++;
    return { colour: COLOURS[i % COLOURS.length], symbol: SYMBOLS[i % SYMBOLS.length] };
  };
  const order = [...series.keys()].sort((a, b) => Number(isReference(a)) - Number(isReference(b)) || a - b);
  for (const i of order) {
    const partner = isReference(i) ? partnerOf(i) : undefined;
    styles[i] = { ...(partner === undefined ? next() : styles[partner]), reference: isReference(i) };
  }
  return styles;

  function isReference(i: number): boolean {
    return series[i].reference ?? false;
  }

  function partnerOf(i: number): number | undefined {
    const measured = [...series.keys()].filter(
      (other) =>
        !isReference(other) && series[other].name !== '' && series[i].name.startsWith(series[other].name),
    );
    return measured.sort((a, b) => series[b].name.length - series[a].name.length).at(0);
  }
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

export function styledDots(points: readonly object[], style: SeriesStyle, dx = 0): Plot.Markish {
  const { colour, symbol, reference } = style;
  const fill = reference ? 'white' : colour;
  const look = { fill, stroke: colour, strokeWidth: 1.5, r: SYMBOL_RADIUS, symbol };
  return Plot.dot(points, { x: 'x', y: 'y', ...look, dx });
}
