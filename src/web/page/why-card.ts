import type { DepthResult, RunImages, Speech } from '../protocol.js';
import { byId, element, thumbnail } from './dom.js';
import { voices } from './voices.js';

/** Test images that the strip holds at the most. */
const MOST_SHOWN = 120;
/** Classes that speak of an image; of more only those that say most. */
const MOST_VOICES = 10;

/** The test images, and what speaks for each class at the one that is picked. */
export class WhyCard {
  private readonly card = byId('why-card', HTMLElement);
  private readonly strip = byId('strip', HTMLElement);
  private readonly onlyWrong = byId('only-wrong', HTMLInputElement);
  private readonly why = byId('why', HTMLElement);
  private images: RunImages | undefined;
  private result: DepthResult | undefined;
  private picked = -1;

  /** @param pick Called when a test image is picked. */
  constructor(private readonly pick: (image: number) => void) {
    this.onlyWrong.addEventListener('change', () => this.fill());
    this.strip.addEventListener('click', ({ target }) => {
      const option = (target as Element).closest<HTMLElement>('[role=option]');
      if (option) this.choose(Number(option.dataset.image));
    });
    this.strip.addEventListener('keydown', (event) => this.onKey(event));
  }

  start(images: RunImages): void {
    this.images = images;
    this.picked = -1;
    this.result = undefined;
    this.why.replaceChildren();
    this.strip.replaceChildren();
    this.card.hidden = true;
  }

  /** The test image that is picked; −1: none. */
  get image(): number {
    return this.picked;
  }

  show(result: DepthResult): void {
    const isFirst = this.result === undefined;
    this.result = result;
    this.card.hidden = false;
    this.fill();
    if (isFirst) this.choose(this.shown()[0] ?? 0);
    else if (this.picked >= 0) this.pick(this.picked);
  }

  /** What the classes say of the image that is picked. */
  explain(speech: Speech): void {
    const { test, testClasses, classNames } = this.images!;
    const [truth, taken] = [classNames[testClasses[this.picked]], classNames[speech.predicted]];
    const says =
      truth === taken ? `Taken for ${taken}, and it is.` : `Taken for ${taken}, but it is ${truth}.`;
    const head = element(
      'div',
      { class: 'verdict' },
      thumbnail(test, this.picked, `test image ${this.picked}`),
      element('strong', {}, says),
    );
    this.why.replaceChildren(head, voices(speech, this.images!, MOST_VOICES));
  }

  /** The test images of the strip. */
  private shown(): number[] {
    const { testClasses } = this.images!;
    const all = Array.from(testClasses.keys());
    const wanted = this.onlyWrong.checked ? all.filter((image) => this.isWrong(image)) : all;
    return wanted.slice(0, MOST_SHOWN);
  }

  private isWrong(image: number): boolean {
    return this.result!.predicted[image] !== this.images!.testClasses[image];
  }

  private fill(): void {
    if (this.images === undefined || this.result === undefined) return;
    const { test, testClasses, classNames } = this.images;
    const shown = this.shown();
    const options = shown.map((image) => {
      const [truth, taken] = [testClasses[image], this.result!.predicted[image]].map((c) => classNames[c]);
      const label = truth === taken ? `${truth}, recognised` : `${truth}, taken for ${taken}`;
      const kind = truth === taken ? 'right' : 'wrong';
      const option = element(
        'div',
        { role: 'option', id: `test-${image}`, 'aria-label': label, title: label, class: kind },
        thumbnail(test, image),
      );
      option.dataset.image = String(image);
      option.setAttribute('aria-selected', String(image === this.picked));
      return option;
    });
    this.strip.replaceChildren(...options);
    this.strip.setAttribute(
      'aria-activedescendant',
      shown.includes(this.picked) ? `test-${this.picked}` : '',
    );
    const wrong = Array.from(testClasses.keys()).filter((image) => this.isWrong(image)).length;
    byId('strip-hint', HTMLElement).textContent =
      `${testClasses.length} test images, ${wrong} of them mistaken (dotted)`;
  }

  private choose(image: number): void {
    this.strip.querySelector('[aria-selected=true]')?.setAttribute('aria-selected', 'false');
    this.picked = image;
    const option = document.getElementById(`test-${image}`);
    option?.setAttribute('aria-selected', 'true');
    this.strip.setAttribute('aria-activedescendant', option ? option.id : '');
    if (option) {
      // Only the strip is scrolled, not the page.
      const middle = option.offsetLeft - this.strip.offsetLeft - this.strip.clientWidth / 2;
      this.strip.scrollTo({ left: middle });
    }
    this.pick(image);
  }

  private onKey(event: KeyboardEvent): void {
    const shown = this.shown();
    const at = shown.indexOf(this.picked);
    // Two rows, filled column by column.
    const steps: Partial<Record<string, number>> = {
      ArrowRight: at + 2,
      ArrowLeft: at - 2,
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: shown.length - 1,
    };
    const to = steps[event.key];
    if (to === undefined || shown.length === 0) return;
    event.preventDefault();
    this.choose(shown[Math.min(shown.length - 1, Math.max(0, to))]);
  }
}
