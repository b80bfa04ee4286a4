import type { Figure } from './figure-types.js';
import { curvesSvg } from './curves.js';
import { heatmapSvg } from './heatmap-figure.js';
import { intervalsSvg } from './intervals.js';

/** A figure as an SVG document that stands alone. */
export function figureSvg(figure: Figure): string {
  switch (figure.kind) {
    case 'curves':
      return curvesSvg(figure);
    case 'heatmap':
      return heatmapSvg(figure);
    case 'intervals':
      return intervalsSvg(figure);
  }
}
