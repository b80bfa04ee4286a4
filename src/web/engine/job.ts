import {
  cntk,
  InputError,
  Network,
  nngp,
  presetNetwork,
  type KernelSpec,
  type Readout,
} from '../../index.js';
import { parseNetwork } from '../../data/network-text.js';
import { hasDepths, leastDepth, type Settings } from '../settings.js';

/** What is computed between two images. */
export type PairKernel =
  /** The chain of the paper at several depths: one kernel for each. */
  | { readonly kind: 'chain'; readonly depths: readonly number[]; readonly kernels: readonly KernelSpec[] }
  /** Any other network. */
  | { readonly kind: 'network'; readonly network: Network; readonly ntk: boolean };

/** The job of these settings. @throws NetworkError, InputError, KernelSpecError in the words of the command line */
export function jobOf(settings: Settings): PairKernel {
  if (!hasDepths(settings))
    return { kind: 'network', network: networkOf(settings), ntk: settings.kernel === 'ntk' };
  const least = leastDepth(settings);
  const depths = Array.from({ length: settings.depth - least + 1 }, (_, i) => least + i);
  const make = settings.kernel === 'ntk' ? cntk : nngp;
  const readout = readoutOf(settings);
  return { kind: 'chain', depths, kernels: depths.map((depth) => make({ depth, readout })) };
}

/** The depths of a job, from the smallest; 0 stands for that of a network that has only one. */
export function depthsOf(job: PairKernel): readonly number[] {
  return job.kind === 'chain' ? job.depths : [0];
}

function readoutOf({ network, radius }: Settings): Readout {
  if (network === 'lap') return `lap:${radius}`;
  return network === 'v' ? 'vanilla' : 'gap';
}

/** The network as a list of layers, for its drawing. @throws as `jobOf` */
export function networkOf(settings: Settings): Network {
  const { network, depth, radius, preset, layers } = settings;
  switch (network) {
    case 'v':
      return presetNetwork(`cntk-v:${depth}`);
    case 'gap':
      return presetNetwork(`cntk-gap:${depth}`);
    case 'lap':
      return presetNetwork(`cntk-lap:${depth}:${radius}`);
    case 'preset':
      return presetNetwork(preset);
    case 'layers':
      if (layers.trim() === '') throw new InputError('layers', 'the list is empty: name at least one layer');
      return parseNetwork('layers', layers);
  }
}
