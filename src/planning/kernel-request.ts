import type { KernelSpec } from '../kernel/kernel-spec.js';
import type { ImageShape } from '../images/images.js';
import { kernelName, KernelSpecError, validateKernels } from '../kernel/validate-kernels.js';
import {
  assertFits,
  assertArchitectureKernel,
  networkKernelName,
  type ArchitectureKernel,
} from '../network/network-kernel.js';
import type { Network } from '../network/network.js';
import { chainKernels, paperChain } from '../network/paper-chain.js';

/** What a job may be asked for: a kernel of the paper's chains, or one of any network. */
export type KernelRequest = KernelSpec | ArchitectureKernel;

export function isOfNetwork(request: KernelRequest): request is ArchitectureKernel {
  return typeof request === 'object' && (request as unknown) !== null && 'arch' in request;
}

/** Its name in files and tables. */
export function requestName(request: KernelRequest): string {
  return isOfNetwork(request) ? networkKernelName(request) : kernelName(request);
}

/** What reports and manifests say of it. */
export function requestReport(request: KernelRequest) {
  const name = requestName(request);
  if (!isOfNetwork(request)) return { name, ...request };
  const { kernel, arch } = request;
  return { name, kernel, arch: arch.name, network: arch.network.layers };
}

/**
 * @param shape Of the images; without it what can be said before they are read.
 * @throws KernelSpecError, NetworkError if these kernels cannot be computed between such images.
 */
export function validateRequests(requests: readonly KernelRequest[], shape?: ImageShape): void {
  // The words for what is no list at all are those of the paper's chains.
  if (!Array.isArray(requests))
    validateKernels(requests as readonly KernelSpec[], shape ?? { height: 1, width: 1 });
  const specs = requests.filter((request): request is KernelSpec => !isOfNetwork(request));
  const ofNetworks = requests.filter(isOfNetwork);
  if (specs.length > 0 || ofNetworks.length === 0) validateKernels(specs, shape ?? { height: 1, width: 1 });
  ofNetworks.forEach(assertArchitectureKernel);
  const names = requests.map(requestName);
  const repeated = names.find((name, index) => names.indexOf(name) < index);
  if (repeated !== undefined)
    throw new KernelSpecError(`${repeated} is asked for twice: name every kernel once`);
  if (shape !== undefined) for (const { arch } of ofNetworks) assertFits(arch, shape);
}

/** Requests by what computes them. */
export interface SplitRequests {
  /** For the kernel of the paper's chains, each once. */
  readonly specs: readonly KernelSpec[];
  /** For the walk of networks, each once. */
  readonly networks: readonly Network[];
  /** Whether any of the networks' NTK is asked for. */
  readonly ntk: boolean;
  /** [requests]: where its matrix comes from. */
  readonly sources: readonly RequestSource[];
}

/** Index of a spec; or of a network, which of its kernels it is, and its name. */
export type RequestSource =
  | { readonly spec: number }
  | { readonly network: number; readonly kernel: 'ntk' | 'nngp'; readonly name: string };

/** A network that is a chain of the paper is computed as that chain, in one pass with all others. */
export function splitRequests(requests: readonly KernelRequest[], shape: ImageShape): SplitRequests {
  const specs = new Map<string, { readonly index: number; readonly spec: KernelSpec }>();
  const networks: Network[] = [];
  const sources = requests.map((request): RequestSource => {
    const spec = isOfNetwork(request) ? specOf(request, shape) : request;
    if (spec !== undefined) {
      const name = kernelName(spec);
      const { index } = specs.get(name) ?? { index: specs.size };
      specs.set(name, { index, spec });
      return { spec: index };
    }
    const { kernel, arch } = request as ArchitectureKernel;
    if (!networks.includes(arch.network)) networks.push(arch.network);
    return { network: networks.indexOf(arch.network), kernel, name: requestName(request) };
  });
  return {
    specs: [...specs.values()].map(({ spec }) => spec),
    networks,
    ntk: sources.some((source) => 'network' in source && source.kernel === 'ntk'),
    sources,
  };
}

/** The kernel of the paper that a network's kernel is, value for value. */
function specOf({ kernel, arch }: ArchitectureKernel, shape: ImageShape): KernelSpec | undefined {
  const chain = paperChain(arch.network, shape);
  if (chain?.factor !== 1) return undefined;
  return chainKernels(chain, kernel === 'ntk').find((spec) => spec.kernel === kernel);
}
