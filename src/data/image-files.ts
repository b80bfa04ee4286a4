import type { ImageStack } from '../images/images.js';
import { assertArray, assertKeys, assertText } from '../checks/arguments.js';
import { InputError } from '../checks/input-error.js';
import { decodeLabels } from './decode-labels.js';
import type { Host } from './host.js';
import { assertOneScale } from './one-scale.js';
import { openImages, type OpenImages } from './open-images.js';
import { drawSubset, type SubsetKind } from '../images/subset.js';
import { countIn, rangesOf, rangesWithin, type Range } from './ranges.js';
import { readPixels, type PackedImages } from './packed.js';
import type { PictureSize } from './pictures/resize.js';
import type { PixelScale } from './scale.js';
import { formatShape, type PixelOrder } from './shape.js';
import type { ImageSource, ImageSources } from './sources.js';
import { formatSize } from '../text/sizes.js';

/** Images with their classes. */
export interface LabelledImages {
  /** Divided as `scale` says. */
  readonly images: ImageStack;
  /** Class of each image, [count], if known. */
  readonly labels: Int32Array | undefined;
  /** Number of classes: of the format, or the largest label in the files + 1 (also of images that were left out). */
  readonly classes: number | undefined;
  /** Names of the classes: label c is called classNames[c]. Absent where files have none, or labels that are no places. */
  readonly classNames?: readonly string[];
  /**
   * The labels are names in the files, and numbered here in their sorted order: of another set the same name may have
   * another number, and names are what is to be compared.
   */
  readonly labelsAreNames?: boolean;
  /** With `labelsAs: 'values'` in place of labels: numbers of any kind, [count][outputs]. */
  readonly values?: Float64Array;
  readonly outputs?: number;
  /** What the user should know of how the images were read, a sentence each. */
  readonly notes?: readonly string[];
  readonly files: readonly string[];
  /** `npy`, `npz`, `idx`, `cifar-10`, `cifar-100`, `pickle`, `mat`, `parquet`, `pictures`; several are joined by `+`. */
  readonly format: string;
  /** Every file that was read, those of labels too. */
  readonly sources: ImageSources;
}

export interface LoadOptions {
  /** A file with the labels of all images together; `false`: do not look for labels. Default: find them. */
  readonly labels?: string | false;
  /** `classes` (default): one of each image; `values`: numbers, one or several of each, for a regression. */
  readonly labelsAs?: 'classes' | 'values';
  /** Height and width that pictures (PNG, JPEG) are brought to, by Pillow's bilinear filter; default: they have one size. */
  readonly resize?: PictureSize;
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
  'labelsAs',
  'resize',
  'layout',
  'scale',
  'scaleOption',
  'first',
  'count',
] as const satisfies readonly (keyof LoadOptions)[];

/** What files of images are opened with. @throws ArgumentError */
export function assertLoad(where: string, paths: unknown, options: unknown): void {
  assertArray(`${where}: files`, paths, 'paths');
  for (const path of paths as readonly unknown[]) assertText(`${where}: the path of a file`, path);
  assertKeys(where, options, LOAD_OPTIONS);
}

/** Which of the images are read. */
export type ImageRange = Pick<LoadOptions, 'first' | 'count'>;

/** Files of one set of images, wherever they are, that stay open. */
export class HostedImages implements AsyncDisposable {
  private readonly opened: OpenImages[] = [];

  protected constructor(
    private readonly host: Host,
    private readonly paths: readonly string[],
    private readonly options: Omit<LoadOptions, 'first' | 'count'>,
  ) {}

  /** @throws InputError for everything wrong with a file */
  static async openIn(
    host: Host,
    paths: readonly string[],
    options: Omit<LoadOptions, 'first' | 'count'> = {},
  ): Promise<HostedImages> {
    return await new HostedImages(host, paths, options).openAll();
  }

