import * as Plot from '@observablehq/plot';
import { TEXT_SIZE, textLines } from './document.js';
import { plotGroup } from './plot-document.js';
import { styledDots, styledLine, type SeriesStyle } from './series-style.js';
import { LINE_HEIGHT, textWidth, wrapText } from './text.js';

/** Length of the piece of line before a name, and its distance to it. */
const [SAMPLE, GAP] = [30, 7];
/** Between two entries of a row. */
const ENTRY_GAP = 22;
const MOST_LINES = 3;
const ROW_GAP = 4;

interface Entry {
  readonly lines: readonly string[];
  readonly style: SeriesStyle;
  readonly width: number;
}

/**
 * Names and looks of the series in rows, beside no data. A name longer than a row goes on below.
 *
 * @param at Upper left corner, and the room there is from left to right.
 */
export function legend(
  series: readonly { readonly name: string; readonly style: SeriesStyle }[],
  at: { readonly x: number; readonly y: number; readonly width: number },
): { readonly markup: string; readonly height: number } {
  const entries = series.map(({ name, style }): Entry => {
    const width = at.width - SAMPLE - GAP;
    const lines = wrapText(name, { width, size: TEXT_SIZE, lines: MOST_LINES });
    const longest = Math.max(0, ...lines.map((line) => textWidth(line, TEXT_SIZE)));
    return { lines, style, width: SAMPLE + GAP + longest };
  });
  let markup = '';
  let height = 0;
  for (const row of inRows(entries, at.width)) {
    let x = at.x;
    for (const entry of row) {
      markup += drawEntry(entry, x, at.y + height);
      x += entry.width + ENTRY_GAP;
    }
    const lines = Math.max(1, ...row.map((entry) => entry.lines.length));
    height += lines * LINE_HEIGHT * TEXT_SIZE + ROW_GAP;
  }
  return { markup, height };
}

function inRows(entries: readonly Entry[], width: number): Entry[][] {
  const rows: Entry[][] = [];
  let free = 0;
  for (const entry of entries) {
    if (rows.length === 0 || entry.width > free) {
      rows.push([]);
      free = width;
    }
    rows.at(-1)!.push(entry);
    free -= entry.width + ENTRY_GAP;
  }
  return rows;
}

function drawEntry({ lines, style }: Entry, x: number, y: number): string {
  const middle = (TEXT_SIZE * LINE_HEIGHT) / 2;
  return sample(style, x, y + middle) + textLines(lines, { x: x + SAMPLE + GAP, y: y + middle });
}

function sample(style: SeriesStyle, x: number, y: number): string {
  const line = [0, SAMPLE].map((end) => ({ x: end, y: 0 }));
  const scale = { type: 'identity', axis: null } as const;
  const frame: Plot.PlotOptions = { margin: 0, width: SAMPLE, height: TEXT_SIZE, x: scale, y: scale };
  const marks = [styledLine(line, style), styledDots([{ x: SAMPLE / 2, y: 0 }], style)];
  return plotGroup({ ...frame, marks }, { x, y });
}
