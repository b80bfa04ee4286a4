import type { Gpu } from '../gpu/gpu.js';
import type { OpenGpu } from '../gpu/dawn/open-gpu.js';
import type { ImageShape, ImageStack } from '../images/images.js';
import { computeGram, type GramResult } from '../kernel/gram.js';
import type { GramOptions, GramProgress } from '../kernel/gram-run.js';
import { pairCount, type GramShape } from '../kernel/gram-shape.js';
import { Underflows } from '../kernel/kernel-values.js';
import { elementLayersPerPair, planPasses } from '../kernel/passes.js';
import type { PlaneVariants } from '../kernel/plane-variant.js';
import type { RoughPairs } from '../network/exact-pairs.js';
import { float32Matrix } from '../network/float32-matrix.js';
import { computeNetworks } from '../network/network-gram.js';
import { buildGraph } from '../network/graph.js';
import { elementLayers } from '../network/plan.js';
import { SILENT } from '../progress/reporter.js';
import { splitRequests, type KernelRequest, type SplitRequests } from './kernel-request.js';
import { prepareRun, type PrepareOptions, type VariantLabels } from './prepare-run.js';

/** Requested kernels between images, whatever computes them. */
export interface RequestedGram extends Omit<GramResult, 'kernels'>, RoughPairs {
  readonly requests: readonly KernelRequest[];
}

export type ComputeOptions = Pick<GramOptions, 'against' | 'signal' | 'onProgress'>;

/** Kernels that are decided and compiled, for matrix after matrix. */
export interface PreparedKernels {
  /** @throws as `computeGram` and `computeNetworks` */
  readonly compute: (images: ImageStack, options: ComputeOptions) => Promise<RequestedGram>;
  readonly split: SplitRequests;
  /** The variants that compute the paper's chains. */
  readonly variant: PlaneVariants;
  readonly tuned: VariantLabels | undefined;
  readonly compileMs: number;
}

export interface RequestedRun {
  readonly requests: readonly KernelRequest[];
  /** All matrices of the run. */
  readonly grams: readonly GramShape[];
  readonly memoryBytes?: number;
}

/**
 * Decides what computes each of the requested kernels, and compiles it by computing the kernel of one image.
 *
 * @param images Of the run; the first of them is computed.
 * @throws as `compute`
 */
export async function prepareKernels(
  opened: OpenGpu,
  images: ImageStack,
  { requests, grams, memoryBytes }: RequestedRun,
  options: PrepareOptions = {},
): Promise<PreparedKernels> {
  const { signal, reporter = SILENT } = options;
  const split = splitRequests(requests, images);
  const { specs, networks } = split;
  if (specs.length === 0 && options.tune === 'force')
    reporter.note('nothing to tune: that is for the chains of the paper, such as cntk-gap:11');
  const {
    variant = {},
    tuned,
    compileMs = 0,
  } = specs.length === 0
    ? {}
    : await prepareRun(opened, images, { kernels: specs, grams, memoryBytes }, options);
  let networkMs = 0;
  if (networks.length > 0) {
    reporter.phase('compile');
    const started = performance.now();
    const size = images.channels * images.height * images.width;
    const first = { ...images, count: 1, data: images.data.subarray(0, size) };
    await computeNetworks(opened, { images: first, networks, ntk: split.ntk, memoryBytes, signal });
    networkMs = performance.now() - started;
    reporter.end();
  }
  return {
    ...{ split, variant, tuned },
    compileMs: compileMs + networkMs,
    compute: (stack, own) =>
      computeRequests(opened, stack, { ...own, requests, split, variant, memoryBytes }),
  };
}

/** Element-layers of a pair in all that computes the requests. */
export function requestedWorkPerPair({ specs, networks }: SplitRequests, shape: ImageShape): number {
  return chainWork(specs, shape) + networkWork(networks, shape);
}

function chainWork(specs: SplitRequests['specs'], shape: ImageShape): number {
  return specs.length === 0 ? 0 : elementLayersPerPair(planPasses(specs, shape), shape);
}

/** What all networks have in common is computed once. */
export function networkWork(networks: SplitRequests['networks'], shape: ImageShape): number {
  return networks.length === 0 ? 0 : elementLayers(buildGraph(networks, shape));
}

export interface ComputeRequests extends ComputeOptions {
  readonly requests: readonly KernelRequest[];
  readonly split: SplitRequests;
  readonly variant?: GramOptions['variant'];
  readonly memoryBytes?: number;
}

/** The kernels of the requests between images: one pass for the paper's chains, one walk for the other networks. */
export async function computeRequests(
  gpu: Gpu,
  images: ImageStack,
  { requests, split, variant, memoryBytes, against, signal, onProgress }: ComputeRequests,
): Promise<RequestedGram> {
  const started = performance.now();
  const { specs, networks, ntk } = split;
  const columns = against ?? images;
  const shape = { rows: images.count, columns: columns.count, symmetric: against === undefined };
  const pairs = pairCount(shape);
  const work = pairs * chainWork(specs, images);
  const total = work + pairs * networkWork(networks, images);
  const tell = (done: number) =>
    onProgress?.({ done, total, elapsedMs: performance.now() - started } satisfies GramProgress);
  const common = { images, against, memoryBytes, signal };
  const chains =
    specs.length === 0
      ? undefined
      : await computeGram(gpu, { ...common, kernels: specs, variant, onProgress: ({ done }) => tell(done) });
  const walked =
    networks.length === 0
      ? undefined
      : await computeNetworks(gpu, {
          ...common,
          ...{ networks, ntk },
          onProgress: ({ donePairs }) => tell(work + (donePairs / pairs) * (total - work)),
        });
  const underflows = new Underflows();
  if (chains) underflows.add({ count: chains.underflows, first: chains.firstUnderflow });
  const matrices = split.sources.map((source) => {
    if ('spec' in source) return chains!.matrices[source.spec];
    const values = walked!.kernels[source.network][source.kernel]!;
    return float32Matrix(values, shape, source.name, underflows);
  });
  return {
    ...shape,
    matrices,
    requests,
    pairs,
    underflows: underflows.count,
    firstUnderflow: underflows.first,
    roughPairs: walked?.roughPairs ?? 0,
    roughError: walked?.roughError ?? 0,
    elementLayers: total,
    elapsedMs: performance.now() - started,
    busyShare: walked === undefined ? chains?.busyShare : undefined,
  };
}
