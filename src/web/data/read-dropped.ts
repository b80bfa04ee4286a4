import { alignNames } from '../../classification/align-names.js';
import { InputError } from '../../checks/input-error.js';
import { DroppedHost, type DroppedFile } from '../../data/dropped-host.js';
import { HostedImages, type LabelledImages } from '../../data/image-files.js';
import { assertOneScale } from '../../data/one-scale.js';
import type { PictureSize } from '../../data/pictures/resize.js';
import type { PixelScale } from '../../data/scale.js';
import { formatShape, type PixelOrder } from '../../data/shape.js';
import type { SubsetKind } from '../../images/subset.js';
import { thinnedPictures } from './dropped-pictures.js';
import { rolesOf, type DroppedSet } from './dropped-roles.js';

export type { DroppedFile } from '../../data/dropped-host.js';

/** Images with the class of each: its place in `classNames` of both sets together. */
export type ClassifiedImages = LabelledImages & { readonly labels: Int32Array };

/** The images of the files that were dropped. */
export interface DroppedData {
  /** The files that were read, for a heading. */
  readonly name: string;
  readonly train: ClassifiedImages;
  /** Images to test on, where the files have such a set. */
  readonly test: ClassifiedImages | undefined;
  /** What the classes of both sets are called: their names, or the numbers that stand for them in the files. */
  readonly classNames: readonly string[];
  /** What the user should know of how they were read, a sentence each. */
  readonly notes: readonly string[];
}

export interface ReadDroppedOptions {
  /** The most images that are read of each set; all others are not even looked at. Default: all. */
  readonly limit?: number;
  /** Which ones those are: as balanced over the classes as can be (default), at random, or the first. */
  readonly subset?: SubsetKind;
  readonly seed?: number;
  /** Axes of a four-dimensional array; `auto` (default): as their sizes say. */
  readonly layout?: PixelOrder | 'auto';
  /** What pixels are divided by; `auto` (default): unsigned bytes by 255. */
  readonly scale?: PixelScale;
  /** Height and width that pictures are brought to; default: they have one size. */
  readonly resize?: PictureSize;
  /** Fetches the code of the JPEG decoder; by default `mozjpeg_dec.wasm` beside this script. */
  readonly jpegCode?: () => Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Reads files that were dropped on a page, or chosen there, as the command line reads files of a disk: the same formats,
 * the same pixels and labels, the same messages for what is wrong. Several files may be the images and the labels of one
 * set, or a set to learn from and one to test on, in any order.
 *
 * @throws InputError for everything wrong with a file, and for images without labels; ArgumentError
 */
export async function readDropped(
  files: readonly DroppedFile[],
  options: ReadDroppedOptions = {},
): Promise<DroppedData> {
  try {
    return await readRoles(new DroppedHost(files, options.jpegCode ?? fetchJpegCode), options);
  } catch (error) {
    if (error instanceof InputError && error.option !== undefined)
      error.message += `; the command line has an option for it: --${error.option}`;
    throw error;
  }
}

async function readRoles(host: DroppedHost, options: ReadDroppedOptions): Promise<DroppedData> {
  const roles = await rolesOf(host);
  const train = await readSet(host, roles.train, options);
  const test = roles.test && (await readSet(host, roles.test, options));
  if (test !== undefined) assertAlike(train, test);
  const { classNames, trainLabels, testLabels } = commonClasses(train, test);
  return {
    name: [train, ...(test ? [test] : [])].map(filesOf).join(', '),
    train: { ...train, labels: trainLabels },
    test: test && { ...test, labels: testLabels! },
    classNames,
    notes: [...new Set([...(roles.notes ?? []), ...(train.notes ?? []), ...(test?.notes ?? [])])],
  };
}

function filesOf(set: LabelledImages): string {
  return set.files.join(', ');
}

/** The classes of both sets by one numbering: numbers in files may be any, below zero too. */
function commonClasses(train: ClassifiedImages, test: ClassifiedImages | undefined) {
  const named = (set: ClassifiedImages) => ({ ...set, file: filesOf(set) });
  const aligned = alignNames(named(train), test ? named(test) : { ...named(train), labels: undefined });
  const { classNames, testLabels } = aligned;
  if (classNames !== undefined) return { classNames, testLabels, trainLabels: train.labels };
  const numbers = [...new Set([...train.labels, ...(testLabels ?? [])])].sort((a, b) => a - b);
  const places = new Map(numbers.map((label, place) => [label, place]));
  const placesOf = (labels: Int32Array) => labels.map((label) => places.get(label)!);
  return {
    classNames: numbers.map(String),
    trainLabels: placesOf(train.labels),
    testLabels: testLabels && placesOf(testLabels),
  };
}

async function readSet(
  host: DroppedHost,
  { paths, labels }: DroppedSet,
  { limit = Infinity, subset = 'balanced', seed = 0, layout, scale, resize }: ReadDroppedOptions,
): Promise<ClassifiedImages> {
  const isFolder = paths.length === 1 && (await host.kindOf(paths[0]).catch(() => 'file')) === 'folder';
  const source =
    isFolder && limit < Infinity ? await thinnedPictures(host, paths[0], limit, subset, seed) : host;
  await using images = await HostedImages.openIn(source, paths, {
    ...{ labels, layout, scale, resize },
    scaleOption: 'on the command line --scale',
  });
  const set = await images.readSubset(limit, subset, seed);
  if (set.labels !== undefined) return { ...set, labels: set.labels };
  throw new InputError(
    paths.join(', '),
    'images need labels, and none were found with them; drop their file too, or put pictures into a folder for each class',
  );
}

function assertAlike(train: LabelledImages, test: LabelledImages): void {
  const [expected, found] = [train, test].map(({ images: { channels, height, width } }) =>
    formatShape([channels, height, width]),
  );
  if (expected !== found) {
    throw new InputError(
      test.files.join(', '),
      `images of ${found} (channels×height×width), but ${train.files.join(', ')} has ${expected}; images to test on have the shape of those to learn from`,
    );
  }
  const sourcesOf = (option: string, set: LabelledImages) => ({ option, files: set.sources.images });
  assertOneScale(sourcesOf('on the command line --scale', train), sourcesOf('--test-scale', test));
}

async function fetchJpegCode(): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(new URL('mozjpeg_dec.wasm', import.meta.url));
  if (!response.ok)
    throw new Error(`mozjpeg_dec.wasm: the server answers ${response.status}; reload the page`);
  return new Uint8Array(await response.arrayBuffer());
}
