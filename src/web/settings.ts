/** What a run computes, as the controls of the page and the address bar say it. */
export interface Settings {
  /** The digits that ship with the project, or the files that were dropped on the page. */
  readonly data: 'digits' | 'files';
  readonly train: number;
  readonly test: number;
  /** Which images are drawn: the same number draws the same images. */
  readonly seed: number;
  /** A chain of the paper by its read-out, a preset by its name, or layers of one's own. */
  readonly network: 'v' | 'gap' | 'lap' | 'preset' | 'layers';
  /** Convolutions + 1, of chains; all smaller depths are computed on the way. */
  readonly depth: number;
  /** Half-width of the window of local average pooling, pixels. */
  readonly radius: number;
  readonly preset: string;
  /** A list of layers in JSON or YAML. */
  readonly layers: string;
  readonly kernel: 'ntk' | 'nngp';
}

export const DEFAULT_SETTINGS: Settings = {
  data: 'digits',
  train: 200,
  test: 100,
  seed: 1,
  network: 'gap',
  depth: 11,
  radius: 2,
  preset: 'myrtle5',
  layers: [
    '- { layer: conv, size: 3 }',
    '- { layer: relu }',
    '- { layer: avgpool, size: 2 }',
    '- { layer: conv, size: 3 }',
    '- { layer: relu }',
    '- { layer: gap }',
    '- { layer: dense }',
    '',
  ].join('\n'),
  kernel: 'ntk',
};

/** The numbers that the page takes, from … to. */
export const RANGES = {
  train: [2, 2000],
  test: [1, 1000],
  seed: [1, 999],
  depth: [3, 40],
  radius: [1, 16],
} as const satisfies Partial<Record<keyof Settings, readonly [number, number]>>;

const CHOICES = {
  data: ['digits', 'files'],
  network: ['v', 'gap', 'lap', 'preset', 'layers'],
  kernel: ['ntk', 'nngp'],
} as const satisfies { readonly [Key in keyof Settings]?: readonly Settings[Key][] };

/** Longer texts are no networks that anybody describes, and no addresses that every browser keeps. */
const LONGEST_TEXT = 4000;

/** The settings as the part of an address after #; what is as it is by default is left out. */
export function settingsHash(settings: Settings): string {
  const named = new URLSearchParams();
  for (const key of keysFor(settings)) {
    if (settings[key] !== DEFAULT_SETTINGS[key]) named.set(key, String(settings[key]));
  }
  return named.toString();
}

/** The keys that matter to this network. */
function keysFor({ network }: Settings): readonly (keyof Settings)[] {
  const common = ['data', 'train', 'test', 'seed', 'network', 'kernel'] as const;
  if (network === 'preset') return [...common, 'preset'];
  if (network === 'layers') return [...common, 'layers'];
  return network === 'lap' ? [...common, 'depth', 'radius'] : [...common, 'depth'];
}

/**
 * Reads the settings of an address. Whoever wrote it may have written anything: what is no setting, or out of range, is
 * left as it is by default and said in `faults`, one sentence each.
 *
 * @param hash With or without its #.
 */
export function readHash(hash: string): { readonly settings: Settings; readonly faults: readonly string[] } {
  const faults: string[] = [];
  const settings: Record<string, string | number> = {};
  for (const [key, text] of new URLSearchParams(hash.replace(/^#/, ''))) {
    const value = valueOf(key, text);
    if (value === undefined) faults.push(faultOf(key, text));
    else settings[key] = value;
  }
  return { settings: { ...DEFAULT_SETTINGS, ...settings }, faults };
}

function valueOf(key: string, text: string): string | number | undefined {
  if (Object.hasOwn(CHOICES, key)) {
    const choices: readonly string[] = CHOICES[key as keyof typeof CHOICES];
    return choices.includes(text) ? text : undefined;
  }
  if (Object.hasOwn(RANGES, key)) {
    const [least, most] = RANGES[key as keyof typeof RANGES];
    const number = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
    return number >= least && number <= most ? number : undefined;
  }
  if (key === 'preset') return /^[a-z0-9:-]{1,40}$/.test(text) ? text : undefined;
  if (key === 'layers') return text.length <= LONGEST_TEXT ? text : undefined;
  return undefined;
}

function faultOf(key: string, text: string): string {
  const shown = `${key.slice(0, 20)}=${text.length > 40 ? `${text.slice(0, 40)}…` : text}`;
  if (Object.hasOwn(CHOICES, key)) {
    return `${shown}: one of ${CHOICES[key as keyof typeof CHOICES].join(', ')} is wanted.`;
  }
  if (Object.hasOwn(RANGES, key)) {
    const [least, most] = RANGES[key as keyof typeof RANGES];
    return `${shown}: a whole number from ${least} to ${most} is wanted.`;
  }
  if (key === 'preset') return `${shown}: the name of a preset is wanted, such as myrtle5.`;
  if (key === 'layers') return `layers: at most ${LONGEST_TEXT} characters are read.`;
  return `${shown}: there is no such setting.`;
}

/** The smallest depth of a chain: an NTK whose first and last layer are frozen is zero below 3. */
export function leastDepth({ network, kernel }: Pick<Settings, 'network' | 'kernel'>): number {
  return kernel === 'ntk' && network !== 'v' ? 3 : 2;
}

/** Whether the network is a chain of the paper, of which one pass gives every depth. */
export function hasDepths({ network }: Pick<Settings, 'network'>): boolean {
  return network === 'v' || network === 'gap' || network === 'lap';
}
