import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { tag } from './markup.js';

/** What is used of a browser's elements; this project has no types of them. */
interface SvgElement {
  readonly tagName: string;
  readonly outerHTML: string;
  readonly children: ArrayLike<SvgElement>;
  setAttribute(name: string, value: string): void;
}

/** A plot as an SVG document. @param options What `plot` of Observable Plot takes. */
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
