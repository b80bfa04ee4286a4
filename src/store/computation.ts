import { createHash } from 'node:crypto';
import { link, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Layer } from '../network/layers.js';
import type { KernelSpec } from '../kernel/kernel-spec.js';
import type { PlaneCount } from '../kernel/plane-variant.js';
import type { ImageStack } from '../images/images.js';
import { isOfNetwork, requestReport, type KernelRequest } from '../planning/kernel-request.js';
import { OutputError, writeAtomically } from '../files/atomic-file.js';
import { temporaryFile } from '../files/leftovers.js';
import type { ImageSource } from '../data/sources.js';
import { JsonError, parseJson } from '../files/json-file.js';
import { makeFolder } from '../files/make-folder.js';
import { computationSchema, headSchema } from './computation-schema.js';
import { FORMAT, FORMAT_VERSIONS } from './format.js';
import type { Block } from './grid.js';
import { readRegular } from '../files/regular-file.js';
import { UnusableStoreError } from './store-error.js';

/** What computes: results of two adapters, or of two variants of a kernel, agree within rounding, not bit for bit. */
export interface StoreAdapter {
  readonly name: string;
  readonly backend: string;
  /** Driver and version. */
  readonly description: string;
}

/** The files of a set of images, as who began the store named them, and how each was read. */
export interface InputFiles {
  readonly files: readonly string[];
  readonly sources: readonly Pick<
    ImageSource,
    'file' | 'layout' | 'dtype' | 'dividedBy' | 'first' | 'count'
  >[];
}

/** What a manifest says of a kernel: of the paper's chains, or of any network with all its layers. */
export type StoredKernel = { readonly name: string } & (
  KernelSpec | { readonly kernel: 'ntk' | 'nngp'; readonly arch: string; readonly network: readonly Layer[] }
);

/** The manifest of a store: everything that its values depend on, and the grid of its tiles. */
export interface Computation {
  readonly format: typeof FORMAT;
  readonly formatVersion: (typeof FORMAT_VERSIONS)[number];
  readonly kernels: readonly StoredKernel[];
  /** [channels, height, width] */
  readonly imageShape: readonly number[];
  /** Mode and whose statistics, as `standardize by images`. */
  readonly normalization: string;
  readonly blocks: readonly (Block & { readonly rowsSha256: string; readonly columnsSha256: string })[];
  /** Rows and columns of a tile, at the most. */
  readonly tileImages: number;
  /** The version of this package, the adapter and the variants of the kernel that began the store. */
  readonly version: string;
  readonly adapter: StoreAdapter;
  /** Variants of the plane kernel that a tuner chose; where one is missing the rule decides. */
  readonly variants: Readonly<Partial<Record<PlaneCount, string>>>;
  /** For those who ask later; what the images are, the hashes of the blocks say. Older stores have none. */
  readonly inputs?: {
    readonly images: InputFiles;
    readonly against?: InputFiles;
    readonly test?: InputFiles;
  };
}

export const COMPUTATION_FILE = 'computation.json';
/** A list of 10,000 kernels takes 2 MB, of 50,000 files of images 25. */
const MOST_BYTES = 2 ** 25;

/** What the user chooses of a computation. */
export type ComputationInput = Omit<Computation, 'format' | 'formatVersion' | 'kernels'> & {
  readonly kernels: readonly KernelRequest[];
};

export function describeComputation({ kernels: specs, ...rest }: ComputationInput): Computation {
  const kernels = specs.map(requestReport);
  return { format: FORMAT, formatVersion: specs.some(isOfNetwork) ? 3 : 2, kernels, ...rest };
}

/** What tiles and matrices of a computation take on the disk; the symmetric block has only half of its tiles. */
export function computationBytes({
  kernels,
  blocks,
}: {
  readonly kernels: Computation['kernels'] | readonly KernelRequest[];
  readonly blocks: readonly Block[];
}): number {
  return blocks.reduce(
    (sum, { rows, columns, name }) =>
      sum + 4 * kernels.length * rows * columns * (name === 'train' ? 1.5 : 2),
    0,
  );
}

/** SHA-256 of the pixels before normalisation, as float32. */
export function imagesSha256({ data }: ImageStack): string {
  return createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex');
}

