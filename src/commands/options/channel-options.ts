import type { Channel, Readout, Trained } from '../../kernel/channels.js';
import { defaultTrained, parseReadout } from '../../kernel/validate-channels.js';
import { KERNEL } from './common-options.js';
import { UsageError } from '../process/errors.js';
import { list, optional, parseChoice, parsed, parseInteger, withDefault } from './options.js';

// Options of commands that take lists of depths, read-outs and kernels, and the channels that they stand for.

export const depthListOption = parsed(
  KERNEL,
  'Depths (convolution layers + 1), separated by commas',
  list((item) => parseInteger(item, 2)),
);

export const channelListOptions = {
  readout: withDefault(parsed(KERNEL, 'Read-outs: vanilla, gap, lap:c', list(parseReadout)), 'gap'),
  kernel: withDefault(
    parsed(
      KERNEL,
      'Kernels: ntk, nngp',
      list((item) => parseChoice(item, ['ntk', 'nngp'] as const)),
    ),
    'ntk',
  ),
  trained: optional(
    parsed(
      KERNEL,
      'Trained layers of the NTK (by default all for vanilla, hidden for gap and lap): all, hidden',
      list((item) => parseChoice(item, ['all', 'hidden'] as const)),
    ),
  ),
};

export interface ChannelLists {
  readonly kernel: readonly Channel['kernel'][];
  readonly readout: readonly Readout[];
  readonly trained: readonly Trained[] | undefined;
  readonly depth: readonly number[];
}

/** Every combination that is asked for: kernels, read-outs, trained layers, depths. */
export function channelsOf({ kernel: kernels, readout, trained, depth }: ChannelLists): Channel[] {
  if (trained !== undefined && !kernels.includes('ntk')) {
    throw new UsageError('--trained belongs to --kernel ntk; leave it out for nngp');
  }
  const trainedOf = (one: Readout): readonly Trained[] => trained ?? [defaultTrained(one)];
  return kernels.flatMap((kernelName) =>
    readout.flatMap((one) =>
      kernelName === 'nngp'
        ? depth.map((d): Channel => ({ kernel: 'nngp', depth: d, readout: one }))
        : trainedOf(one).flatMap((layers) =>
            depth.map((d): Channel => ({ kernel: 'ntk', depth: d, readout: one, trained: layers })),
          ),
    ),
  );
}
