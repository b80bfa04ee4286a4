import type { ImageStack } from '../images/images.js';
import { assertArray, assertKeys, assertText } from '../checks/arguments.js';
import { InputError } from '../checks/input-error.js';
import { countClasses, openLabels } from './labels.js';
import { assertOneScale } from './one-scale.js';
import { openImages, type OpenImages } from './open-images.js';
import { readLabels, readPixels, type PackedImages, type PackedLabels } from './packed.js';
import type { PixelScale } from './scale.js';
import { formatShape, type PixelOrder } from './shape.js';
import type { ImageSource, ImageSources, LabelSource } from './sources.js';
import { formatSize } from '../text/sizes.js';

/** Images with their classes. */
export interface LabelledImages {
  /** Divided as `scale` says. */
  readonly images: ImageStack;
  /** Class of each image, [count], if known. */
  readonly labels: Int32Array | undefined;
  /** Number of classes: of the format, or the largest label in the files + 1 (also of images that were left out). */
  readonly classes: number | undefined;
  readonly files: readonly string[];
  /** `npy`, `npz`, `idx`, `cifar-10`; several are joined by `+`. */
  readonly format: string;
  /** Every file that was read, those of labels too. */
  readonly sources: ImageSources;
}

export interface LoadOptions {
  /** A file with the labels of all images together; `false`: do not look for labels. Default: find them. */
  readonly labels?: string | false;
  /** Axes of a four-dimensional array; `auto` (default): as `likelyOrder` finds in their sizes. */
  readonly layout?: PixelOrder | 'auto';
  /** What pixels are divided by; `auto` (default): unsigned bytes by 255, if the files fit together. */
  readonly scale?: PixelScale;
  /** How messages call the option `scale`, where it has another name for the user, as on the command line. */
  readonly scaleOption?: string;
  /** Index of the first image used, counted over all files; default 0. */
  readonly first?: number;
  /** Number of images used; default: all from `first` on. */
  readonly count?: number;
}

const LOAD_OPTIONS = [
  'labels',
  'layout',
  'scale',
  'scaleOption',
  'first',
  'count',
] as const satisfies readonly (keyof LoadOptions)[];

/**
 * Reads images, and their labels where they are to be found, from one or several files of one shape.
 *
 * Formats are known by their content: CIFAR-10 binary, IDX, .npy, .npz (`file.npz:name` for one of several arrays),
 * each also packed with gzip. Only the images asked for are decoded.
 *
 * @throws InputError for everything wrong with a file, and for more images than there are; ArgumentError
 */
export async function loadImages(
  paths: readonly string[],
  options: LoadOptions = {},
): Promise<LabelledImages> {
  assertArray('files', paths, 'paths');
  for (const path of paths as readonly unknown[]) assertText('the path of a file', path);
  assertKeys('loadImages', options, LOAD_OPTIONS);
  const opened: OpenImages[] = [];
  try {
    for (const path of paths) {
      opened.push(await openImages(path, options.layout ?? 'auto', options.labels === undefined));
      assertSameShape(opened[0].images, opened.at(-1)!.images);
    }
    const parts = chooseParts(paths, opened, options);
    const { images, sources } = await decode(paths, parts, options.scale ?? 'auto');
    const { scaleOption = 'scale' } = options;
    assertOneScale({ option: scaleOption, files: sources });
    const labels = await decodeLabels(opened, parts, options.labels);
    const format = [...new Set(opened.map((file) => file.images.format))].join('+');
    return {
      images,
      labels: labels?.values,
      classes: labels?.classes,
      files: [...paths],
      format,
      sources: { images: sources, labels: labels?.sources ?? [] },
    };
  } finally {
    for (const { images, labels } of opened) await Promise.all([images.bytes.close(), labels?.bytes.close()]);
  }
}

/** Images first … first + count − 1 of one file. */
interface Part {
  readonly file: OpenImages;
  readonly first: number;
  readonly count: number;
}

function chooseParts(paths: readonly string[], opened: readonly OpenImages[], options: LoadOptions): Part[] {
  const files = paths.join(', ');
  const available = opened.reduce((sum, file) => sum + file.images.count, 0);
  if (available === 0)
    throw new InputError(files || 'images', 'no file of images is named; name at least one');
  const { first = 0 } = options;
  if (!Number.isSafeInteger(first) || first < 0) {
    throw new InputError(files, `the first image is ${first}; it must be an integer from 0`);
  }
  if (first >= available) {
    throw new InputError(
      files,
      `the first image is ${first}, but there are ${available} (0 to ${available - 1})`,
    );
  }
  const { count = available - first } = options;
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new InputError(files, `the number of images is ${count}; it must be an integer from 1`);
  }
  if (first + count > available) {
    const from = first === 0 ? '' : ` from image ${first} on`;
    throw new InputError(
      files,
      `${count} images${from} are asked for, but there are ${available - first}; ask for fewer`,
    );
  }
  let start = 0;
  return opened.flatMap((file) => {
    const from = Math.max(first - start, 0);
    const to = Math.min(first + count - start, file.images.count);
    start += file.images.count;
    return from < to ? [{ file, first: from, count: to - from }] : [];
  });
}

