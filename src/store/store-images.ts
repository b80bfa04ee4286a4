import { ArgumentError, assertKeys, assertOneOf } from '../checks/arguments.js';
import { copyOfFloat32, typedArrayName } from '../checks/typed-arrays.js';
import { checkImages } from '../images/image-checks.js';
import type { ImageStack } from '../images/images.js';
import { assertStack } from '../images/taken-images.js';
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

/** What `storeImages` gives: the images of a store, and what there is to say of them. */
export interface PreparedStoreImages extends StoreImages {
  /** Normalised images of the columns, where `against` was given. */
  readonly columns: ImageStack | undefined;
  /** What was removed, for `standardize`. */
  readonly statistics: ChannelStatistics | undefined;
  readonly statisticsOf: 'images' | 'against';
  /** Things that the user should know, one sentence each. */
  readonly warnings: readonly string[];
}

/**
 * Normalises the images of a store, and takes their checksums: what `computeInStore` computes with.
 *
 * @throws InputError for images of two shapes; ImageError; ArgumentError, ArrayError
 */
export function storeImages(sets: ImageSets, options: StoreImagesOptions = {}): PreparedStoreImages {
  assertSets(sets, options);
  const images = takeStack('images', sets.images);
  const against = sets.against && takeStack('against', sets.against);
  const test = sets.test && takeStack('test', sets.test);
  const { normalization = 'none', statisticsOf } = options;
  // The training images, columns beside test images in the rows, rows where `test` has others.
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

function assertSets(sets: ImageSets, options: StoreImagesOptions): void {
  assertKeys('storeImages', sets, ['images', 'against', 'test']);
  assertKeys('storeImages', options, ['normalization', 'statisticsOf']);
  const { against, test } = sets;
  const { statisticsOf } = options;
  if (statisticsOf !== undefined)
    assertOneOf('storeImages: statisticsOf', statisticsOf, ['images', 'against']);
  if (against !== undefined && test !== undefined) {
    throw new ArgumentError(
      'storeImages: test makes a second matrix beside that of images × images; leave out against',
    );
  }
  if (against === undefined && statisticsOf === 'against')
    throw new ArgumentError('storeImages: statisticsOf is "against", but against is not given');
}

/** The stack with its pixels as float32, which are not copied if they are that. @throws ImageError, ArrayError */
function takeStack(name: string, stack: ImageStack): ImageStack {
  assertStack(name, stack);
  if (typedArrayName(stack.data) === 'Float32Array') return stack;
  return { ...stack, data: copyOfFloat32(`${name}.data`, stack.data) };
}
