import { sheet, textLines } from '../../figures/document.js';
import { tag } from '../../figures/markup.js';
import { textWidth } from '../../figures/text.js';
import type { MatrixPicture, RunImages } from '../protocol.js';
import { byId, element } from './dom.js';

/** More names do not fit beside a matrix. */
const MOST_NAMES = 20;

/** The kernel matrix of the training images in colours, with the names of the classes beside it. */
export class MatrixCard {
  private readonly card = byId('matrix-card', HTMLElement);
  private readonly canvas = byId('matrix', HTMLCanvasElement);
  private groups: readonly { readonly name: string; readonly middle: number }[] = [];
  private range: readonly [number, number] = [0, 1];

  start({ trainClasses, classNames }: RunImages): void {
    const n = trainClasses.length;
    this.groups = classNames.map((name, c) => ({
      name,
      middle: (trainClasses.indexOf(c) + trainClasses.lastIndexOf(c) + 1) / (2 * n),
    }));
    const names = this.groups.length <= MOST_NAMES ? this.groups : [];
    const longest = Math.max(0, ...names.map(({ name }) => name.length));
    const [rows, columns] = [byId('matrix-rows', HTMLElement), byId('matrix-columns', HTMLElement)];
    rows.style.width = `${Math.min(8, 0.7 * longest + 0.2)}em`;
    rows.replaceChildren(...names.map(({ name, middle }) => placed(name, 'top', middle)));
    // Long names do not fit side by side.
    columns.replaceChildren(
      ...(longest <= 2 ? names.map(({ name, middle }) => placed(name, 'left', middle)) : []),
    );
    const context = this.canvas.getContext('2d')!;
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.canvas.setAttribute(
      'aria-label',
      `Kernel matrix of ${n} training images in ${classNames.length} classes`,
    );
    this.card.hidden = false;
  }

  show({ size, rgba, range }: MatrixPicture): void {
    this.range = range;
    if (this.canvas.width !== size) this.canvas.width = this.canvas.height = size;
    this.canvas.getContext('2d')!.putImageData(new ImageData(rgba, size, size), 0, 0);
    byId('colour-low', HTMLElement).textContent = range[0].toPrecision(3);
    byId('colour-high', HTMLElement).textContent = range[1].toPrecision(3);
  }

  /** The matrix as a document that stands alone, its cells as a picture inside. */
  svg(title: string): string {
    const names = this.groups.length <= MOST_NAMES ? this.groups : [];
    const side = 560;
    const left = 20 + Math.max(0, ...names.map(({ name }) => textWidth(name, 13)));
    const top = 56;
    const labels = names
      .map(({ name, middle }) => textLines([name], { x: left - 8, y: top + middle * side, anchor: 'end' }))
      .join('');
    const picture = {
      ...{ x: left, y: top, width: side, height: side, href: this.canvas.toDataURL('image/png') },
      'image-rendering': 'optimizeSpeed',
    };
    const foot = `Similarity from ${this.range.map((value) => value.toPrecision(3)).join(' (dark) to ')} (bright)`;
    return sheet(
      title,
      left + side + 20,
      top + side + 40,
      textLines([title], { x: left, y: 26, size: 16, bold: true }) +
        labels +
        tag('image', picture) +
        textLines([foot], { x: left, y: top + side + 18 }),
    );
  }
}

function placed(name: string, side: 'top' | 'left', middle: number): HTMLElement {
  const label = element('span', { title: name }, name);
  label.style.setProperty(side, `${100 * middle}%`);
  return label;
}
