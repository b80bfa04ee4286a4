import * as v from 'valibot';
import type { ModelTargets } from './model-targets.js';
import type { ChannelStatistics, Normalization } from '../images/normalize.js';
import type { PixelFacts } from '../data/scale.js';
import type { requestReport } from '../planning/kernel-request.js';
import { kernelEntry } from '../store/computation-schema.js';

/** Counts up when a folder of an older version is no longer read as it is. */
export const MODEL_FORMAT = 1;
/** The file of a model's folder that says what the others are. */
export const MODEL_FILE = 'model.json';
/** Training images as the kernel takes them, [n][C][H][W]; coefficients [n][columns]. */
export const IMAGES_FILE = 'images.npy';
export const COEFFICIENTS_FILE = 'coefficients.npy';
/** Kernels of the training images, of a model that gives variances. */
export const KERNEL_FILES = { kernel: 'kernel.npy', prior: 'prior-kernel.npy' } as const;

const finite = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

const classes = v.object({
  kind: v.literal('classes'),
  coding: v.picklist(['centred', 'one-hot']),
  classes: v.pipe(v.array(v.pipe(v.number(), v.integer())), v.minLength(1)),
  names: v.optional(v.array(v.string())),
  areNames: v.optional(v.boolean()),
});
const multiLabel = v.object({
  kind: v.literal('multi-label'),
  outputs: count,
  no: v.picklist([0, -1]),
});
const real = v.object({ kind: v.literal('real'), outputs: count, means: v.array(finite) });

/** How the pixels of a training file were read: those of new images are to be on the same scale. */
const pixels = v.object({
  file: v.string(),
  dtype: v.string(),
  scale: v.union([v.literal('auto'), finite]),
  dividedBy: finite,
  count,
  range: v.tuple([finite, finite]),
  meanSize: finite,
  integers: v.boolean(),
});

/** What model.json holds. Fields of later versions may be more. */
export const modelSchema = v.looseObject({
  format: v.literal('cntk-model'),
  formatVersion: v.literal(MODEL_FORMAT),
  version: v.string(),
  kernel: kernelEntry,
  normalization: v.picklist(['none', 'unit', 'standardize'] satisfies Normalization[]),
  statistics: v.optional(v.object({ mean: v.array(finite), standardDeviation: v.array(finite) })),
  targets: v.variant('kind', [classes, multiLabel, real]),
  /** In units of the mean of the diagonal. */
  ridge: finite,
  imageShape: v.tuple([count, count, count]),
  count,
  pixels: v.array(pixels),
  sha256: v.object({ images: sha256, coefficients: sha256 }),
  /** Of a model that gives variances: what kernels and noise are multiplied by, [columns]. */
  variance: v.optional(v.object({ scales: v.array(finite), noise: finite })),
});

/** What is looked at before all else: another version is named, whatever else its fields are. */
export const versionSchema = v.looseObject({
  format: v.literal('cntk-model'),
  formatVersion: v.number(),
  version: v.string(),
});

/** What model.json holds. */
export interface ModelManifest {
  readonly format: 'cntk-model';
  readonly formatVersion: 1;
  /** Of the package that made the model. */
  readonly version: string;
  /** With its name. */
  readonly kernel: KernelReport;
  readonly normalization: Normalization;
  /** What `standardize` removed. */
  readonly statistics?: { readonly mean: readonly number[]; readonly standardDeviation: readonly number[] };
  readonly targets: ModelTargets;
  /** Added to the diagonal of the kernel, in units of its mean. */
  readonly ridge: number;
  readonly imageShape: readonly [channels: number, height: number, width: number];
  /** Training images. */
  readonly count: number;
  /** How the pixels of the training files were read: those of new images are to be on the same scale. */
  readonly pixels: readonly (PixelFacts & { readonly file: string })[];
  readonly sha256: { readonly images: string; readonly coefficients: string };
  /** Of a model that gives variances: what kernels and noise are multiplied by, [columns]. */
  readonly variance?: { readonly scales: readonly number[]; readonly noise: number };
}

/** A kernel as models keep it. */
export type KernelReport = ReturnType<typeof requestReport>;

export function statisticsOf({ statistics }: ModelManifest): ChannelStatistics | undefined {
  return (
    statistics && {
      mean: Float64Array.from(statistics.mean),
      standardDeviation: Float64Array.from(statistics.standardDeviation),
    }
  );
}
