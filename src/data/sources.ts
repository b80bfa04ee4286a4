import type { PixelFacts } from './scale.js';
import type { PixelOrder } from './shape.js';

/** Where images and labels come from; of an archive with the name of the array, as `file.npz:x`. */
export interface ImageSources {
  readonly images: readonly ImageSource[];
  readonly labels: readonly LabelSource[];
}

/** The images of one file that are used, and how they were read. */
export interface ImageSource extends PixelFacts {
  readonly file: string;
  /** `npy`, `npz`, `idx`, `cifar-10`, or `digits`: those of the package. */
  readonly format: string;
  readonly layout: PixelOrder;
  /** Index of the first of them in the file. */
  readonly first: number;
}

export interface LabelSource {
  readonly file: string;
  readonly dtype: string;
  /** How many the file has. */
  readonly count: number;
  /** Nobody named it: it was found in the file of the images, or beside it. */
  readonly found: boolean;
}

/** What reports say of a set of images: every file that was read, also those nobody named, and how. */
export function sourcesReport(set: {
  readonly files: readonly string[];
  readonly format: string;
  readonly images: { readonly count: number };
  readonly sources: ImageSources;
}) {
  const { files, format, images, sources } = set;
  return { files, format, count: images.count, sources: sources.images, labels: sources.labels };
}

/** Every file that a set was read from, also those nobody named. */
export function filesRead({ files, sources }: { files: readonly string[]; sources: ImageSources }): string[] {
  return [...new Set([...files, ...sources.labels.map(({ file }) => file)])];
}

export type SourcesReport = ReturnType<typeof sourcesReport>;
