import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { FONT_FAMILY, LINE_HEIGHT } from './text.js';
import { escapeMarkup, tag } from './markup.js';

/** What is used of a browser's elements; this project has no types of them. */
interface SvgElement {
  readonly tagName: string;
  readonly outerHTML: string;
  readonly children: ArrayLike<SvgElement>;
  setAttribute(name: string, value: string): void;
}

/** A plot as an SVG document. @param options Of Observable Plot. */
export function plotDocument(options: Plot.PlotOptions): string {
  const svg = plot(options);
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return `${svg.outerHTML}\n`;
}

/**
 * A plot as a group, for figures of several parts. Without the plot's style sheet, which is made for a plot that stands
 * alone: in a page it would reach into other figures.
 *
 * @param options Of Observable Plot; no clipping, as it writes ids that clash in a page.
 * @param at The plot's upper left corner.
 */
export function plotGroup(options: Plot.PlotOptions, at: { readonly x: number; readonly y: number }): string {
  const parts = Array.from(plot(options).children).filter((child) => child.tagName.toLowerCase() !== 'style');
  return tag(
    'g',
    { transform: `translate(${at.x},${at.y})`, fill: 'currentColor', 'text-anchor': 'middle' },
    parts.map((part) => part.outerHTML).join(''),
  );
}

function plot(options: Plot.PlotOptions): SvgElement {
  const { document } = parseHTML('<!DOCTYPE html><html><body></body></html>') as { document: unknown };
  const inDocument: object = { ...options, document };
  return Plot.plot(inDocument) as SvgElement;
}

export const TEXT_COLOUR = '#222';
/** Of axes, legends and names, pixels. */
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
