import * as v from 'valibot';
import type { KernelSpec, Readout } from '../kernel/kernel-spec.js';
import { MAX_DEPTH, parseReadout } from '../kernel/validate-kernels.js';
import type { Layer } from '../network/layers.js';
import { Network } from '../network/network.js';
import { requestName, validateRequests, type KernelRequest } from '../planning/kernel-request.js';
import { FORMAT, FORMAT_VERSIONS } from './format.js';
import { storeTileCount } from './grid.js';
import { quoted } from '../text/quoted.js';

// What computation.json may hold. Everything that a loop or an allocation depends on has a bound here, and everything
// that becomes the name of a file is derived from what has been checked.

const MOST_KERNELS = 10_000;
/** Files in one folder: 1,000,000 images in tiles of 512 are 1.9 million. */
const MOST_TILES = 2 ** 21;
/** Values of a tile, which is in memory as a whole: 4 GiB. */
const MOST_TILE_VALUES = 2 ** 30;
const MOST_IMAGES = 2 ** 31;
const MOST_PIXELS = 2 ** 31;
const MOST_FILES = 100_000;

const short = v.pipe(v.string(), v.maxLength(1000));
const count = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most));
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'is no SHA-256 (64 hexadecimal digits)'));
const depth = v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(MAX_DEPTH));
const readout = v.custom<Readout>(isReadout, 'is no read-out (vanilla, gap, lap:c)');

const ntk = { kernel: v.literal('ntk'), depth, readout, trained: v.picklist(['all', 'hidden']) };
const nngp = { kernel: v.literal('nngp'), depth, readout };
const ofChain = v.variant('kernel', [
  v.object({ name: v.string(), ...ntk }),
  v.object({ name: v.string(), ...nngp }),
]);
/** What a network may be called, and its layers. */
const ofNetwork = v.object({
  name: v.string(),
  kernel: v.picklist(['ntk', 'nngp']),
  arch: v.pipe(v.string(), v.minLength(1), v.maxLength(1000)),
  network: v.pipe(v.array(v.unknown()), v.rawTransform(networkLayers)),
});
/** A kernel as manifests and models keep it, with its name. */
export const kernelEntry = v.pipe(
  v.lazy((entry) => (isObject(entry) && 'network' in entry ? ofNetwork : ofChain)),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const [{ name }, derived] = [dataset.value, requestName(requestOf(dataset.value))];
    if (name !== derived)
      addIssue({ message: `is called ${quoted(name)}, but what it describes is ${derived}` });
  }),
);
const kernels = v.pipe(v.array(kernelEntry), v.minLength(1), v.maxLength(MOST_KERNELS));

function isObject(entry: unknown): entry is object {
  return typeof entry === 'object' && entry !== null;
}

/** The layers of a network, checked as those of a file are. */
function networkLayers({ dataset, addIssue, NEVER }: v.RawTransformContext<unknown[]>): readonly Layer[] {
  try {
    return Network.from(dataset.value).layers;
  } catch (error) {
    addIssue({ message: `holds no network: ${(error as Error).message}` });
    return NEVER;
  }
}

type KernelEntry = v.InferOutput<typeof ofNetwork> | v.InferOutput<typeof ofChain>;

/** What such an entry asks for. */
export function requestOf(entry: KernelEntry): KernelRequest {
  if ('network' in entry) {
    const { kernel, arch, network } = entry;
    return { kernel, arch: { name: arch, source: arch, network: Network.from(network) } };
  }
  const spec: Partial<typeof entry> = { ...entry };
  delete spec.name;
  return spec as KernelSpec;
}

const block = v.object({
  name: v.picklist(['train', 'test', 'cross']),
  rows: count(MOST_IMAGES),
  columns: count(MOST_IMAGES),
  rowsSha256: sha256,
  columnsSha256: sha256,
});

const file = v.pipe(v.string(), v.maxLength(10_000));
const natural = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** Files of a set of images, and how each was read; nothing depends on them. */
const inputFiles = v.object({
  files: v.pipe(v.array(file), v.maxLength(MOST_FILES)),
  sources: v.pipe(
    v.array(
      v.object({
        file,
        layout: v.picklist(['nchw', 'nhwc']),
        dtype: short,
        dividedBy: v.pipe(v.number(), v.finite(), v.gtValue(0)),
        first: natural,
        count: natural,
      }),
    ),
    v.maxLength(MOST_FILES),
  ),
});
/** Earlier versions called the variant for one plane `vanilla`, that for many `all`. */
const variants = v.pipe(
  v.object({
    one: v.optional(short),
    many: v.optional(short),
    vanilla: v.optional(short),
    all: v.optional(short),
  }),
  v.transform(({ vanilla, all, one = vanilla, many = all }) => ({
    ...(one === undefined ? {} : { one }),
    ...(many === undefined ? {} : { many }),
  })),
);

