import type { PixelFacts } from '../data/scale.js';
import type { ChannelStatistics, Normalization } from '../images/normalize.js';
import type { requestReport } from '../planning/kernel-request.js';
import type { ModelTargets } from './model-targets.js';

/** Counts up when a folder of an older version is no longer read as it is. */
export const MODEL_FORMAT = 1;
/** The file of a model's folder that says what the others are. */
export const MODEL_FILE = 'model.json';
/** Training images as the kernel takes them, [n][C][H][W]; coefficients [n][columns]. */
export const IMAGES_FILE = 'images.npy';
export const COEFFICIENTS_FILE = 'coefficients.npy';
/** Kernels of the training images, of a model that gives variances. */
export const KERNEL_FILES = { kernel: 'kernel.npy', prior: 'prior-kernel.npy' } as const;

/** What model.json holds. */
export interface ModelManifest {
  readonly format: 'cntk-model';
  readonly formatVersion: 1;
  /** The version of the package that made the model. */
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
  /** What kernels and noise are multiplied by in a model that gives variances, [columns]. */
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
