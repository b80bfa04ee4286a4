import type { DataFacts } from '../protocol.js';
import { byId, forgetPictures, thumbnail } from './dom.js';
import { grouped } from './grouped.js';

/** Some of the images of a data set. */
export class SamplesCard {
  private shown: DataFacts['samples'] | undefined;

  show({ name, count, channels, height, width, classNames, notes, samples }: DataFacts): void {
    const size = `${height}×${width} pixels${channels === 1 ? '' : `, ${channels} channels`}`;
    const facts = `${name}: ${grouped(count)} images of ${size} in ${classNames.length} ${classNames.length === 1 ? 'class' : 'classes'}.`;
    byId('data-facts', HTMLElement).textContent = [facts, ...notes].join(' ');
    const grid = byId('samples', HTMLElement);
    grid.setAttribute('aria-label', `${samples.count} of the images`);
    grid.replaceChildren(...Array.from({ length: samples.count }, (_, i) => thumbnail(samples, i)));
    if (this.shown && this.shown !== samples) forgetPictures(this.shown);
    this.shown = samples;
  }
}
