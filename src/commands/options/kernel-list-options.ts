import { existsSync } from 'node:fs';
import type { KernelSpec, Readout, Trained } from '../../kernel/kernel-spec.js';
import { defaultTrained, parseReadout } from '../../kernel/validate-kernels.js';
import type { KernelRequest } from '../../planning/kernel-request.js';
import { KERNEL } from './common-options.js';
import { UsageError } from '../process/errors.js';
import { list, optional, parseChoice, parsed, parseInteger, textList, withDefault } from './options.js';

// Options of commands that take lists of depths, read-outs and kernels, and the kernels that they stand for.

export const depthListOption = parsed(
  KERNEL,
  'Depths (convolution layers + 1), separated by commas',
  list((item) => parseInteger(item, 2)),
);

/** Networks in place of depths, read-outs and trained layers. */
export const archListOption = archOption(
  'Networks by names of cntk arch list, as myrtle5,cntk-gap:11, or files .json, .yaml of layers; in place of ' +
    '--depth, --readout and --trained',
);

export function archOption(describe: string) {
  // A file's name may hold a comma.
  const split = (value: string) => (existsSync(value) ? [value] : value.split(',').map((one) => one.trim()));
  const option = textList(KERNEL, describe);
  return optional({
    ...option,
    coerce: (values: string[]) => option.coerce(option.coerce(values).flatMap(split)),
  });
}

export const kernelListOptions = {
  arch: archListOption,
  readout: optional(parsed(KERNEL, 'Read-outs: vanilla, gap, lap:c [default: gap]', list(parseReadout))),
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

/** What asks for kernels of the paper's chains. */
interface ChainArguments<Depth, ReadoutArgument, TrainedArgument> {
  readonly arch: readonly string[] | undefined;
  readonly depth: Depth | undefined;
  readonly readout: ReadoutArgument | undefined;
  readonly trained: TrainedArgument | undefined;
}

export interface KernelLists extends ChainArguments<
  readonly number[],
  readonly Readout[],
  readonly Trained[]
> {
  readonly kernel: readonly KernelSpec['kernel'][];
}

/**
 * Every combination that is asked for: kernels and networks; or kernels, read-outs, trained layers, depths.
 *
 * @param byDefault Depths where neither they nor networks are named.
 * @throws UsageError; NetworkError, InputError for what is no network
 */
export async function kernelsOf(args: KernelLists, byDefault?: readonly number[]): Promise<KernelRequest[]> {
  const { kernel: kernels, arch, depth = byDefault } = args;
  if (arch !== undefined) {
    assertNoChain(args);
    // What reads files of networks is loaded where one is named.
    const { loadNetworks } = await import('../../data/named-network.js');
    const archs = await loadNetworks(arch);
    return kernels.flatMap((kernel) => archs.map((one) => ({ kernel, arch: one })));
  }
  if (depth === undefined)
    throw new UsageError('of which networks? Give --depth, as 3,11; or --arch, as myrtle5');
  return chainsOf(args, depth);
}

/** @throws UsageError for options that say of which layers the network is, beside --arch. */
export function assertNoChain(args: Omit<ChainArguments<unknown, unknown, unknown>, 'arch'>): void {
  const beside = (['depth', 'readout', 'trained'] as const).filter((name) => args[name] !== undefined);
  if (beside.length === 0) return;
  throw new UsageError(
    `--arch says all layers of a network; leave out ${beside.map((name) => `--${name}`).join(' and ')}, or --arch`,
  );
}

function chainsOf(
  { kernel: kernels, readout = ['gap'], trained }: KernelLists,
  depth: readonly number[],
): KernelSpec[] {
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
