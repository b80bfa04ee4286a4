import { eigenvaluesInThread } from '../../threads/eigenvalues-thread.js';
import { denseNtkInTurns } from '../networks/dense-ntk.js';
import type { Points } from '../networks/dense-network.js';
import type { EquivalenceRun, EquivalenceTask } from './network-run.js';
import { NormalNumbers } from '../../statistics/normal-numbers.js';
import { runInThreads } from '../../threads/worker-pool.js';

export interface EquivalenceOptions {
  /** Of every hidden layer, rising. */
  readonly widths: readonly number[];
  readonly hiddenLayers: number;
  readonly kappas: readonly number[];
  /** Networks of each width and κ; those of one width begin alike for every κ. */
  readonly networks: number;
  /** Points on the unit sphere. */
  readonly trainCount: number;
  readonly testCount: number;
  readonly dimension: number;
  /** Step size in units of 1 / (κ² λ_max). */
  readonly step: number;
  readonly loss: number;
  readonly maxSteps: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
  /** Of the training, 0 … 1. */
  readonly onProgress?: (fraction: number, elapsedMs: number) => void;
}

export interface TrainedNetwork extends EquivalenceRun {
  readonly kappa: number;
  readonly width: number;
}

export interface EquivalenceResult {
  readonly networks: readonly TrainedNetwork[];
  /** Largest over smallest eigenvalue of the exact NTK between the training points. */
  readonly condition: number;
  readonly timingsMs: Readonly<Record<'training', number>>;
}

/**
 * Fully connected networks of growing width, trained, against the regression with their exact NTK. All in float64 and
 * without the kernels of this project. Source: paper, theorem 3.2.
 *
 * @throws RangeError if the training points repeat; the signal's reason if aborted
 */
export async function runEquivalences(options: EquivalenceOptions): Promise<EquivalenceResult> {
  const { widths, kappas, networks, hiddenLayers, seed, loss, maxSteps, step, signal, onProgress } = options;
  const started = performance.now();
  const random = new NormalNumbers(seed);
  const train = spherePoints(options.trainCount, options.dimension, random);
  const test = spherePoints(options.testCount, options.dimension, random);
  const targets = targetsOf(train);
  const ntk = await denseNtkInTurns(train, hiddenLayers, signal);
  const eigenvalues = await eigenvaluesInThread(ntk, train.count, signal);
  const [largest, smallest] = [eigenvalues[0], eigenvalues[eigenvalues.length - 1]];
  // The long ones first, so that no thread waits for another at the end.
  const tasks = [...widths].reverse().flatMap((width) =>
    kappas.flatMap((kappa) =>
      Array.from({ length: networks }, (_, draw): EquivalenceTask => {
        return {
          train,
          test,
          targets,
          width,
          hiddenLayers,
          kappa,
          loss,
          maxSteps,
          step: step / largest,
          seeds: [seed, width, draw],
        };
      }),
    ),
  );
  const work = ({ width }: EquivalenceTask) => (hiddenLayers > 1 ? width ** 2 : width);
  const total = tasks.reduce((sum, task) => sum + work(task), 0);
  let done = 0;
  const runs = await runInThreads<EquivalenceRun>(new URL('./network-worker.js', import.meta.url), tasks, {
    signal,
    onResult: (_, index) => {
      done += work(tasks[index]);
      onProgress?.(done / total, performance.now() - started);
    },
  });
  return {
    networks: runs.map((run, i) => ({ ...run, kappa: tasks[i].kappa, width: tasks[i].width })),
    condition: largest / smallest,
    timingsMs: { training: performance.now() - started },
  };
}

/** Uniform on the unit sphere. */
export function spherePoints(count: number, dimension: number, random: NormalNumbers): Points {
  const values = random.array(count * dimension);
  for (let i = 0; i < count; i++) {
    const point = values.subarray(i * dimension, (i + 1) * dimension);
    const norm = Math.hypot(...point);
    point.forEach((value, k) => (point[k] = value / norm));
  }
  return { count, dimension, values };
}

/** y = sin(3 x₁) + d x₂ x₃, scaled to mean square 1: a smooth function with an odd and an even part. */
export function targetsOf({ count, dimension, values }: Points): Float64Array {
  const y = Float64Array.from({ length: count }, (_, i) => {
    const [x1, x2, x3] = values.subarray(i * dimension, i * dimension + 3);
    return Math.sin(3 * x1) + dimension * x2 * x3;
  });
  const norm = Math.sqrt(y.reduce((sum, value) => sum + value ** 2, 0) / count);
  return y.map((value) => value / norm);
}