  /** Opens all files, or none. */
  protected async openAll(): Promise<this> {
    const { host, paths, options, opened } = this;
    try {
      for (const path of paths) {
        const { layout = 'auto', labels, resize } = options;
        opened.push(await openImages(host, path, { layout, findLabels: labels === undefined, resize }));
        assertSameShape(opened[0].images, opened.at(-1)!.images);
      }
      return this;
    } catch (error) {
      await this[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** How messages call what the pixels are divided by. */
  get scaleOption(): string {
    return this.options.scaleOption ?? 'scale';
  }

  /** Images in all files. */
  get count(): number {
    return this.opened.reduce((sum, { images }) => sum + images.count, 0);
  }

  /** @throws InputError for more images than there are, and for what is wrong with those that are read. */
  async read(range: ImageRange = {}): Promise<LabelledImages> {
    return await this.readRanges([chooseRange(this.paths, this.opened, range)]);
  }

  /** A subset, in the order of the files; without labels it is the first images. @throws InputError as `read` */
  async readSubset(count: number, kind: SubsetKind, seed: number): Promise<LabelledImages> {
    const all = chooseRange(this.paths, this.opened, {});
    if (count >= all.count) return await this.readRanges([all]);
    const decoded = await decodeLabels(this.host, this.opened, partsOf(this.opened, [all]), this.options);
    if (decoded?.labels === undefined) return await this.readRanges([{ first: 0, count }]);
    const indices = drawSubset(decoded.labels, count, kind, seed);
    return await this.readRanges(rangesOf(indices.sort((a, b) => a - b)));
  }

  private async readRanges(ranges: readonly Range[]): Promise<LabelledImages> {
    const { host, paths, opened, options } = this;
    const parts = partsOf(opened, ranges);
    const { images, sources } = await decode(paths, parts, options.scale ?? 'auto');
    const { scaleOption = 'scale' } = options;
    assertOneScale({ option: scaleOption, files: sources });
    const labels = await decodeLabels(host, opened, parts, options);
    const notes = opened.flatMap((file) => file.images.notes ?? []);
    const format = [...new Set(opened.map((file) => file.images.format))].join('+');
    return {
      images,
      labels: labels?.labels,
      classes: labels?.classes,
      ...(labels?.names !== undefined && { classNames: labels.names }),
      ...(labels?.areNames === true && { labelsAreNames: true }),
      ...(labels?.values !== undefined && { values: labels.values, outputs: labels.outputs }),
      ...(notes.length > 0 && { notes }),
      files: [...paths],
      format,
      sources: { images: sources, labels: labels?.sources ?? [] },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { images, labels } of this.opened)
      await Promise.all([images.bytes.close(), labels?.bytes.close()]);
  }
}

/** Some of the images of one file. */
export interface Part {
  readonly file: OpenImages;
  readonly ranges: readonly Range[];
}

/** The range of all images that is asked for. */
function chooseRange(paths: readonly string[], opened: readonly OpenImages[], options: ImageRange): Range {
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
  return { first, count };
}

/** The files in which these ranges of all images lie, with the images of each. */
function partsOf(opened: readonly OpenImages[], ranges: readonly Range[]): Part[] {
  let start = 0;
  return opened.flatMap((file) => {
    const own = rangesWithin(ranges, start, file.images.count);
    start += file.images.count;
    return own.length > 0 ? [{ file, ranges: own }] : [];
  });
}

async function decode(paths: readonly string[], parts: readonly Part[], scale: PixelScale) {
  const { channels, height, width, elements } = parts[0].file.images;
  const count = parts.reduce((sum, { ranges }) => sum + countIn(ranges), 0);
  const data = allocate(paths, count, elements);
  const sources: ImageSource[] = [];
  let done = 0;
  for (const { file, ranges } of parts) {
    const { format, order, bytes } = file.images;
    const facts = await readPixels(file.images, ranges, scale, data.subarray(done * elements));
    sources.push({ file: bytes.file, format, layout: order, first: ranges[0].first, ...facts });
    done += facts.count;
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

function assertSameShape(one: PackedImages, other: PackedImages): void {
  const [expected, found] = [one, other].map(({ channels, height, width }) =>
    formatShape([channels, height, width]),
  );
  if (expected === found) return;
  throw other.bytes.error(
    `images of ${found} (channels×height×width), but ${one.bytes.file} has ${expected}; all files of a set have one shape`,
  );
}
