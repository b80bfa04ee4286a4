import type { KernelSpec, Readout, Trained } from '../../kernel/kernel-spec.js';
import { defaultTrained, parseReadout } from '../../kernel/validate-kernels.js';
import { KERNEL } from './common-options.js';
import { UsageError } from '../process/errors.js';
import { list, optional, parseChoice, parsed, parseInteger, withDefault } from './options.js';

// Options of commands that take lists of depths, read-outs and kernels, and the kernels that they stand for.

export const depthListOption = parsed(
  KERNEL,
  'Depths (convolution layers + 1), separated by commas',
  list((item) => parseInteger(item, 2)),
);

export const kernelListOptions = {
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

export interface KernelLists {
  readonly kernel: readonly KernelSpec['kernel'][];
  readonly readout: readonly Readout[];
  readonly trained: readonly Trained[] | undefined;
  readonly depth: readonly number[];
}

/** Every combination that is asked for: kernels, read-outs, trained layers, depths. */
export function kernelsOf({ kernel: kernels, readout, trained, depth }: KernelLists): KernelSpec[] {
  if (trained !== undefined && !kernels.includes('ntk')) {
    throw new UsageError('--trained belongs to --kernel ntk; leave it out for nngp');
  }
  const trainedOf = (one: Readout): readonly Trained[] => trained ?? [defaultTrained(one)];
  return kernels.flatMap((kernelName) =>
    readout.flatMap((one) =>
      kernelName === 'nngp'
        ? depth.map((d): KernelSpec => ({ kernel: 'nngp', depth: d, readout: one }))
        : trainedOf(one).flatMap((layers) =>
            depth.map((d): KernelSpec => ({ kernel: 'ntk', depth: d, readout: one, trained: layers })),
          ),
    ),
  );
}
