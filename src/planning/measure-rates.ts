import type { Gpu } from '../gpu/gpu.js';
import type { KernelSpec } from '../kernel/kernel-spec.js';
import { Recording } from '../gpu/recording.js';
import { computeGram } from '../kernel/gram.js';
import { type GramOptions } from '../kernel/gram-run.js';
import { ImageFieldsCache } from '../kernel/image-fields.js';
import { planPasses } from '../kernel/passes.js';
import type { ImageShape } from '../images/images.js';
import { planPass } from '../kernel/pass-plan.js';
import { solveRidge } from '../regression/ridge.js';
import { positiveDefinite, randomArray } from '../statistics/random-matrices.js';
import { randomImages } from '../images/random-images.js';

/** A faster device than there is: a slice has more work than fits its time. */
const MOST_RATE = { software: 2e9, hardware: 1e12 };
/** Their matrix takes 64 MiB. */
const MOST_IMAGES = 4096;
const SOLVE_ROWS = { software: 1024, hardware: 4096 };
const FIELD_IMAGES = 16;

export interface SliceOptions extends Pick<GramOptions, 'signal' | 'memoryBytes' | 'variant'> {
  /** How long to measure; compilation comes on top. */
  readonly sliceMs: number;
  /** Images of the job, which the slice does not exceed. */
  readonly images: number;
}

/**
 * The speed of the job's own runner on a slice of it: random images of its shape, all its kernels, stopped after
 * `sliceMs`. What comes before the end of the first submission (compilation, the per-image stage) does not count.
 *
 * @returns element-layers per second
 */
export async function measureRate(
  gpu: Gpu,
  kernels: readonly KernelSpec[],
  shape: ImageShape,
  { sliceMs, images, signal, ...options }: SliceOptions,
): Promise<number> {
  const perPair = planPasses(kernels, shape).reduce(
    (sum, pass) => sum + pass.planes.length * shape.height * shape.width * pass.layers,
    0,
  );
  const count = Math.min(images, MOST_IMAGES, sliceImages(gpu, perPair, sliceMs));
  const slice = { images: randomImages(count, shape, 1), kernels, ...options };
  return steadyRate(sliceMs, signal, async (own) => {
    const { elementLayers: done, elapsedMs } = await computeGram(gpu, { ...slice, ...own });
    return { done, elapsedMs };
  });
}

/** More images than fit a slice of a symmetric kernel. @param perPair Element-layers. */
export function sliceImages(gpu: Gpu, perPair: number, sliceMs: number): number {
  const most = gpu.description.software ? MOST_RATE.software : MOST_RATE.hardware;
  return Math.ceil(Math.sqrt((2 * most * (sliceMs / 1e3)) / perPair)) + 1;
}

/** What a run of which the speed is measured is given, and what it tells at its end. */
type MeasuredSlice = (
  own: Pick<GramOptions, 'signal' | 'onProgress'>,
) => Promise<{ readonly done: number; readonly elapsedMs: number }>;

/** The speed of a run that is stopped after `sliceMs`, from the end of its first submission on; what is done, per second. */
export async function steadyRate(
  sliceMs: number,
  signal: AbortSignal | undefined,
  run: MeasuredSlice,
): Promise<number> {
  const enough = new AbortController();
  const signals = signal ? [signal, enough.signal] : [enough.signal];
  let first: { readonly done: number; readonly at: number } | undefined;
  let last = { done: 0, at: 0 };
  const onProgress = ({ done }: { done: number }) => {
    last = { done, at: performance.now() };
    first ??= last;
    if (last.at - first.at >= sliceMs) enough.abort(new Error('the slice is long enough'));
  };
  try {
    await run({ signal: AbortSignal.any(signals), onProgress });
    // One submission alone has compiled as well: once more.
    if (first === last) {
      const { done, elapsedMs } = await run({ signal });
      return done / (elapsedMs / 1e3);
    }
  } catch (error) {
    if (signal?.aborted || !enough.signal.aborted) throw error;
  }
  return (last.done - first!.done) / ((last.at - first!.at) / 1e3);
}

/** Milliseconds of the per-image stage of one image, at the depth of the deepest of the kernels, of one pass. */
export async function measureImageStage(
  gpu: Gpu,
  kernels: readonly KernelSpec[],
  shape: ImageShape,
  options: Pick<SliceOptions, 'memoryBytes'>,
): Promise<number> {
  const [pass] = planPasses(kernels, shape);
  const gram = { rows: FIELD_IMAGES, columns: FIELD_IMAGES, symmetric: true };
  const plan = planPass(pass, shape, gram, gpu, { memoryBytes: options.memoryBytes });
  const count = Math.min(FIELD_IMAGES, plan.blockImages);
  const images = randomImages(count, shape, 1);
  using cache = new ImageFieldsCache(gpu, plan);
  const finished = () => new Recording(gpu).submit();
  await cache.block('compiles', images, 0, 1);
  await finished();
  const started = performance.now();
  await cache.block('timed', images, 0, count);
  await finished();
  return (performance.now() - started) / count;
}

export interface SolveTime {
  readonly solveRows: number;
  readonly factorMs: number;
  readonly refineMs: number;
}

/** The time of a linear system of as many rows as take a second or so, and `classes` right-hand sides. */
export async function measureSolve(
  gpu: Gpu,
  rows: number,
  classes: number,
  signal?: AbortSignal,
): Promise<SolveTime> {
  const solve = async (n: number) => {
    const targets = Float64Array.from(randomArray(n * classes, 2));
    const { elapsedMs } = await solveRidge(gpu, positiveDefinite(n, 1), targets, { signal });
    return { solveRows: n, factorMs: elapsedMs.factor, refineMs: elapsedMs.refine };
  };
  const n = Math.min(rows, gpu.description.software ? SOLVE_ROWS.software : SOLVE_ROWS.hardware);
  // Compiles.
  await solve(Math.min(n, 200));
  return solve(n);
}
