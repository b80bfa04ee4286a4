import type { DataFacts, Pictures } from '../protocol.js';
import { byId, onWidth, pictureData } from './dom.js';

/** Pictures are no wider than so many pixels of the screen. */
const WIDEST = 46;

/** Some of the images of a data set, in as many rows as they take. */
export class SamplesCard {
  private readonly canvas = byId('samples', HTMLCanvasElement);
  private samples: Pictures | undefined;
  private width = 0;

  constructor() {
    onWidth(byId('samples-card', HTMLElement), (width) => {
      this.width = width;
      this.draw();
    });
  }

  show({ name, count, channels, height, width, classNames, notes, samples }: DataFacts): void {
    this.samples = samples;
    const kinds = classNames.length;
    const size = `${height}×${width} pixels${channels === 1 ? '' : `, ${channels} channels`}`;
    byId('data-facts', HTMLElement).textContent =
      `${name}: ${count.toLocaleString('en-US')} images of ${size} in ${kinds} classes. ${notes.join(' ')}`.trim();
    this.canvas.setAttribute('aria-label', `${samples.count} of the images: ${name}`);
    this.draw();
  }

  private draw(): void {
    const { samples, width } = this;
    if (samples === undefined || width === 0) return;
    const columns = Math.min(samples.count, Math.max(8, Math.floor(width / WIDEST)));
    // Whole rows only.
    const rows = Math.min(3, Math.max(1, Math.floor(samples.count / columns)));
    const gap = Math.max(1, Math.round(samples.width / 10));
    this.canvas.width = columns * (samples.width + gap) - gap;
    this.canvas.height = rows * (samples.height + gap) - gap;
    const context = this.canvas.getContext('2d')!;
    for (let i = 0; i < rows * columns && i < samples.count; i++) {
      const [x, y] = [i % columns, Math.floor(i / columns)];
      context.putImageData(pictureData(samples, i), x * (samples.width + gap), y * (samples.height + gap));
    }
  }
}
