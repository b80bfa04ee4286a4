import { computeGram, type GramResult } from '../kernel/gram.js';
import type { KernelSpec } from '../kernel/kernel-spec.js';
import { callTimer, largestError, type BenchCase } from './measure.js';
import {
  kernelOf,
  describeNetwork,
  mirrorSums,
  networkImages,
  passOf,
  type BenchNetwork,
} from './network.js';

/** The accuracy that is promised of a kernel (docs/accuracy.md): float32 sums over all planes, or over one. */
const TOLERANCE = { gap: 2e-6, vanilla: 1e-5 };

export interface GramCaseOptions extends Omit<BenchNetwork, 'readout'> {
  /** What follows the last layer, `gap` unless it says otherwise. */
  readonly readout?: keyof typeof TOLERANCE;
  readonly name: string;
  /** One run is to take about this long. */
  readonly seconds: number;
  readonly minImages: number;
  /** The network's own kernel first; by default it alone. */
  readonly kernels?: readonly KernelSpec[];
}

/** NTK and NNGP of every depth down to 3, `gap` and `vanilla`; the network's own kernel first. */
export function kernelsOfEveryDepth({ shape, depth }: Omit<BenchNetwork, 'readout'>): KernelSpec[] {
  const depths = Array.from({ length: depth - 2 }, (_, i) => depth - i);
  return (['gap', 'vanilla'] as const).flatMap((readout) =>
    depths.flatMap((one): KernelSpec[] => [
      kernelOf({ shape, depth: one, readout }),
      { kernel: 'nngp', depth: one, readout },
    ]),
  );
}

/** The end-to-end runner: a whole matrix, from pixels on the host to kernel values on the host. */
export function gramCase(options: GramCaseOptions): BenchCase {
  const { readout = 'gap' } = options;
  const network: BenchNetwork = { ...options, readout };
  const { kernels = [kernelOf(network)] } = options;
  const several = kernels.length > 1 ? `, ${kernels.length} kernels` : '';
  const description = `${describeNetwork(network)}${several}, whole runs with upload and read-back`;
  return {
    name: options.name,
    description,
    unit: 'element-layers/s',
    async prepare(gpu, signal) {
      const run = (count: number) =>
        computeGram(gpu, {
          images: networkImages(network, count),
          kernels,
          signal,
          // The kernel of long runs, however short this one is.
          variant: 'auto',
        });
      const { trial, count } = await chooseCount(run, options);
      const pairs = (count * (count + 1)) / 2;
      return {
        work: pairs * (trial.elementLayers / trial.pairs),
        compileMs: undefined,
        description: `${description}, ${pairs} pairs`,
        // A run is long, and the trial has warmed up everything.
        copies: 1,
        ...callTimer(async () => {
          await run(count);
        }),
        async validate(signal) {
          const pass = passOf(network);
          const sums = await mirrorSums(networkImages(network, 2), pass, pass.planes, signal);
          const total = (first: 0 | 1) =>
            sums.reduce((sum, value, e) => sum + (e % 2 === first ? value : 0), 0);
          const [k, u] = [total(0), total(1)];
          const { use, scale } = pass.outputs[0];
          const sum = (use === 'u' ? 0 : k) + (use === 'k' ? 0 : u);
          const kernel = trial.matrices[0];
          const numbers = kernel.every(Number.isFinite);
          return {
            error: numbers ? largestError([kernel[1]], [sum * scale]) : NaN,
            tolerance: TOLERANCE[readout],
            against: 'the float64 mirrors, for one pair',
          };
        },
        [Symbol.dispose]: () => undefined,
      };
    },
  };
}

/** Compiles, then doubles the images until a run tells how many there is time for. */
async function chooseCount(
  run: (count: number) => Promise<GramResult>,
  { seconds, minImages }: GramCaseOptions,
): Promise<{ trial: GramResult; count: number }> {
  await run(1);
  for (let count = 4; ; count *= 2) {
    const trial = await run(count);
    if (trial.elapsedMs < 100 * seconds) continue;
    const pairs = (trial.pairs * seconds * 1e3) / trial.elapsedMs;
    return { trial, count: Math.max(minImages, Math.floor(Math.sqrt(2 * pairs))) };
  }
}
