import { curveSvg } from './charts.js';
import { byId, onWidth, svgElement } from './dom.js';

/** The eigenvalues of the kernel that is shown. */
export class SpectrumCard {
  private readonly card = byId('spectrum-card', HTMLElement);
  private readonly figure = byId('spectrum-figure', HTMLElement);
  private values: readonly number[] = [];
  private width = 480;

  constructor() {
    onWidth(this.figure, (width) => {
      this.width = width;
      this.draw();
    });
  }

  start(): void {
    this.card.hidden = true;
  }

  show(values: readonly number[]): void {
    this.values = values;
    this.card.hidden = false;
    this.draw();
  }

  /** The figure as a document that stands alone. */
  svg(width = this.width): string {
    return curveSvg({
      title: 'Eigenvalues of the kernel over their mean',
      x: { label: 'rank', values: this.values.map((_, i) => i + 1) },
      y: { label: 'eigenvalue / mean', values: this.values, scale: 'log' },
      ...{ xScale: 'log', width, height: Math.round(Math.min(430, Math.max(260, 0.95 * width))) },
    });
  }

  private draw(): void {
    if (this.values.length > 0) this.figure.replaceChildren(svgElement(this.svg()));
  }
}
