import { className } from '../checks/class-name.js';
import { Network } from './network.js';
import { NetworkError } from './network-error.js';
import type { ImageSize } from './shapes.js';

/** A network with the name that reports and files call it by. */
export interface ArchNetwork {
  /** A preset's name, such as `cntk-gap:11`, or that of a file without its folder and ending. */
  readonly name: string;
  /** What the user named: a preset or the path of a file. */
  readonly source: string;
  readonly network: Network;
}

export const NETWORK_FILE = /\.(json|ya?ml)$/i;

/** Whether a network is named by its file; anything else is the name of a preset. */
export function isNetworkFile(source: string): boolean {
  return NETWORK_FILE.test(source);
}

/** One kernel of a network. */
export interface ArchitectureKernel {
  readonly kernel: 'ntk' | 'nngp';
  readonly arch: ArchNetwork;
}

/** @throws NetworkError for a kernel of a network that lacks what it needs */
export function assertArchitectureKernel(request: ArchitectureKernel): void {
  const { kernel, arch } = request as Readonly<Record<keyof ArchitectureKernel, unknown>>;
  if (kernel !== 'ntk' && kernel !== 'nngp')
    throw new NetworkError(`unknown kernel ${JSON.stringify(kernel)} of a network: use ntk or nngp`);
  const { name, source, network } = (arch ?? {}) as Partial<ArchNetwork>;
  if (typeof name === 'string' && typeof source === 'string' && network instanceof Network) return;
  throw new NetworkError(
    `arch is ${className(arch)}; { name, source, network } is wanted, its network a Network`,
  );
}

/** Name of a kernel for files and tables: `ntk-myrtle5`, `nngp-cntk-gap-11`. */
export function networkKernelName({ kernel, arch }: ArchitectureKernel): string {
  return `${kernel}-${fileStem(arch)}`;
}

/** What is left of a name that every file system takes. */
function fileStem({ name }: ArchNetwork): string {
  return name.replace(/:/g, '-').replace(/[^\p{L}\p{N}._+-]/gu, '_');
}

/** @throws NetworkError if two networks would have files of one name. */
export function assertOwnNames(archs: readonly ArchNetwork[]): void {
  const known = new Map<string, ArchNetwork>();
  for (const arch of archs) {
    // Some file systems know no capital letters.
    const stem = fileStem(arch).toLowerCase();
    const other = known.get(stem);
    if (other !== undefined) {
      throw new NetworkError(
        other.source === arch.source
          ? `${arch.source} is named twice: name every network once`
          : `${other.source} and ${arch.source} would both be called ${fileStem(arch)}: give one of the files another name`,
      );
    }
    known.set(stem, arch);
  }
}

/** @throws NetworkError naming the network, the layer and both shapes, if the images do not fit it. */
export function assertFits({ source, network }: ArchNetwork, image: ImageSize): void {
  try {
    network.shapes(image);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    throw new NetworkError(`${source}: ${error.message}`, { cause: error });
  }
}
