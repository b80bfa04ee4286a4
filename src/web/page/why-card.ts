import type { DepthResult, RunImages, Speech } from '../protocol.js';
import { byId, element, onWidth, showThumbnail, thumbnail } from './dom.js';
import { beforeFrame } from './frames.js';
import { showVoices, voiceList } from './voices.js';

/** Columns of the strip are so far apart, in pixels. */
const COLUMN = 52;
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
  private readonly voices = voiceList();
  private images: RunImages | undefined;
  private result: DepthResult | undefined;
  private picked = -1;
  /** The test images of the strip. */
  private shown: readonly number[] = [];
  private width = 0;
  private readonly scroll = beforeFrame(() => this.scrollNow());

  /** @param pick Called when a test image is picked. */
  constructor(private readonly pick: (image: number) => void) {
    this.onlyWrong.addEventListener('change', () => this.fill());
    this.strip.addEventListener('click', ({ target }) => {
      const option = (target as Element).closest<HTMLElement>('[role=option]');
      if (option) this.choose(Number(option.dataset.image));
    });
    this.strip.addEventListener('keydown', (event) => this.onKey(event));
    onWidth(this.strip, (width) => (this.width = width));
  }

  start(images: RunImages): void {
    this.images = images;
    this.picked = -1;
    this.result = undefined;
    this.why.replaceChildren();
    this.shown = [];
    this.strip.replaceChildren();
    this.card.hidden = true;
  }

  show(result: DepthResult): void {
    const isFirst = this.result === undefined;
    this.result = result;
    this.card.hidden = false;
    this.fill();
    if (isFirst) this.choose(this.shown[0] ?? 0);
    else if (this.picked >= 0) this.pick(this.picked);
  }

  /** What the classes say of an image, if it is still the one that is picked. */
  async explain(image: number, speech: Speech): Promise<void> {
    if (image !== this.picked) return;
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
    if (this.voices.parentElement === null) this.why.replaceChildren(head, this.voices);
    else this.why.firstElementChild!.replaceWith(head);
    await showVoices(this.voices, speech, this.images!, MOST_VOICES);
  }

  private wanted(): number[] {
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
    const { test, testClasses } = this.images;
    const wanted = this.wanted();
    // Mostly the images stay, and what they are taken for changes.
    if (wanted.join() !== this.shown.join()) {
      this.shown = wanted;
      this.strip.replaceChildren(...wanted.map((image) => this.option(test, image)));
      this.strip.setAttribute(
        'aria-activedescendant',
        wanted.includes(this.picked) ? `test-${this.picked}` : '',
      );
    }
    for (const [i, image] of wanted.entries()) this.label(this.strip.children[i] as HTMLElement, image);
    const wrong = Array.from(testClasses.keys()).filter((image) => this.isWrong(image)).length;
    byId('strip-hint', HTMLElement).textContent =
      `${testClasses.length} test images, ${wrong} of them mistaken (dotted)`;
  }

  private option(test: RunImages['test'], image: number): HTMLElement {
    const option = element('div', { role: 'option', id: `test-${image}` });
    showThumbnail(option, test, image);
    option.dataset.image = String(image);
    option.setAttribute('aria-selected', String(image === this.picked));
    return option;
  }

  private label(option: HTMLElement, image: number): void {
    const { classNames, testClasses } = this.images!;
    const [truth, taken] = [testClasses[image], this.result!.predicted[image]].map((c) => classNames[c]);
    const label = truth === taken ? `${truth}, recognised` : `${truth}, taken for ${taken}`;
    if (option.title === label) return;
    option.title = label;
    option.setAttribute('aria-label', label);
    option.className = truth === taken ? 'thumb right' : 'thumb wrong';
  }

  private choose(image: number): void {
    this.strip.querySelector('[aria-selected=true]')?.setAttribute('aria-selected', 'false');
    this.picked = image;
    const option = document.getElementById(`test-${image}`);
    option?.setAttribute('aria-selected', 'true');
    this.strip.setAttribute('aria-activedescendant', option ? option.id : '');
    this.scroll();
    this.pick(image);
  }

  /** Only the strip is scrolled, not the page; where its images stand is known without asking the browser. */
  private scrollNow(): void {
    // It was not laid out yet, and begins with its first image.
    if (this.width === 0) return;
    const column = Math.floor(this.shown.indexOf(this.picked) / 2);
    const left = Math.max(0, COLUMN * (column + 0.5) - this.width / 2);
    if (left > 0 || this.strip.scrollLeft > 0) this.strip.scrollTo({ left });
  }

  private onKey(event: KeyboardEvent): void {
    const { shown } = this;
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
