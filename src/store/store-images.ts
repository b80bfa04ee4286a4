import { checkImages } from '../images/image-checks.js';
import type { ImageStack } from '../images/images.js';
import { normalize, type ChannelStatistics, type Normalization } from '../images/normalize.js';
import { imagesSha256, type Computation } from './computation.js';
import type { BlockImages } from './stored-gram.js';

/** Images as they were read; with neither `against` nor `test` the store holds the matrix of the images alone. */
export interface ImageSets {
  readonly images: ImageStack;
  /** Columns: the store holds the one matrix images × against. */
  readonly against?: ImageStack;
  /** A second matrix, test × images. */
  readonly test?: ImageStack;
}

export interface StoreImagesOptions {
  /** The normalisation, by default `none`. */
  readonly normalization?: Normalization;
  /** Whose statistics `standardize` takes; by default those of the training images: of `against` where it is given. */
  readonly statisticsOf?: 'images' | 'against';
}

/** The images of a store: normalised for the kernels, hashed as they were for its manifest. */
export interface StoreImages {
  /** Normalised images of the first matrix's rows. */
  readonly rows: ImageStack;
  readonly blockImages: BlockImages;
  readonly blocks: Computation['blocks'];
  /** Mode and whose statistics, as `standardize by images`. */
  readonly normalization: string;
}

/** @throws InputError for images of two shapes; ImageError */
export function storeImages(
  { images, against, test }: ImageSets,
  { normalization = 'none', statisticsOf }: StoreImagesOptions = {},
): StoreImages & {
  readonly columns: ImageStack | undefined;
  readonly statistics: ChannelStatistics | undefined;
  readonly statisticsOf: 'images' | 'against';
  readonly warnings: readonly string[];
} {
  // The training images, as in cntk run: columns beside test images in the rows, rows where --test gives others.
  const trained = statisticsOf ?? (against ? 'against' : 'images');
  const second = against ?? test;
  const isSwapped = trained === 'against' && against !== undefined;
  const normalized = isSwapped
    ? normalize(normalization, against, images)
    : normalize(normalization, images, second);
  const { statistics, warnings } = normalized;
  const rows = isSwapped ? normalized.test! : normalized.train;
  const columns = isSwapped ? normalized.train : normalized.test;
  checkImages(rows, columns ?? rows);
  const shas = [images, ...(second ? [second] : [])].map(imagesSha256);
  const block = (name: Computation['blocks'][number]['name'], r: number, c: number) => {
    const counts = [rows.count, columns?.count ?? 0];
    return { name, rows: counts[r], columns: counts[c], rowsSha256: shas[r], columnsSha256: shas[c] };
  };
  return {
    rows,
    columns: against && columns,
    statistics,
    statisticsOf: trained,
    warnings,
    normalization: statistics ? `${normalization} by ${trained}` : normalization,
    blocks: against ? [block('cross', 0, 1)] : [block('train', 0, 0), ...(test ? [block('test', 1, 0)] : [])],
    blockImages: against
      ? { cross: { rows, columns } }
      : { train: { rows }, ...(columns ? { test: { rows: columns, columns: rows } } : {}) },
  };
}
