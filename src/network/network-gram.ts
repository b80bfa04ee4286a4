import type { Gpu } from '../gpu/gpu.js';
import { KernelValueError } from '../kernel/kernel-values.js';
import { computeGram } from '../kernel/gram.js';
import { checkImages } from '../images/image-checks.js';
import type { ImageStack } from '../images/images.js';
import { kernelName } from '../kernel/validate-kernels.js';
import type { Network } from './network.js';
import { findRoughPairs, resolvePairs, type Resolution } from './exact-pairs.js';
import { chainKernels, paperChain, type PaperChain } from './paper-chain.js';
import { walkNetworks } from './walk-networks.js';

export interface NetworkGramOptions {
  readonly networks: readonly Network[];
  /** Images of the rows. */
  readonly images: ImageStack;
  /** Images of the columns; the rows' own if absent, and then only pairs i ≥ j are computed. */
  readonly against?: ImageStack;
  /** False: only the NNGP kernels, at about half the work. */
  readonly ntk?: boolean;
  /**
   * What computes: `auto` the kernel of the paper's chains for networks that are such chains, and for others the fused
   * plane kernel for all runs of layers that it can take; `runs` never the former; `general` layer by layer throughout.
   */
  readonly kernel?: 'auto' | 'runs' | 'general';
  /** Device memory, bytes. */
  readonly memoryBytes?: number;
  /** At most so many images of the rows, and of the columns, stand on the device at a time. */
  readonly tileImages?: number;
  /**
   * Work, in element-layers, that the host may do in float64 for pairs whose NTK float32 does not resolve: nearly equal
   * images, dim ones beside a bias. The result counts the pairs that are beyond it.
   */
  readonly hostElementLayers?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly donePairs: number; readonly totalPairs: number }) => void;
}

/** Kernels of one network, [rows][columns]. */
export interface NetworkMatrices {
  readonly ntk?: Float64Array;
  readonly nngp: Float64Array;
}

export interface NetworkGramResult {
  /** [networks] */
  readonly kernels: readonly NetworkMatrices[];
  readonly pairs: number;
  readonly elementLayersPerPair: number;
}

/** Kernels, and how exact they are where float32 cannot tell images apart. */
export type ResolvedGramResult = NetworkGramResult & Resolution;

/** The kernels of `library/networks`, whose options are right. */
export async function computeNetworks(gpu: Gpu, options: NetworkGramOptions): Promise<ResolvedGramResult> {
  const { networks, images: rows, against, kernel = 'auto', signal } = options;
  checkImages(rows, against ?? rows);
  for (const network of networks) network.shapes(rows);
  signal?.throwIfAborted();
  const chains = networks.map((network) => (kernel === 'auto' ? paperChain(network, rows) : undefined));
  const count = (isChain: boolean) => chains.filter((chain) => (chain !== undefined) === isChain).length;
  const kinds = [count(true), count(false)].filter((each) => each > 0).length;
  let done = 0;
  const part = {
    ...options,
    onProgress: ({ donePairs, totalPairs }: { donePairs: number; totalPairs: number }) =>
      options.onProgress?.({ donePairs: (done + donePairs) / kinds, totalPairs }),
  };

  const kernels: NetworkMatrices[] = [];
  let result = { pairs: 0, elementLayersPerPair: 0 };
  const add = (indices: readonly number[], computed: NetworkGramResult) => {
    for (const [k, index] of indices.entries()) kernels[index] = computed.kernels[k];
    done += computed.pairs;
    const elementLayersPerPair = result.elementLayersPerPair + computed.elementLayersPerPair;
    result = { pairs: computed.pairs, elementLayersPerPair };
  };
  const all = networks.map((_, index) => index);
  const ofChains = all.filter((index) => chains[index] !== undefined);
  const computed = await computeChains(
    gpu,
    part,
    ofChains.map((index) => chains[index]!),
  );
  if (computed !== undefined) add(ofChains, computed);
  const others = all.filter((index) => (kernels[index] as NetworkMatrices | undefined) === undefined);
  let resolution: Resolution = { exactPairs: 0, roughPairs: 0, roughError: 0 };
  if (others.length > 0) {
    const ofOthers = { ...part, networks: others.map((index) => networks[index]) };
    // Beside the device, which leaves this thread idle. Awaited in its turn; until then a failure is not unhandled.
    const finding = findRoughPairs(ofOthers);
    finding.catch(() => undefined);
    const walked = await walkNetworks(gpu, ofOthers);
    resolution = await resolvePairs(ofOthers, await finding, walked.kernels);
    add(others, walked);
  }
  return { kernels, ...result, ...resolution };
}

/** The paper's chains in one pass; undefined if there are none, or where their values leave float32. */
async function computeChains(
  gpu: Gpu,
  { images, against, ntk = true, memoryBytes, signal, onProgress }: NetworkGramOptions,
  chains: readonly PaperChain[],
): Promise<NetworkGramResult | undefined> {
  if (chains.length === 0) return undefined;
  const wanted = chains.map((chain) => chainKernels(chain, ntk));
  const kernels = [...new Map(wanted.flat().map((spec) => [kernelName(spec), spec])).values()];
  const totalPairs = against ? images.count * against.count : (images.count * (images.count + 1)) / 2;
  try {
    const gram = await computeGram(gpu, {
      ...{ images, against, kernels, memoryBytes, signal },
      onProgress: ({ done, total }) =>
        onProgress?.({ donePairs: Math.floor((totalPairs * done) / total), totalPairs }),
    });
    if (gram.underflows > 0) return undefined;
    const matrixOf = new Map(kernels.map((spec, index) => [kernelName(spec), gram.matrices[index]]));
    const ofChains = chains.map(({ factor }, index) => {
      const [nngp, withTheta] = wanted[index]
        .toReversed()
        .map((spec) => Float64Array.from(matrixOf.get(kernelName(spec))!, (value) => factor * value));
      return { ntk: withTheta, nngp };
    });
    return { kernels: ofChains, pairs: gram.pairs, elementLayersPerPair: gram.elementLayers / gram.pairs };
  } catch (error) {
    if (error instanceof KernelValueError) return undefined;
    throw error;
  }
}
