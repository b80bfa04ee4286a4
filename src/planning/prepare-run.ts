import type { OpenGpu } from '../gpu/dawn/open-gpu.js';
import type { Gpu } from '../gpu/gpu.js';
import type { ImageShape, ImageStack } from '../images/images.js';
import { computeGram } from '../kernel/gram.js';
import { variantLabel } from '../kernel/plane-candidates.js';
import type { PlaneCount, PlaneVariants } from '../kernel/plane-variant.js';
import { runVariants } from '../kernel/run-variants.js';
import { SILENT, type Reporter } from '../progress/reporter.js';
import { measuredDevice, MeasurementCache } from './measurement-cache.js';
import { candidatesFor, measuredVariants, type MeasuredRun, type MeasureMode } from './measured-variants.js';

// A run is prepared in one call: its variants of the plane kernel are decided, and compiled.

/** Variants by their labels, as reports and stores name them; where one is missing the rule decides. */
export type VariantLabels = Readonly<Partial<Record<PlaneCount, string>>>;

export interface PrepareOptions {
  /** Who chooses: measurements, or the labels of a store; by default the rule alone (`off`). */
  readonly tune?: MeasureMode | VariantLabels;
  /** The cache, by default that of this user. */
  readonly cache?: MeasurementCache;
  readonly reporter?: Reporter;
  readonly signal?: AbortSignal;
}

export interface DecidedVariants {
  /** The variants of every pass of the run: for `computeGram` and `computeTiles`, whatever part of it they compute. */
  readonly variant: PlaneVariants;
  /** Those that measurements or a store have chosen; undefined where the rule decided alone. */
  readonly tuned: VariantLabels | undefined;
}

/** Decides which variants a run takes, without running it: estimates speak of what the run itself will do. @throws PlanError */
export async function decideVariants(
  opened: OpenGpu,
  run: MeasuredRun,
  options: PrepareOptions = {},
): Promise<DecidedVariants> {
  const gpu = opened;
  const { tune = 'off', signal, reporter = SILENT } = options;
  const { cache = new MeasurementCache((message) => reporter.note(`warning: ${message}`)) } = options;
  const chosen =
    typeof tune === 'string'
      ? await measuredVariants(gpu, measuredDevice(opened), cache, run, { mode: tune, signal, reporter })
      : labelledVariants(opened, run.shape, tune, reporter);
  const labels = Object.entries(chosen).map(([planes, variant]) => [planes, variantLabel(variant)] as const);
  return {
    variant: runVariants(run.kernels, run.shape, run.grams, gpu, chosen),
    tuned: labels.length === 0 ? undefined : Object.fromEntries(labels),
  };
}

/** The preparation of `library/planning`, whose arguments are right. */
export async function prepareRun(
  opened: OpenGpu,
  images: ImageStack,
  run: Omit<MeasuredRun, 'shape'>,
  options: PrepareOptions = {},
): Promise<DecidedVariants & { readonly compileMs: number }> {
  const { signal, reporter = SILENT } = options;
  const decided = await decideVariants(opened, { ...run, shape: images }, options);
  reporter.phase('compile');
  const started = performance.now();
  const { channels, height, width } = images;
  const first = { ...images, count: 1, data: images.data.subarray(0, channels * height * width) };
  await computeGram(opened, {
    images: first,
    kernels: run.kernels,
    signal,
    variant: decided.variant,
  });
  const compileMs = performance.now() - started;
  reporter.end();
  return { ...decided, compileMs };
}

/** @throws nothing: what this device lacks is a warning. */
function labelledVariants(
  gpu: Gpu,
  shape: ImageShape,
  labels: VariantLabels,
  reporter: Reporter,
): PlaneVariants {
  const found = (Object.entries(labels) as [PlaneCount, string][]).map(([count, label]) => {
    const variant = candidatesFor(count, shape, gpu).find((one) => variantLabel(one) === label);
    if (variant === undefined) {
      reporter.warn(
        `this device lacks the variant "${label}" that the store was begun with: values agree within rounding, not bit for bit`,
      );
    }
    return [count, variant] as const;
  });
  return Object.fromEntries(found.filter(([, variant]) => variant !== undefined));
}
