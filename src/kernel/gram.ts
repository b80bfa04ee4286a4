import type { Gpu } from '../gpu/gpu.js';
import { assertGpu } from '../gpu/assert-gpu.js';
import { assertKeys, assertRunOptions } from '../checks/arguments.js';
import { ChannelValues, Underflows } from './channel-values.js';
import type { Channel } from './channels.js';
import { DeviceUse } from './device-use.js';
import { ImageFieldsCache } from './image-fields.js';
import type { ImageStack } from '../images/images.js';
import { orAborted } from '../signals/or-aborted.js';
import { planPasses } from './passes.js';
import { pairCount, planPass, type GramShape, type PassPlan } from './plan.js';
import type { PlaneVariants } from './plane-candidates.js';
import type { VariantName } from './plane-variant.js';
import { planDevice } from './subgroup-order.js';
import { PairRunner, type PairSums } from './pair-runner.js';
import { takeImages, type TakenImages } from '../images/taken-images.js';
import { tilePairs } from './tiles.js';
import { takeChannels } from './validate-channels.js';

export interface GramProgress {
  /** Work done and to do, in element-layers (one (p, q) element through one layer). */
  readonly done: number;
  readonly total: number;
  readonly elapsedMs: number;
}

export interface GramOptions {
  /** Images of the rows. */
  readonly images: ImageStack;
  /** Images of the columns; the rows' own if absent, and then only pairs i ≥ j are computed. */
  readonly against?: ImageStack;
  readonly channels: readonly Channel[];
  /** Ends the run between two submissions; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: GramProgress) => void;
  /** Device memory for per-image results, bytes. */
  readonly memoryBytes?: number;
  /** Which plane kernel; see `PlanOptions.variant`. */
  readonly variant?: VariantName | PlaneVariants;
}

export interface GramResult extends GramShape {
  /** One matrix per channel, [rows][columns], in the paper's scale. */
  readonly matrices: Float32Array[];
  readonly channels: readonly Channel[];
  readonly pairs: number;
  /** Values so small that float32 holds few of their digits or none: scale the pixels up, or use fewer layers. */
  readonly underflows: number;
  /** The first of them, as `ntk-gap-d11-hidden of images 3 and 1`. */
  readonly firstUnderflow: string | undefined;
  readonly elementLayers: number;
  readonly elapsedMs: number;
  /** Share of the time from the first dispatch to the last in which the device computed; undefined without timestamps. */
  readonly busyShare: number | undefined;
}

export const GRAM_OPTIONS = [
  'images',
  'against',
  'channels',
  'signal',
  'onProgress',
  'memoryBytes',
  'variant',
] as const satisfies readonly (keyof GramOptions)[];

/**
 * Exact kernels between images: every requested channel from one pass over the pairs (two passes if both `trained`
 * settings are asked for).
 *
 * Source: Arora et al., NeurIPS 2019, sections 3–4, H, I. Accuracy against float64: `gap` 2e-6 relative, `vanilla`
 * 1e-5. The NTK of two nearly identical images is limited by float32, to about 1e-4 per layer in `vanilla` at the
 * worst and a sixth of that in `gap`; equal images are exact.
 *
 * @returns matrices of shape [N_images][N_against]
 * @throws ArgumentError, ArrayError, ChannelError, ImageError, PlanError before anything runs; DeviceLostError; the signal's reason if aborted
 */
export async function computeGram(gpu: Gpu, options: GramOptions): Promise<GramResult> {
  assertGpu('computeGram', gpu);
  assertKeys('computeGram', options, GRAM_OPTIONS);
  assertRunOptions('computeGram', options);
  const { against, signal, onProgress } = options;
  const { rows, columns } = takeImages(options.images, against);
  const channels = takeChannels(options.channels, rows);
  signal?.throwIfAborted();
  const shape: GramShape = { rows: rows.count, columns: columns.count, symmetric: against === undefined };
  const planOptions = { memoryBytes: options.memoryBytes, variant: options.variant };
  const device = await orAborted(planDevice(gpu), signal);
  const plans = planPasses(channels, rows).map((pass) => planPass(pass, rows, shape, device, planOptions));

  const started = performance.now();
  const pairs = pairCount(shape);
  const total = pairs * plans.reduce((sum, plan) => sum + plan.elementLayersPerPair, 0);
  let done = 0;
  const advance = (elementLayers: number) => {
    done += elementLayers;
    onProgress?.({ done, total, elapsedMs: performance.now() - started });
  };
  const underflows = new Underflows();
  const use = new DeviceUse();
  const matrices = channels.map(() => new Float32Array(shape.rows * shape.columns));
  for (const plan of plans) {
    await runPass(gpu, plan, shape, rows, columns, matrices, channels, { advance, underflows, signal, use });
  }
  return {
    ...shape,
    matrices,
    channels,
    pairs,
    underflows: underflows.count,
    firstUnderflow: underflows.first,
    elementLayers: total,
    elapsedMs: performance.now() - started,
    busyShare: use.share,
  };
}

interface PassHooks {
  readonly advance: (elementLayers: number) => void;
  readonly underflows: Underflows;
  readonly signal: AbortSignal | undefined;
  readonly use: DeviceUse;
}

async function runPass(
  gpu: Gpu,
  plan: PassPlan,
  shape: GramShape,
  rows: TakenImages,
  columns: TakenImages,
  matrices: Float32Array[],
  channels: readonly Channel[],
  { advance, underflows, signal, use }: PassHooks,
): Promise<void> {
  using cache = new ImageFieldsCache(gpu, plan);
  using runner = await PairRunner.create(gpu, plan, { advance, signal, use });

  const values = new ChannelValues(plan.pass, channels, rows.scales, columns.scales, underflows);
  const store = (sums: PairSums) => {
    values.read(sums, (channel, row, column, value) => {
      matrices[channel][row * shape.columns + column] = value;
      if (shape.symmetric) matrices[channel][column * shape.columns + row] = value;
    });
  };

  for (const tile of tilePairs(shape, plan.blockImages)) {
    const x = await orAborted(cache.block('rows', rows, tile.firstRow, tile.rows), signal);
    const columnKey = shape.symmetric ? 'rows' : 'columns';
    const z = await orAborted(cache.block(columnKey, columns, tile.firstColumn, tile.columns), signal);
    await runner.run({ xFields: x.xFields, zFields: z.zFields }, tile, store);
  }
  await runner.drain();
}
