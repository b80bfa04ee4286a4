import { InputError } from '../../checks/input-error.js';
import { fitDefinite } from '../../classification/definite-fit.js';
import type { LabelledImages } from '../../data/load.js';
import type { Gpu } from '../../gpu/gpu.js';
import { normalize } from '../../images/normalize.js';
import { buildGraph } from '../../network/graph.js';
import { NetworkError } from '../../network/network-error.js';
import { roughWarning } from '../../network/exact-pairs.js';
import { computeNetworks } from '../../network/network-gram.js';
import { elementLayers } from '../../network/plan.js';
import { timeUpdates } from '../../progress/details.js';
import { SILENT, type Reporter } from '../../progress/reporter.js';
import type { FitOptions } from '../../regression/regression.js';
import { formatDuration } from '../../text/duration.js';
import type { Architecture } from './architectures.js';
import { sharedPasses } from './shared-passes.js';
import { msPerPair } from './time-pairs.js';

export const NETWORK_KERNELS = ['ntk', 'nngp'] as const;
export type NetworkKernel = (typeof NETWORK_KERNELS)[number];

export type Labelled = LabelledImages & { readonly labels: Int32Array };

export interface ArchitecturesTask {
  readonly architectures: readonly Architecture[];
  /** Both sets have images of one shape, not normalised. */
  readonly train: Labelled;
  readonly test: Labelled;
  readonly regression: Pick<FitOptions, 'targets' | 'ridge'>;
}

export interface ArchitecturesHooks {
  readonly signal?: AbortSignal;
  readonly reporter?: Reporter;
  readonly memoryBytes?: number;
}

/** One kernel regression. */
export interface KernelOutcome {
  /** [test images] */
  readonly isRight: readonly boolean[];
  /** Used, relative to the mean of the diagonal. */
  readonly ridge: number;
  /** Why the ridge asked for gave no solution. */
  readonly problem?: string;
  readonly conditionEstimate: number;
}

export interface ArchitectureOutcome {
  readonly name: string;
  readonly elementLayersPerPair: number;
  /** Both kernels of the network, computed alone. */
  readonly msPerPair: number;
  readonly kernels: Readonly<Record<NetworkKernel, KernelOutcome>>;
}

export interface ArchitecturesResult {
  readonly outcomes: readonly ArchitectureOutcome[];
  /** Networks that these images do not fit, and why. */
  readonly unfit: readonly { readonly name: string; readonly reason: string }[];
  /** Names of networks that were computed in one pass. */
  readonly passes: readonly (readonly string[])[];
  readonly pairs: number;
  readonly timingsMs: Readonly<Record<'measurement' | 'kernels' | 'regressions', number>>;
}

/**
 * How networks of infinite width classify: kernel regressions with NTK and NNGP of each, on the same images, normalised
 * as in the paper (channel by channel, by the training images).
 *
 * @throws InputError if no network fits the images; what `computeNetworks` and `fitDefinite` throw; the signal's
 * reason.
 */
