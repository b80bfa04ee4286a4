import { BufferScope } from '../gpu/buffers.js';
import type { Gpu } from '../gpu/gpu.js';
import type { Program } from '../gpu/program.js';
import { Recording } from '../gpu/recording.js';
import type { KernelSpec } from './kernel-spec.js';
import { fieldBindings, ImageFieldsCache, type ImageFields } from './image-fields.js';
import type { ImageShape, ImageStack } from '../images/images.js';
import { linearCongruence } from '../statistics/random.js';
import { planPasses, type Pass } from './passes.js';
import { planPass, type PassPlan } from './pass-plan.js';
import { pairsInBatch, type TileBatch } from './batches.js';
import { planeDispatch, planeTables } from './plane-dispatch.js';
import type { PlaneCount, PlaneVariant } from './plane-variant.js';

/** Few of many planes, many of one: then a pair is little work, and a sample many pairs. */
const IMAGES = { one: 64, many: 16 };
/** Planes of a pair that are computed: a whole pair of large images takes seconds on a software adapter. */
const MOST_PLANES = 128;
/** Pairs whose sums are compared. */
const CHECKED_PAIRS = 8;
const SAMPLE_MS = { software: 120, hardware: 20 };
const MOST_COPIES = 512;
const SUM_BYTES = 16 * 2 ** 20;
/** Share of the last sample's time during which the host does not ask for the end; see `Recording.submit`. */
const QUIET = 0.8;

export interface TuningCase {
  readonly plan: PassPlan;
  readonly program: Program;
}

export interface TuningJob {
  readonly shape: ImageShape;
  readonly depth: number;
  readonly planes: PlaneCount;
}

/**
 * The pass of a run of that kind, with two depths and, where all planes are walked, two read-outs, so that sums of
 * the zero plane alone are among those compared; and, if there are many planes, every alignment among few of them.
 */
export function tuningPlanes(
  planes: PlaneCount,
  shape: ImageShape,
  depth = 3,
): { pass: Pass; total: number } {
  const depths = [...new Set([Math.max(2, Math.ceil(depth / 2)), depth])];
  const readouts = planes === 'one' ? (['vanilla'] as const) : (['vanilla', 'gap'] as const);
  const kernels = depths.flatMap((d) =>
    // With all layers trained Θ is not zero in any layer, so that each of them is compared.
    readouts.map((readout): KernelSpec => ({ kernel: 'ntk', depth: d, readout, trained: 'all' })),
  );
  const [pass] = planPasses(kernels, shape);
  const total = pass.planes.length;
  if (total <= MOST_PLANES) return { pass, total };
  let step = Math.round(0.618 * total);
  while (greatestCommonDivisor(step, total) > 1) step++;
  const few = Array.from({ length: MOST_PLANES }, (_, i) => pass.planes[(i * step) % total]);
  return { pass: { ...pass, planes: few }, total };
}

/** What the candidates of a search have in common: images, pairs and buffers of one size. */
export class TuningBench implements Disposable {
  private copies = 1;
  private rows = 1;
  private sized = false;
  /** The time of the last sample, by the device's clock or, where it has none, by the host's. */
  lastSampleMs = 0;
  private readonly quiet = new Map<TuningCase, number>();

  private constructor(
    private readonly gpu: Gpu,
    private readonly planOf: (variant: PlaneVariant) => PassPlan,
    /** The plan for the first candidate; the pass is that of all. */
    readonly plan: PassPlan,
    private readonly images: number,
    private readonly mostRows: number,
    private readonly scope: BufferScope,
    private readonly cache: ImageFieldsCache,
    private readonly fields: ImageFields,
    private readonly buffers: Readonly<Record<string, GPUBuffer>>,
  ) {}

  static async create(gpu: Gpu, job: TuningJob): Promise<TuningBench> {
    const { shape, planes } = job;
    const { pass } = tuningPlanes(planes, shape, job.depth);
    const gram = { rows: IMAGES[planes], columns: IMAGES[planes], symmetric: false };
    const planOf = (variant: PlaneVariant) =>
      planPass(pass, shape, gram, gpu, { variant: { one: variant, many: variant } });
    // Not that of short runs: what candidates sample must be there.
    const plan = planPass(pass, shape, gram, gpu, { variant: 'auto' });
    const pairBytes = 8 * pass.taps * pass.planes.length;
    const count = Math.min(IMAGES[planes], plan.blockImages);
    const mostRows = Math.max(1, Math.min(count, Math.floor(SUM_BYTES / (pairBytes * count))));
    const images = noise(count, shape);
    const cache = new ImageFieldsCache(gpu, plan);
    const scope = new BufferScope(gpu.device);
    try {
      const fields: ImageFields = await cache.block('images', images, 0, count);
      const buffers = {
        ...planeTables(scope, pass),
        partial_sums: scope.storage('partial_sums', pairBytes * mostRows * count),
      };
      return new TuningBench(gpu, planOf, plan, count, mostRows, scope, cache, fields, buffers);
    } catch (error) {
      scope.dispose();
      cache[Symbol.dispose]();
      throw error;
    }
  }

