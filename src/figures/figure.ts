import type { PaperFigure } from '../paper/report.js';
import { curvesSvg } from './curves.js';
import { heatmapSvg } from './heatmap-figure.js';

/** A figure as an SVG document that stands alone. */
export function figureSvg(figure: PaperFigure): string {
  return figure.kind === 'curves' ? curvesSvg(figure) : heatmapSvg(figure);
}