/** First the two fields that say whether the others can be read. */
export const headSchema = v.object({
  format: v.unknown(),
  formatVersion: v.unknown(),
  version: v.optional(v.unknown()),
});

export const computationSchema = v.pipe(
  v.object({
    format: v.literal(FORMAT),
    formatVersion: v.picklist(FORMAT_VERSIONS),
    kernels,
    imageShape: v.pipe(
      v.array(count(MOST_PIXELS)),
      v.length(3, 'holds not three sizes: channels, height, width'),
      v.check(
        (sizes) => sizes.reduce((product, size) => product * size, 1) <= MOST_PIXELS,
        `has more than ${MOST_PIXELS} pixels`,
      ),
    ),
    normalization: short,
    blocks: v.array(block),
    tileImages: count(MOST_IMAGES),
    version: short,
    adapter: v.object({ name: short, backend: short, description: short }),
    variants,
    inputs: v.optional(
      v.object({
        images: inputFiles,
        against: v.optional(inputFiles),
        test: v.optional(inputFiles),
      }),
    ),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (const problem of [blocksProblem, versionProblem, kernelsProblem, gridProblem]) {
      const message = problem(dataset.value);
      if (message === undefined) continue;
      addIssue({ message });
      return;
    }
  }),
);

export type CheckedComputation = v.InferOutput<typeof computationSchema>;
type StoreBlock = CheckedComputation['blocks'][number];

/** Which matrices make one computation, and in what they must agree. */
function blocksProblem({ blocks }: CheckedComputation): string | undefined {
  const [first, second] = blocks as [StoreBlock, StoreBlock | undefined];
  const names = blocks.map(({ name }) => name).join(', ');
  if (!['train', 'cross', 'train, test', 'cross, test'].includes(names))
    return `blocks: are ${names || 'none'}; train or cross is needed, and test beside it if there is one`;
  if (first.name === 'train' && first.rows !== first.columns)
    return `blocks.0: is symmetric, but has ${first.rows} rows and ${first.columns} columns`;
  if (first.name === 'train' && first.rowsSha256 !== first.columnsSha256)
    return `blocks.0: is symmetric, but rowsSha256 is ${first.rowsSha256} and columnsSha256 ${first.columnsSha256}`;
  if (second !== undefined && second.columns !== first.columns)
    return `blocks.1.columns: is ${second.columns}, but blocks.0.columns ${first.columns}`;
  if (second !== undefined && second.columnsSha256 !== first.columnsSha256)
    return `blocks.1.columnsSha256: is ${second.columnsSha256}, but blocks.0.columnsSha256 ${first.columnsSha256}`;
  return undefined;
}

function versionProblem({ formatVersion, kernels }: CheckedComputation): string | undefined {
  const at = kernels.findIndex((entry) => 'network' in entry);
  if (at < 0 || formatVersion >= 3) return undefined;
  return `formatVersion: is ${formatVersion}, but kernels.${at} holds a network, which version 3 has`;
}

function kernelsProblem({ kernels, imageShape }: CheckedComputation): string | undefined {
  try {
    // Their names have been compared with what they describe.
    const [channels, height, width] = imageShape;
    validateRequests(kernels.map(requestOf), { channels, height, width });
    return undefined;
  } catch (error) {
    return `kernels: ${(error as Error).message}`;
  }
}

function gridProblem({ blocks, kernels, tileImages }: CheckedComputation): string | undefined {
  const tiles = storeTileCount(blocks, tileImages);
  if (!(tiles <= MOST_TILES)) {
    const sizes = blocks.map(({ rows, columns }) => `${rows}×${columns}`).join(' and ');
    return `tileImages: ${sizes} values in tiles of ${tileImages} images a side are ${tiles} tiles, at most ${MOST_TILES} are possible; larger tiles are fewer`;
  }
  const values = Math.max(
    ...blocks.map(
      ({ rows, columns }) => kernels.length * Math.min(tileImages, rows) * Math.min(tileImages, columns),
    ),
  );
  if (!(values <= MOST_TILE_VALUES))
    return `tileImages: ${kernels.length} kernels in tiles of ${tileImages} images a side are ${values} values a tile, at most ${MOST_TILE_VALUES} are possible; make the tiles smaller`;
  return undefined;
}

function isReadout(value: unknown): boolean {
  try {
    // `lap:04` would be read, and named otherwise.
    return typeof value === 'string' && value.length < 30 && parseReadout(value) === value;
  } catch {
    return false;
  }
}
