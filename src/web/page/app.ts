import type {
  AdapterFacts,
  DataFacts,
  DepthResult,
  DownloadKind,
  FromWorker,
  RunImages,
  ToWorker,
} from '../protocol.js';
import { readHash, settingsHash } from '../settings.js';
import { showAdapterFacts } from './adapter-card.js';
import { ConfusionCard } from './confusion-card.js';
import { Controls } from './controls.js';
import { DepthCard } from './depth-card.js';
import { byId, forgetPictures, saveFile, showNotice } from './dom.js';
import { FilePicker } from './file-picker.js';
import { MatrixCard } from './matrix-card.js';
import { NetworkCard } from './network-card.js';
import { PadCard } from './pad-card.js';
import { RunPanel } from './run-panel.js';
import { SamplesCard } from './samples-card.js';
import { SpectrumCard } from './spectrum-card.js';
import { WhyCard } from './why-card.js';

/** Screens on which the results stand below the controls. */
const BELOW = '(max-width: 1079px)';
/** A change is described when no other has followed it for so long. */
const SETTLED_MS = 150;

/** The page: it tells the worker what is wanted, and shows what it answers. */
export class App {
  private readonly controls = new Controls(() => this.changed());
  private readonly panel = new RunPanel({
    run: () => this.run(),
    cancel: () => this.ask({ kind: 'cancel' }),
  });
  private readonly files = new FilePicker(
    (files) => this.ask({ kind: 'files', files }),
    () => this.ask({ kind: 'digits' }),
  );
  private readonly samples = new SamplesCard();
  private readonly depth = new DepthCard(() => this.showDepth());
  private readonly matrix = new MatrixCard();
  private readonly confusion = new ConfusionCard();
  private readonly network = new NetworkCard();
  private readonly spectrum = new SpectrumCard();
  private readonly why = new WhyCard((image) => this.explain(image));
  private readonly pad = new PadCard((ink) => this.ask({ kind: 'classify', index: this.depth.index, ink }));
  private adapter: AdapterFacts | undefined;
  private facts: DataFacts | undefined;
  private images: RunImages | undefined;
  private results: (DepthResult | undefined)[] = [];
  /** The depth of the picture that the worker was asked for and has not sent; of later wishes only the last counts. */
  private asked: number | undefined;
  private settled: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly ask: (message: ToWorker) => void) {
    this.takeAddress();
    addEventListener('hashchange', () => this.takeAddress());
    byId('copy-link', HTMLButtonElement).addEventListener('click', () => void this.copyLink());
    for (const button of document.querySelectorAll<HTMLButtonElement>('[data-download]')) {
      const what = button.dataset.download as DownloadKind;
      button.addEventListener('click', () => this.ask({ kind: 'download', index: this.depth.index, what }));
    }
    for (const button of document.querySelectorAll<HTMLButtonElement>('[data-figure]'))
      button.addEventListener('click', () => this.saveFigure(button.dataset.figure!));
    this.ask({ kind: 'open' });
    this.ask({ kind: 'digits' });
  }

  /** Takes what the worker tells. */
  take(message: FromWorker): void {
    switch (message.kind) {
      case 'adapter':
        this.showAdapter(message.facts);
        return;
      case 'no-webgpu':
        this.showNoWebGpu(message.reason);
        return;
      case 'data':
        this.controls.facts = message.facts;
        this.files.show(message.facts);
        this.facts = message.facts;
        this.samples.show(message.facts);
        this.describe();
        return;
      case 'bad-data':
        this.files.refuse(message.message);
        if (this.facts) this.samples.show(this.facts);
        return;
      case 'network':
        this.controls.offerLayers(message.text);
        this.showNetwork(message.svg, message.remarks);
        return;
      case 'bad-network':
        this.networkError(message.message);
        return;
      case 'estimate':
        if (this.adapter === undefined) return;
        this.panel.canRun = true;
        this.panel.estimate(message.estimate, this.adapter.software);
        return;
      case 'started':
        this.start(message.images);
        return;
      case 'progress':
        this.panel.progress(message.progress);
        return;
      case 'picture':
        this.showPicture(message.picture);
        return;
      case 'result':
        this.takeResult(message.result);
        return;
      case 'spectrum':
        if (message.index === this.depth.index) this.spectrum.show(message.values);
        return;
      case 'speech':
        if (message.of === 'test') this.why.explain(message.speech);
        else this.pad.show(message.speech, message.elapsedMs);
        return;
      case 'lost':
        showNotice(`${message.message} The page has opened a new one, and goes on from what was computed.`);
        return;
      case 'failed':
        showNotice(message.message);
        this.end(message);
        return;
      case 'done':
      case 'cancelled':
        this.end(message);
        return;
      case 'file':
        saveFile(message.name, message.bytes, 'application/octet-stream');
        return;
    }
  }

  private takeAddress(): void {
    const { settings, faults } = readHash(location.hash);
    this.controls.settings = settings;
    if (settings.data === 'files' && this.facts?.kind !== 'files')
      showNotice(
        'These settings are for files of your own, which a link does not hold: drop them, or use the digits.',
      );
    if (faults.length > 0)
      showNotice(`The address holds what the page does not take, and it is left out. ${faults.join(' ')}`);
    this.describe();
  }

  private changed(): void {
    const hash = settingsHash(this.controls.settings);
    history.replaceState(null, '', hash === '' ? location.pathname + location.search : `#${hash}`);
    clearTimeout(this.settled);
    this.settled = setTimeout(() => this.describe(), SETTLED_MS);
  }

  private describe(): void {
    this.ask({ kind: 'describe', settings: this.controls.settings });
  }

  private run(): void {
    byId('notice', HTMLElement).hidden = true;
    clearTimeout(this.settled);
    this.panel.start();
    // The deepest network is shown first.
    this.ask({ kind: 'run', settings: this.controls.settings, shown: Infinity });
  }

  private start(images: RunImages): void {
    if (this.images) for (const pictures of [this.images.train, this.images.test]) forgetPictures(pictures);
    this.images = images;
    byId('intro-card', HTMLElement).hidden = true;
    // What is computed comes first; what it is computed from was seen before.
    byId('results', HTMLElement).append(
      ...['confusion-card', 'network-card', 'samples-card'].map((id) => byId(id, HTMLElement)),
    );
    byId('samples-card', HTMLElement).classList.add('wide');
    this.results = [];
    this.asked = undefined;
    this.depth.start(images.depths);
    this.matrix.start(images);
    this.confusion.start(images);
    this.why.start(images);
    this.spectrum.start();
    this.pad.start(images);
    if (matchMedia(BELOW).matches) byId('matrix-card', HTMLElement).scrollIntoView({ block: 'nearest' });
  }

  private end(message: Extract<FromWorker, { kind: 'done' | 'cancelled' | 'failed' }>): void {
    this.panel.end(message);
    // What was changed meanwhile was not measured.
    this.describe();
  }

  private takeResult(result: DepthResult): void {
    this.results[result.index] = result;
    this.depth.show(this.results);
    if (result.index === this.depth.index) this.showResult(result);
  }

  private showResult(result: DepthResult): void {
    this.confusion.show(result);
    this.why.show(result);
    this.pad.open();
  }

  private showDepth(): void {
    const result = this.results[this.depth.index];
    if (result !== undefined) this.showResult(result);
    if (this.asked !== undefined) return;
    this.asked = this.depth.index;
    this.ask({ kind: 'show', index: this.asked });
  }

  private showPicture(picture: Extract<FromWorker, { kind: 'picture' }>['picture']): void {
    this.matrix.show(picture);
    if (picture.index !== this.asked) return;
    this.asked = undefined;
    if (this.depth.index !== picture.index) this.showDepth();
  }

  private explain(image: number): void {
    this.ask({ kind: 'explain', index: this.depth.index, image });
  }

  private showAdapter(facts: AdapterFacts): void {
    this.adapter = facts;
    showAdapterFacts(facts);
    this.describe();
  }

  private showNoWebGpu(reason: string): void {
    byId('adapter', HTMLElement).classList.add('missing');
    byId('adapter-name', HTMLElement).textContent = 'No WebGPU';
    byId('no-webgpu-reason', HTMLElement).textContent = reason;
    byId('no-webgpu', HTMLElement).hidden = false;
    byId('intro-card', HTMLElement).hidden = true;
    byId('estimate', HTMLElement).textContent = 'Without WebGPU nothing can be computed here; see above.';
    this.panel.canRun = false;
  }

  private showNetwork(svg: string, remarks: readonly string[]): void {
    byId('network-error', HTMLElement).hidden = true;
    this.network.show(svg, remarks);
  }

  private networkError(message: string): void {
    const line = byId('network-error', HTMLElement);
    line.textContent = message;
    line.hidden = false;
    byId('estimate', HTMLElement).textContent = 'This network does not run on these images; see above.';
    this.panel.canRun = false;
  }

  private saveFigure(name: string): void {
    const depth = this.images?.depths[this.depth.index] ?? 0;
    const at = depth > 0 ? ` at depth ${depth}` : '';
    const figures: Readonly<Record<string, () => string>> = {
      accuracy: () => this.depth.svg(640),
      spectrum: () => this.spectrum.svg(640),
      matrix: () => this.matrix.svg(`Kernel of the training images${at}`),
      confusion: () => this.confusion.svg(`Confusion${at}`),
      network: () => this.network.svg(),
    };
    saveFile(
      `${name}${depth > 0 && name !== 'network' ? `-d${depth}` : ''}.svg`,
      figures[name](),
      'image/svg+xml',
    );
  }

  private async copyLink(): Promise<void> {
    const address = `${location.href.split('#')[0]}#${settingsHash(this.controls.settings)}`;
    const copied = navigator.clipboard.writeText(address).then(
      () => `Copied: ${address}`,
      () => `The browser does not let the page copy; the link is ${address}`,
    );
    showNotice(await copied);
  }
}