/**
 * The manifest of the store in a folder; undefined if there is none. Every field of it has been checked.
 *
 * @throws UnusableStoreError naming the field that is wrong, or the version of the format that is not known here.
 */
export async function readComputation(folder: string): Promise<Computation | undefined> {
  const file = join(folder, COMPUTATION_FILE);
  let text: string;
  try {
    text = await readRegular(file, MOST_BYTES);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    const problem = code === undefined ? message : `cannot be read: ${message}`;
    throw new UnusableStoreError(`${file}: ${problem}; ${REMEDY}`, { cause: error });
  }
  return checked(file, text, REMEDY);
}

/** @throws UnusableStoreError */
function checked(file: string, text: string, remedy: string): Computation {
  try {
    const { format, formatVersion, version } = parseJson(file, text, headSchema);
    if (format !== FORMAT)
      throw new JsonError(`${file}: format is ${JSON.stringify(format)}, not "${FORMAT}"`);
    if (
      typeof formatVersion === 'number' &&
      !(FORMAT_VERSIONS as readonly number[]).includes(formatVersion)
    ) {
      const writer = typeof version === 'string' ? version.slice(0, 100) : 'unknown';
      throw new JsonError(
        `${file}: has version ${formatVersion} of the format (written by cntk-webgpu ${writer}), this program knows versions ${FORMAT_VERSIONS.join(', ')}; install that release`,
      );
    }
    return parseJson(file, text, computationSchema);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const damage = /: is no JSON/.test(error.message) ? '; it is damaged' : '';
    throw new UnusableStoreError(`${error.message}${damage}; ${remedy}`, { cause: error });
  }
}

const REMEDY = 'restore it from a copy, or use another folder';

/**
 * Writes the manifest of a new store, unless another process was first: the first one decides.
 *
 * @returns the manifest that is there now
 * @throws OutputError; UnusableStoreError if no store can be made of it.
 */
export async function establishComputation(folder: string, computation: Computation): Promise<Computation> {
  const file = join(folder, COMPUTATION_FILE);
  // What is no field of the format is left out.
  const fields = checked(folder, JSON.stringify(computation), 'nothing was written');
  const text = `${JSON.stringify(fields, undefined, 2)}\n`;
  const candidate = temporaryFile(file);
  try {
    await makeFolder(folder);
    await writeAtomically(candidate, [text]);
    try {
      // Unlike a rename, a link never takes the place of another's.
      await link(candidate, file);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A file system without links.
      if (['EPERM', 'ENOTSUP', 'ENOSYS'].includes(code ?? '')) await rename(candidate, file);
      else if (code !== 'EEXIST') throw error;
    }
  } catch (error) {
    throw error instanceof OutputError ? error : new OutputError(file, error);
  } finally {
    await rm(candidate, { force: true }).catch(() => undefined);
  }
  return (await readComputation(folder))!;
}

/** Tells networks apart that are called the same. */
function layersSha256({
  name,
  network,
}: {
  readonly name: string;
  readonly network: readonly Layer[];
}): string {
  return `${name} ${createHash('sha256').update(JSON.stringify(network)).digest('hex').slice(0, 16)}`;
}

/** @throws UnusableStoreError naming the first thing in which two computations differ, with both values. */
export function assertSameComputation(folder: string, found: Computation, wanted: Computation): void {
  const blocks = (of: Computation) =>
    of.blocks.map(({ name, rows, columns }) => `${name} ${rows}×${columns}`).join(', ');
  const facets: Record<string, (of: Computation) => string> = {
    kernels: (of) => of.kernels.map(({ name }) => name).join(', '),
    'layers (SHA-256)': (of) =>
      of.kernels.map((kernel) => ('network' in kernel ? layersSha256(kernel) : '-')).join(', '),
    'image shape': (of) => of.imageShape.join('×'),
    normalisation: (of) => of.normalization,
    matrices: blocks,
    'images (SHA-256 of rows/columns)': (of) =>
      of.blocks
        .map(({ name, rowsSha256, columnsSha256 }) => `${name} ${rowsSha256}/${columnsSha256}`)
        .join(', '),
  };
  for (const [what, of] of Object.entries(facets)) {
    if (of(found) !== of(wanted)) {
      throw new UnusableStoreError(
        `${folder} holds another computation: its ${what}: ${of(found)}; asked for: ${of(wanted)}. Use another folder`,
      );
    }
  }
}
