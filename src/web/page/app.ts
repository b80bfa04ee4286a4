import type { AdapterFacts, DataFacts, DownloadKind, FromWorker, ToWorker } from '../protocol.js';
import { readHash, settingsHash } from '../settings.js';
import { showAdapterFacts } from './adapter-card.js';
import { Controls } from './controls.js';
import { byId, saveFile, showNotice } from './dom.js';
import { FilePicker } from './file-picker.js';
import { nextFrame } from './frames.js';
import { NetworkCard } from './network-card.js';
import { Results } from './results.js';
import { RunPanel } from './run-panel.js';
import { SamplesCard } from './samples-card.js';

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
  private readonly network = new NetworkCard();
  private readonly results = new Results((message) => this.ask(message));
  private adapter: AdapterFacts | undefined;
  private facts: DataFacts | undefined;
  private settled: ReturnType<typeof setTimeout> | undefined;
  /** Messages are taken one after the other: what one of them changes may take several frames. */
  private taken = App.reveal();

  constructor(private readonly ask: (message: ToWorker) => void) {
    this.takeAddress();
    addEventListener('hashchange', () => this.takeAddress());
    byId('close-notice', HTMLButtonElement).addEventListener('click', () => {
      byId('notice', HTMLElement).hidden = true;
    });
    byId('copy-link', HTMLButtonElement).addEventListener('click', () => void this.copyLink());
    for (const button of document.querySelectorAll<HTMLButtonElement>('[data-download]')) {
      const what = button.dataset.download as DownloadKind;
      button.addEventListener('click', () => this.ask({ kind: 'download', index: this.results.index, what }));
    }
    for (const button of document.querySelectorAll<HTMLButtonElement>('[data-figure]'))
      button.addEventListener('click', () => this.saveFigure(button.dataset.figure!));
  }

  /** Shows the page piece by piece: letters of the first text are loaded with its first frame, which is the longest. */
  private static async reveal(): Promise<void> {
    byId('not-started', HTMLElement).remove();
    await nextFrame();
    for (const id of ['setup', 'results']) {
      byId(id, HTMLElement).hidden = false;
      await nextFrame();
    }
  }

  /** Takes what the worker tells, in its turn. */
  take(message: FromWorker): void {
    this.taken = this.taken.then(() => this.show(message)).catch((error: unknown) => reportError(error));
  }

  private async show(message: FromWorker): Promise<void> {
    switch (message.kind) {
      case 'adapter':
        this.showAdapter(message.facts);
        return nextFrame();
      case 'no-webgpu':
        this.showNoWebGpu(message.reason);
        return;
      case 'data':
        this.controls.facts = message.facts;
        this.files.show(message.facts);
        this.facts = message.facts;
        this.samples.show(message.facts);
        this.describe();
        return nextFrame();
      case 'bad-data':
        this.files.refuse(message.message);
        if (this.facts) this.samples.show(this.facts);
        return;
      case 'network':
        this.controls.offerLayers(message.text);
        this.showNetwork(message.svg, message.remarks);
        return nextFrame();
      case 'bad-network':
        this.networkError(message.message);
        return;
      case 'estimate':
        if (this.adapter === undefined) return;
        this.panel.canRun = true;
        this.panel.estimate(message.estimate, this.adapter.software);
        return;
      case 'started':
        return this.results.start(message.images);
      case 'progress':
        this.panel.progress(message.progress);
        return;
      case 'picture':
        this.results.showPicture(message);
        return;
      case 'result':
        return this.results.take(message.result);
      case 'spectrum':
        return this.results.showSpectrum(message);
      case 'speech':
        return this.results.explain(message);
      case 'drawing':
        return this.results.showDrawing(message);
      case 'lost':
        showNotice(`${message.message} The page has opened a new one, and goes on from what was computed.`);
        return;
      case 'fault':
        showNotice(message.message);
        return;
      case 'failed':
        showNotice(message.message);
        this.results.stop();
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

  private end(message: Extract<FromWorker, { kind: 'done' | 'cancelled' | 'failed' }>): void {
    this.panel.end(message, this.results.summary);
    // What was changed meanwhile was not measured.
    this.describe();
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
    const { shownDepth } = this.results;
    const [svg, at] =
      name === 'network'
        ? [this.network.svg(), '']
        : [this.results.svg(name), shownDepth > 0 ? `-d${shownDepth}` : ''];
    saveFile(`${name}${at}.svg`, svg, 'image/svg+xml');
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
