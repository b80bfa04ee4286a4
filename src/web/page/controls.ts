import { DEFAULT_SETTINGS, hasDepths, leastDepth, RANGES, type Settings } from '../settings.js';
import type { DataFacts } from '../protocol.js';
import { byId, element } from './dom.js';
import { grouped } from './grouped.js';
import { OFFERED_PRESETS } from './offered-presets.js';

const NETWORK_HINTS: Readonly<Record<Settings['network'], string>> = {
  v: 'Convolutions, then a dense layer on all pixels: it compares images pixel by pixel, and is fast.',
  gap: 'Convolutions, then the mean over all pixels (global average pooling): it sees the same thing wherever it stands.',
  lap: 'Convolutions, then means over small windows (local average pooling): things may move a little.',
  preset: 'A network that has a name.',
  layers: 'Your own chain of layers.',
};
const KERNEL_HINTS: Readonly<Record<Settings['kernel'], string>> = {
  ntk: 'Neural tangent kernel: all layers are trained, by gradient descent.',
  nngp: 'Gaussian process: only the last layer is trained, the others stay random.',
};

/** Numbers of images are chosen in tens … */
const STEP = 10;
/** … where there are so many; of fewer every one counts. */
const MANY = 100;
/** Images that are kept to test on, of very few a third. */
const KEPT = 10;

/** The controls of the page as settings, and settings as the controls. */
export class Controls {
  private readonly form = byId('setup', HTMLFormElement);
  private readonly sliders = (['train', 'test', 'depth', 'radius'] as const).map((name) => ({
    name,
    input: byId(name, HTMLInputElement),
    output: byId(`${name}-value`, HTMLOutputElement),
  }));
  private readonly preset = byId('preset', HTMLSelectElement);
  private readonly layers = byId('layers', HTMLTextAreaElement);
  private data: Settings['data'] = 'digits';
  private counts: { readonly train: number; readonly test: number | undefined } | undefined;
  private seed = DEFAULT_SETTINGS.seed;
  /** Whether an address has brought a number of images between the tens. */
  private isOdd = false;
  /** Whether somebody has written layers of their own, or an address has brought them. */
  private isWritten = false;

  /** @param changed Called when a user has changed something. */
  constructor(changed: () => void) {
    for (const { name, input } of this.sliders) {
      const [least, most] = RANGES[name];
      input.min = String(least);
      input.max = String(most);
    }
    for (const name of OFFERED_PRESETS) this.offer(name);
    this.layers.addEventListener('input', () => (this.isWritten = true));
    this.form.addEventListener('input', () => {
      this.refresh();
      changed();
    });
  }

  get settings(): Settings {
    const number = (name: string) => byId(name, HTMLInputElement).valueAsNumber;
    return {
      data: this.data,
      train: number('train'),
      test: number('test'),
      seed: this.seed,
      network: this.chosen('network') as Settings['network'],
      depth: number('depth'),
      radius: number('radius'),
      preset: this.preset.value,
      layers: this.layers.value,
      kernel: this.chosen('kernel') as Settings['kernel'],
    };
  }

  set settings(settings: Settings) {
    const { train, test, depth, radius, preset, layers, network, kernel, data, seed } = settings;
    this.isOdd = train % STEP !== 0 || test % STEP !== 0;
    this.limitCounts();
    for (const [name, value] of Object.entries({ train, test, depth, radius }))
      byId(name, HTMLInputElement).value = String(value);
    this.offer(preset);
    this.preset.value = preset;
    this.layers.value = layers;
    this.isWritten = network === 'layers';
    this.data = data;
    this.seed = seed;
    for (const [name, value] of Object.entries({ network, kernel })) {
      const radio = this.form.querySelector<HTMLInputElement>(`input[name="${name}"][value="${value}"]`);
      radio!.checked = true;
    }
    this.refresh();
  }

  /** No more images than there are. */
  set facts({ kind, count, testCount }: DataFacts) {
    this.data = kind;
    this.counts = { train: count, test: testCount };
    this.refresh();
  }

  /** The ranges of the numbers of images: from their own set, or from those that are no training images. */
  private limitCounts(): void {
    const { train: count, test: testCount } = this.counts ?? { train: Infinity, test: undefined };
    const limit = (name: 'train' | 'test', there: number) => {
      const [least, most] = RANGES[name];
      const input = byId(name, HTMLInputElement);
      const inTens = there >= MANY && !this.isOdd;
      // Between the old steps and the new ones a browser would round the value.
      input.step = 'any';
      input.min = String(inTens ? STEP : least);
      input.max = String(Math.min(most, Math.max(least, there)));
      input.step = String(inTens ? STEP : 1);
    };
    const kept = testCount === undefined ? Math.max(1, Math.min(KEPT, Math.floor(count / 3))) : 0;
    limit('train', count - kept);
    limit('test', testCount ?? count - byId('train', HTMLInputElement).valueAsNumber);
  }

  /** The network that was described, as layers to begin an own one with; what somebody has written stays. */
  offerLayers(text: string): void {
    if (this.chosen('network') !== 'layers' && !this.isWritten) this.layers.value = text;
  }

  private chosen(name: string): string {
    return this.form.querySelector<HTMLInputElement>(`input[name="${name}"]:checked`)!.value;
  }

  private offer(preset: string): void {
    if (Array.from(this.preset.options).some(({ value }) => value === preset)) return;
    this.preset.append(element('option', { value: preset }, preset));
  }

  /** What depends on the controls: the numbers beside them, explanations, and which of them are there. */
  private refresh(): void {
    this.limitCounts();
    const { network, kernel } = this.settings;
    byId('depth', HTMLInputElement).min = String(Math.max(RANGES.depth[0], leastDepth({ network, kernel })));
    for (const { input, output } of this.sliders) output.value = grouped(input.valueAsNumber);
    byId('depth-control', HTMLElement).hidden = !hasDepths({ network });
    byId('radius-control', HTMLElement).hidden = network !== 'lap';
    byId('preset-control', HTMLElement).hidden = network !== 'preset';
    byId('layers-control', HTMLElement).hidden = network !== 'layers';
    byId('network-hint', HTMLElement).textContent = NETWORK_HINTS[network];
    byId('kernel-hint', HTMLElement).textContent = KERNEL_HINTS[kernel];
  }
}
