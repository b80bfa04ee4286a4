import type { DepthResult, FromWorker, RunImages, ToWorker } from '../protocol.js';
import { ConfusionCard } from './confusion-card.js';
import { DepthCard } from './depth-card.js';
import { byId, forgetPictures } from './dom.js';
import { nextFrame } from './frames.js';
import { MatrixCard } from './matrix-card.js';
import { OneAtATime } from './one-at-a-time.js';
import { PadCard } from './pad-card.js';
import { SpectrumCard } from './spectrum-card.js';
import { WhyCard } from './why-card.js';

/** Screens on which the results stand below the controls. */
const BELOW = '(max-width: 1079px)';

/** Cards that were seen before the run: what is computed comes before them. */
const LAST = ['confusion-card', 'network-card', 'samples-card'];

type Of<Kind extends FromWorker['kind']> = Extract<FromWorker, { kind: Kind }>;

/**
 * What a run has found, at the depth that the slider chooses: a card each. Each is shown in a frame of its own, so that
 * none of them keeps the page from answering.
 */
export class Results {
  private readonly depth = new DepthCard(() => this.showDepth());
  private readonly matrix = new MatrixCard();
  private readonly confusion = new ConfusionCard();
  private readonly spectrum = new SpectrumCard();
  private readonly why = new WhyCard((image) =>
    this.ask({ kind: 'explain', index: this.depth.index, image }),
  );
  private readonly pad = new PadCard((ink, drawing) =>
    this.ask({ kind: 'classify', index: this.depth.index, drawing, ink }),
  );
  private readonly cards = new OneAtATime(() => this.showCards());
  private images: RunImages | undefined;
  private results: (DepthResult | undefined)[] = [];
  /** The depth of the picture that the worker was asked for and has not sent; of later wishes only the last counts. */
  private asked: number | undefined;

  constructor(private readonly ask: (message: ToWorker) => void) {}

  /** The index of the depth that is shown. */
  get index(): number {
    return this.depth.index;
  }

  /** How often the network that is shown is right, in a sentence. */
  get summary(): string {
    return this.depth.summary;
  }

  /** A run begins. */
  async start(images: RunImages): Promise<void> {
    const before = this.images;
    this.images = images;
    this.results = [];
    this.asked = undefined;
    for (const card of [this.confusion, this.why, this.pad]) card.start(images);
    this.spectrum.start();
    if (before === undefined) this.makeRoom();
    else for (const pictures of [before.train, before.test]) forgetPictures(pictures);
    await nextFrame();
    this.depth.start(images.depths);
    await nextFrame();
    this.matrix.start(images);
    await nextFrame();
    if (matchMedia(BELOW).matches) byId('matrix-card', HTMLElement).scrollIntoView({ block: 'nearest' });
  }

  /** Puts what was seen before the first run after what the run finds. */
  private makeRoom(): void {
    byId('intro-card', HTMLElement).hidden = true;
    const focused = document.activeElement;
    byId('results', HTMLElement).append(...LAST.map((id) => byId(id, HTMLElement)));
    byId('samples-card', HTMLElement).classList.add('wide');
    // An element that is moved loses the focus.
    if (focused instanceof HTMLElement && focused !== document.activeElement)
      focused.focus({ preventScroll: true });
  }

  async take(result: DepthResult): Promise<void> {
    this.results[result.index] = result;
    this.depth.show(this.results);
    if (result.index === this.depth.index) await this.cards.do();
  }

  showPicture({ picture }: Of<'picture'>): void {
    this.matrix.show(picture);
    if (picture.index !== this.asked) return;
    this.asked = undefined;
    if (this.depth.index !== picture.index) this.showDepth();
  }

  async showSpectrum({ index, values }: Of<'spectrum'>): Promise<void> {
    if (index !== this.depth.index) return;
    this.spectrum.show(values);
    await nextFrame();
  }

  async explain({ image, speech }: Of<'speech'>): Promise<void> {
    await this.why.explain(image, speech);
    await nextFrame();
  }

  async showDrawing({ drawing, speech, elapsedMs }: Of<'drawing'>): Promise<void> {
    await this.pad.answer(drawing, speech, elapsedMs);
    await nextFrame();
  }

  /** Nobody answers any more. */
  stop(): void {
    this.pad.stopWaiting();
  }

  /** A figure as a document that stands alone. */
  svg(name: string): string {
    const depth = this.shownDepth;
    const at = depth > 0 ? ` at depth ${depth}` : '';
    switch (name) {
      case 'accuracy':
        return this.depth.svg(640);
      case 'spectrum':
        return this.spectrum.svg(640);
      case 'matrix':
        return this.matrix.svg(`Kernel of the training images${at}`);
      default:
        return this.confusion.svg(`Confusion${at}`);
    }
  }

  /** 0 of a network that has only one. */
  get shownDepth(): number {
    return this.images?.depths[this.depth.index] ?? 0;
  }

  private showDepth(): void {
    void this.cards.do();
    if (this.asked !== undefined) return;
    this.asked = this.depth.index;
    this.ask({ kind: 'show', index: this.asked });
  }

  /** Whatever card comes next shows the depth that is chosen by then. */
  private async showCards(): Promise<void> {
    const steps = [
      (result: DepthResult) => this.confusion.show(result),
      (result: DepthResult) => this.why.show(result),
      () => this.pad.open(),
    ];
    for (const step of steps) {
      const result = this.results[this.depth.index];
      if (result === undefined) return;
      step(result);
      await nextFrame();
    }
  }
}
