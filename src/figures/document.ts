import { FONT_FAMILY, LINE_HEIGHT } from './text.js';
import { escapeMarkup, tag } from './markup.js';

export const TEXT_COLOUR = '#222';
/** The size of the letters of axes, legends and names, in pixels. */
export const TEXT_SIZE = 13;
const TITLE_SIZE = 16;

/** A white sheet as an SVG document. @param title What a screen reader says. @param content Markup. */
export function sheet(title: string, width: number, height: number, content: string): string {
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    width,
    height,
    viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`,
    role: 'img',
    'aria-label': title,
    'font-family': FONT_FAMILY,
    'font-size': TEXT_SIZE,
    fill: TEXT_COLOUR,
    color: TEXT_COLOUR,
  };
  const background = tag('rect', { width: '100%', height: '100%', fill: 'white' });
  return `${tag('svg', attributes, background + content)}\n`;
}

export interface TextStyle {
  readonly x: number;
  /** The middle of the first line. */
  readonly y: number;
  readonly size?: number;
  readonly bold?: boolean;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly colour?: string;
  /** Degrees, about (x, y). */
  readonly rotate?: number;
}

/** Lines of text, one below the other. */
export function textLines(lines: readonly string[], style: TextStyle): string {
  const { x, y, size = TEXT_SIZE, bold, anchor, colour, rotate } = style;
  return lines
    .map((line, i) =>
      tag(
        'text',
        {
          x,
          // A font of which nothing is known: the middle of its small letters is about a third of its size up.
          y: y + i * size * LINE_HEIGHT + 0.34 * size,
          'font-size': size === TEXT_SIZE ? undefined : size,
          'font-weight': bold ? 'bold' : undefined,
          'text-anchor': anchor,
          fill: colour,
          transform: rotate === undefined ? undefined : `rotate(${rotate} ${x} ${y})`,
        },
        escapeMarkup(line),
      ),
    )
    .join('');
}

/** A figure's title, and the height that it takes. */
export function titleLines(lines: readonly string[], at: { x: number; y: number }) {
  const height = lines.length * TITLE_SIZE * LINE_HEIGHT;
  const style = { x: at.x, y: at.y + 0.6 * TITLE_SIZE, size: TITLE_SIZE, bold: true };
  return { markup: textLines(lines, style), height };
}
