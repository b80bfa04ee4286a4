import type { Figure } from './figure-types.js';
import { curvesSvg } from './curves.js';
import { heatmapSvg } from './heatmap-figure.js';

/** A figure as an SVG document that stands alone. */
export function figureSvg(figure: Figure): string {
  return figure.kind === 'curves' ? curvesSvg(figure) : heatmapSvg(figure);
}
