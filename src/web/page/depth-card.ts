import type { DepthResult } from '../protocol.js';
import { curveSvg } from './charts.js';
import { byId, onWidth, svgElement } from './dom.js';
import { beforeFrame } from './frames.js';

/** The accuracy at every depth, and the slider that chooses the depth that everything shows. */
export class DepthCard {
  private readonly card = byId('depth-card', HTMLElement);
  private readonly slider = byId('shown', HTMLInputElement);
  private readonly figure = byId('accuracy-figure', HTMLElement);
  private depths: readonly number[] = [0];
  private results: readonly (DepthResult | undefined)[] = [];
  private width = 480;
  private readonly draw = beforeFrame(() => this.drawNow());

  /** @param changed Called when another depth is chosen. */
  constructor(changed: () => void) {
    this.slider.addEventListener('input', () => {
      this.say();
      this.draw();
      changed();
    });
    onWidth(this.figure, (width) => {
      this.width = width;
      this.draw();
    });
  }

  /** The index of the depth that is shown. */
  get index(): number {
    return this.slider.valueAsNumber;
  }

  /** Depths of a run that begins; the deepest is shown. */
  start(depths: readonly number[]): void {
    this.depths = depths;
    this.slider.min = '0';
    this.slider.max = String(depths.length - 1);
    this.slider.value = this.slider.max;
    byId('shown-control', HTMLElement).hidden = depths.length < 2;
    byId('depth-title', HTMLElement).textContent = depths.length < 2 ? 'Accuracy' : 'Every depth at once';
    this.results = [];
    this.say();
    this.drawNow();
    this.card.hidden = false;
  }

  show(results: readonly (DepthResult | undefined)[]): void {
    this.results = results;
    this.say();
    this.draw();
  }

  /** What the card says, as one sentence; empty before there is a result. */
  get summary(): string {
    const result = this.results[this.index];
    return result === undefined ? '' : `${percent(result)} ${this.sentence(result)}.`;
  }

  private sentence({ predicted }: DepthResult): string {
    const depth = this.depths[this.index];
    const at = depth > 0 ? ` at depth ${depth}` : '';
    return `of ${predicted.length} test images are classified rightly${at}`;
  }

  /** The figure as a document that stands alone. */
  svg(width = this.width): string {
    const solved = this.depths.flatMap((depth, i) => {
      const result = this.results[i];
      return result === undefined ? [] : [{ depth, accuracy: result.accuracy }];
    });
    return curveSvg({
      title: 'Accuracy on the test images by depth of the network',
      x: { label: 'depth', values: solved.map(({ depth }) => depth) },
      y: {
        label: 'accuracy',
        values: solved.map(({ accuracy }) => accuracy),
        scale: 'linear',
        text: (share) => `${Number((100 * share).toFixed(1))} %`,
      },
      ...{ xScale: 'linear', here: this.depths[this.index], width, height: 160 },
    });
  }

  /** A screen reader reads the slider as soon as it moves, so that words don't wait for a frame, as the figure does. */
  private say(): void {
    const depth = this.depths[this.index];
    byId('shown-value', HTMLOutputElement).value = String(depth);
    this.slider.setAttribute('aria-valuetext', `depth ${depth}`);
    const result = this.results[this.index];
    byId('accuracy', HTMLElement).textContent = result === undefined ? '–' : percent(result);
    byId('accuracy-text', HTMLElement).textContent =
      result === undefined ? 'Accuracy comes when the kernel is whole.' : this.sentence(result);
  }

  private drawNow(): void {
    const enough = this.results.filter((each) => each !== undefined).length >= 2;
    this.figure.hidden = this.depths.length < 2;
    byId('save-accuracy', HTMLElement).hidden = !enough;
    this.figure.replaceChildren(...(enough ? [svgElement(this.svg())] : []));
  }
}

function percent({ accuracy }: DepthResult): string {
  return `${(100 * accuracy).toFixed(1)} %`;
}
