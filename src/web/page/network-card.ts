import { byId, element, svgElement } from './dom.js';

/** The title stands above the card: so much of the drawing, in its pixels, is left out. */
const TITLE_HEIGHT = 46;

/** The drawing of the network, and what there is to say of it. */
export class NetworkCard {
  private markup = '';

  show(svg: string, remarks: readonly string[]): void {
    this.markup = svg;
    const drawing = svgElement(svg);
    const [width, height] = ['width', 'height'].map((name) => Number(drawing.getAttribute(name)));
    drawing.setAttribute('viewBox', `0 ${TITLE_HEIGHT} ${width} ${height - TITLE_HEIGHT}`);
    drawing.setAttribute('height', String(height - TITLE_HEIGHT));
    byId('network-figure', HTMLElement).replaceChildren(drawing);
    byId('network-remarks', HTMLElement).replaceChildren(
      ...remarks.map((remark) => element('li', {}, remark)),
    );
  }

  /** The drawing as a document that stands alone. */
  svg(): string {
    return this.markup;
  }
}
