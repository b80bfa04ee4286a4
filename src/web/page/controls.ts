import { DEFAULT_SETTINGS, hasDepths, leastDepth, RANGES, type Settings } from '../settings.js';
import type { DataFacts } from '../protocol.js';
import { byId, element, grouped } from './dom.js';
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
  /** Whether somebody has written layers of their own, or an address has brought them. */
  private isWritten = false;

  /** @param changed Called when a user has changed something. */
  constructor(changed: () => void) {
    for (const { name, input } of this.sliders) {
      const [least, most] = RANGES[name];
      input.min = String(least);
      input.max = String(most);
      input.step = name === 'train' || name === 'test' ? '10' : '1';
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
    if (this.counts === undefined) return;
    const { train: count, test: testCount } = this.counts;
    const [train, test] = [byId('train', HTMLInputElement), byId('test', HTMLInputElement)];
    const limit = (input: HTMLInputElement, [least, most]: readonly [number, number], there: number) =>
      (input.max = String(Math.min(most, Math.max(least, there))));
    limit(train, RANGES.train, testCount === undefined ? count - RANGES.test[0] : count);
    limit(test, RANGES.test, testCount ?? count - train.valueAsNumber);
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