async function decode(paths: readonly string[], parts: readonly Part[], scale: PixelScale) {
  const { channels, height, width, elements } = parts[0].file.images;
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const data = allocate(paths, count, elements);
  const sources: ImageSource[] = [];
  let done = 0;
  for (const { file, first, count } of parts) {
    const { format, order, bytes } = file.images;
    const facts = await readPixels(file.images, first, count, scale, data.subarray(done * elements));
    sources.push({ file: bytes.file, format, layout: order, first, ...facts });
    done += count;
  }
  const images: ImageStack = { data, count, channels, height, width };
  return { images, sources };
}

function allocate(paths: readonly string[], count: number, elements: number): Float32Array {
  try {
    return new Float32Array(count * elements);
  } catch (error) {
    const problem = `${count} images of ${elements} pixels take ${formatSize(count * elements * 4)}, which this machine does not give; use fewer`;
    throw new InputError(paths.join(', '), problem, { cause: error });
  }
}

interface DecodedLabels {
  readonly values: Int32Array;
  readonly classes: number;
  readonly sources: readonly LabelSource[];
}

function labelSource({ bytes, dtype, count }: PackedLabels, found: boolean): LabelSource {
  return { file: bytes.file, dtype: dtype.name, count, found };
}

async function decodeLabels(
  opened: readonly OpenImages[],
  parts: readonly Part[],
  option: string | false | undefined,
): Promise<DecodedLabels | undefined> {
  if (option === false) return undefined;
  if (option !== undefined) return decodeSharedLabels(opened, parts, option);
  const without = opened.find((file) => file.labels === undefined);
  if (without !== undefined) {
    const labelled = opened.find((file) => file.labels !== undefined);
    if (labelled === undefined) return undefined;
    const [path, other] = [without.images.bytes.file, labelled.images.bytes.file];
    throw new InputError(
      path,
      `no labels were found for it, but ${other} has some; give all labels in one file`,
    );
  }
  for (const { images, labels } of opened) assertSameCount(labels!, images.count, images.bytes.file);
  let classes = 0;
  const chosen: number[] = [];
  for (const file of opened) {
    const labels = file.labels!;
    const part = parts.find((candidate) => candidate.file === file) ?? { first: 0, count: 0 };
    // Where the format fixes the classes, labels of images that are not used need no reading.
    const range = labels.classes === undefined ? { first: 0, count: labels.count } : part;
    const values = await readLabels(labels, range.first, range.count);
    classes = Math.max(classes, labels.classes ?? countClasses(values));
    const from = part.first - range.first;
    for (let i = 0; i < part.count; i++) chosen.push(values[from + i]);
  }
  const sources = opened.map(({ labels }) => labelSource(labels!, true));
  return { values: Int32Array.from(chosen), classes, sources };
}

/** One file holds the labels of the images of all files, in their order. */
async function decodeSharedLabels(
  opened: readonly OpenImages[],
  parts: readonly Part[],
  path: string,
): Promise<DecodedLabels> {
  const labels = await openLabels(path);
  try {
    const images = opened.map((file) => file.images);
    const available = images.reduce((sum, { count }) => sum + count, 0);
    assertSameCount(labels, available, images.map(({ bytes }) => bytes.file).join(', '));
    const all = await readLabels(labels, 0, labels.count);
    const before = images.slice(0, opened.indexOf(parts[0].file)).reduce((sum, { count }) => sum + count, 0);
    const first = before + parts[0].first;
    const count = parts.reduce((sum, part) => sum + part.count, 0);
    return {
      values: all.slice(first, first + count),
      classes: countClasses(all),
      sources: [labelSource(labels, false)],
    };
  } finally {
    await labels.bytes.close();
  }
}

function assertSameCount(labels: PackedLabels, images: number, files: string): void {
  if (labels.count === images) return;
  throw labels.bytes.error(
    `holds ${labels.count} labels, but there are ${images} images in ${files}; each needs one`,
  );
}

function assertSameShape(one: PackedImages, other: PackedImages): void {
  const [expected, found] = [one, other].map(({ channels, height, width }) =>
    formatShape([channels, height, width]),
  );
  if (expected === found) return;
  throw other.bytes.error(
    `images of ${found} (channels×height×width), but ${one.bytes.file} has ${expected}; all files of a set have one shape`,
  );
}