export async function runArchitectures(
  gpu: Gpu,
  task: ArchitecturesTask,
  { signal, reporter = SILENT, memoryBytes }: ArchitecturesHooks = {},
): Promise<ArchitecturesResult> {
  const { train, test } = task;
  const images = normalize('standardize', train.images, test.images);
  const { fitting, unfit } = thoseThatFit(task);
  const passes = sharedPasses(fitting, images.train);
  const [n, m] = [images.train.count, images.test.count];
  const trainPairs = (n * (n + 1)) / 2;
  const pairs = trainPairs + n * m;

  reporter.phase('compile and measure');
  let started = performance.now();
  const costs: { pass: number; alone: number[] }[] = [];
  for (const pass of passes) {
    reporter.update(costs.length / passes.length, pass.map(({ name }) => name).join(', '));
    const together = await msPerPair(gpu, pass, images.train, signal);
    const alone: number[] = [];
    for (const one of pass)
      alone.push(pass.length === 1 ? together : await msPerPair(gpu, [one], images.train, signal));
    costs.push({ pass: together, alone });
  }
  reporter.end('');
  const measurement = performance.now() - started;
  const total = costs.reduce((sum, cost) => sum + cost.pass, 0);
  const count = (value: number) => value.toLocaleString('en-US');
  reporter.note(
    `${fitting.length} networks, NTK and NNGP of ${count(n)} training and ${count(m)} test images: ` +
      `${count(pairs)} pairs, about ${formatDuration(total * pairs)}`,
  );

  reporter.phase('kernels');
  const tell = timeUpdates(reporter);
  const outcomes = new Map<string, ArchitectureOutcome>();
  let [doneCost, kernelsMs, regressionsMs] = [0, 0, 0];
  for (const [p, pass] of passes.entries()) {
    started = performance.now();
    const compute = async (against: boolean, before: number) => {
      const computed = await computeNetworks(gpu, {
        networks: pass.map(({ network }) => network),
        ...(against ? { images: images.test, against: images.train } : { images: images.train }),
        memoryBytes,
        signal,
        onProgress: ({ donePairs }) => {
          tell((doneCost + costs[p].pass * ((before + donePairs) / pairs)) / total);
        },
      });
      const warning = roughWarning(computed);
      if (warning !== undefined) reporter.warn(warning);
      return computed;
    };
    const { kernels } = await compute(false, 0);
    const { kernels: testKernels } = await compute(true, trainPairs);
    doneCost += costs[p].pass;
    kernelsMs += performance.now() - started;

    started = performance.now();
    for (const [i, { name, network }] of pass.entries()) {
      const regress = async (kernel: NetworkKernel) =>
        await regression(gpu, task, kernels[i][kernel]!, testKernels[i][kernel]!, { signal, memoryBytes });
      outcomes.set(name, {
        name,
        elementLayersPerPair: elementLayers(buildGraph([network], images.train)),
        msPerPair: costs[p].alone[i],
        kernels: { ntk: await regress('ntk'), nngp: await regress('nngp') },
      });
    }
    regressionsMs += performance.now() - started;
  }
  reporter.end('');
  return {
    outcomes: fitting.map(({ name }) => outcomes.get(name)!),
    unfit,
    passes: passes.map((pass) => pass.map(({ name }) => name)),
    pairs,
    timingsMs: { measurement, kernels: kernelsMs, regressions: regressionsMs },
  };
}

function thoseThatFit({ architectures, train }: ArchitecturesTask) {
  const fitting: Architecture[] = [];
  const unfit: { name: string; reason: string }[] = [];
  for (const architecture of architectures) {
    try {
      architecture.network.shapes(train.images);
      fitting.push(architecture);
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      unfit.push({ name: architecture.name, reason: error.message });
    }
  }
  if (fitting.length > 0) return { fitting, unfit };
  const { height, width } = train.images;
  const [{ name, reason }] = unfit;
  throw new InputError(
    train.files.join(', '),
    `no network takes images of ${height}×${width} pixels (${name}: ${reason})`,
  );
}

/** The elements come from float32 arithmetic, and the solver takes them as such. */
async function regression(
  gpu: Gpu,
  { train, test, regression }: ArchitecturesTask,
  kernel: Float64Array,
  testKernel: Float64Array,
  hooks: { signal: AbortSignal | undefined; memoryBytes: number | undefined },
): Promise<KernelOutcome> {
  const { model, problem } = await fitDefinite(gpu, Float32Array.from(kernel), train.labels, {
    ...regression,
    ...hooks,
  });
  const { labels } = model.predict(Float32Array.from(testKernel));
  const { ridge, conditionEstimate } = model.solution;
  const isRight = Array.from(test.labels, (label, i) => label === labels[i]);
  return { isRight, ridge, ...(problem === undefined ? {} : { problem }), conditionEstimate };
}