  /** @throws PlanError, ShaderError */
  async compile(variant: PlaneVariant): Promise<TuningCase> {
    const plan = this.planOf(variant);
    return { plan, program: await this.gpu.program(plan.variant.contract, plan.constants.planes) };
  }

  /** The sums of a few pairs, [pairs][taps][2], the last one that of an image with itself; NaN where the variant writes nothing. */
  async sums({ plan, program }: TuningCase): Promise<Float32Array> {
    const { pass } = plan;
    const planes = pass.planes.length;
    const columns = Math.min(CHECKED_PAIRS, this.images);
    const poison = new Float32Array(2 * columns * planes * pass.taps).fill(NaN);
    this.gpu.device.queue.writeBuffer(this.buffers.partial_sums, 0, poison);
    const recording = new Recording(this.gpu);
    // The row of a triangle that has so many pairs.
    const batch = { firstRow: columns - 1, rows: 1, firstColumn: 0, columns, triangle: true };
    this.record(recording, plan, program, batch);
    const { data } = await recording.read(this.buffers.partial_sums, 0, poison.byteLength).submit();
    const partial = new Float32Array(data[0]);
    const floats = 2 * pass.taps;
    const sums = new Float64Array(columns * floats);
    for (let at = 0; at < partial.length; at++)
      sums[Math.floor(at / (planes * floats)) * floats + (at % floats)] += partial[at];
    return Float32Array.from(sums);
  }

  /** Element-layers per second in one sample; the first one finds how much work makes a sample. */
  async sample(compiled: TuningCase): Promise<number> {
    const targetMs = this.gpu.description.software ? SAMPLE_MS.software : SAMPLE_MS.hardware;
    let elapsedMs = await this.time(compiled);
    for (let trial = 0; !this.sized && trial < 8; trial++) {
      const factor = Math.min(16, targetMs / elapsedMs);
      if (factor < 1.5) break;
      const work = this.rows * this.copies * factor;
      this.rows = Math.min(this.mostRows, Math.round(work));
      const copies = Math.min(MOST_COPIES, Math.round(work / this.rows));
      if (this.rows === this.mostRows && copies === this.copies) break;
      this.copies = copies;
      elapsedMs = await this.time(compiled);
    }
    this.sized = true;
    this.lastSampleMs = elapsedMs;
    const work = compiled.plan.elementLayersPerPair * pairsInBatch(this.batch()) * this.copies;
    return work / (elapsedMs / 1e3);
  }

  [Symbol.dispose](): void {
    this.scope.dispose();
    this.cache[Symbol.dispose]();
  }

  private async time(compiled: TuningCase): Promise<number> {
    const recording = new Recording(this.gpu);
    for (let copy = 0; copy < this.copies; copy++) {
      this.record(recording, compiled.plan, compiled.program, this.batch());
    }
    const quietMs = this.sized ? QUIET * (this.quiet.get(compiled) ?? 0) : 0;
    const started = performance.now();
    const { gpuNs } = await recording.submit({ timed: true, quietMs });
    // A dispatch shorter than a step of the timestamps reads 0.
    const elapsedMs = Math.max(1e-3, gpuNs === undefined ? performance.now() - started : gpuNs / 1e6);
    this.quiet.set(
      compiled,
      Math.min(elapsedMs, this.sized ? (this.quiet.get(compiled) ?? Infinity) : Infinity),
    );
    return elapsedMs;
  }

  /** What is timed: the pairs of some images with all. */
  private batch(): TileBatch {
    return { firstRow: 0, rows: this.rows, firstColumn: 0, columns: this.images, triangle: false };
  }

  private record(recording: Recording, plan: PassPlan, program: Program, batch: TileBatch): void {
    const { workgroups, params } = planeDispatch(plan, batch);
    const buffers = { ...fieldBindings(program.contract, this.fields, this.fields), ...this.buffers };
    recording.add(program, buffers, workgroups, params);
  }
}

/**
 * Largest |a − b| over the largest |b| of the same tap and kind of sum; NaN if any value is NaN, which no comparison
 * passes. a, b: [pairs][taps][2].
 */
export function largestDifference(a: Float32Array, b: Float32Array, taps: number): number {
  let worst = 0;
  for (let kind = 0; kind < 2 * taps; kind++) {
    let [difference, scale] = [0, 0];
    for (let at = kind; at < b.length; at += 2 * taps) {
      const here = Math.abs(a[at] - b[at]);
      if (Number.isNaN(here)) return NaN;
      difference = Math.max(difference, here);
      scale = Math.max(scale, Math.abs(b[at]));
    }
    if (difference > 0) worst = Math.max(worst, difference / scale);
  }
  return worst;
}

/** Images of random pixels in [−1, 1), the same ones at each call. */
function noise(count: number, { channels, height, width }: ImageShape): ImageStack {
  const random = linearCongruence(1);
  const data = Float32Array.from({ length: count * channels * height * width }, () => random() / 2 ** 31);
  return { data, count, channels, height, width };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
