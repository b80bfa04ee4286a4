import { underflowWarning } from '../kernel/kernel-values.js';
import { assertCount, assertKeys, assertMade, assertText } from '../checks/arguments.js';
import { OutputError } from '../files/atomic-file.js';
import { assertSpace } from '../files/disk-space.js';
import { packageVersion } from '../files/package-version.js';
import { assertOpenGpu, type OpenGpu } from '../gpu/dawn/open-gpu.js';
import type { GramShape } from '../kernel/gram-shape.js';
import { roughWarning } from '../network/exact-pairs.js';
import { splitRequests, validateRequests, type KernelRequest } from '../planning/kernel-request.js';
import type { MeasureMode } from '../planning/measured-variants.js';
import { prepareKernels, requestedWorkPerPair } from '../planning/prepare-kernels.js';
import { assertPrepareOptions } from '../planning/assert-prepare.js';
import { decideVariants, type PrepareOptions, type VariantLabels } from '../planning/prepare-run.js';
import { SILENT, type Reporter } from '../progress/reporter.js';
import { assembleMatrices, resultReport } from './assembly.js';
import {
  assertSameComputation,
  computationBytes,
  describeComputation,
  readComputation,
  type Computation,
} from './computation.js';
import { assertShard, tileSide, type Shard } from './grid.js';
import { DamagedTileError, UnusableStoreError } from './store-error.js';
import type { StoreImages } from './store-images.js';
import { computeStored, type StoredGramReport } from './stored-gram.js';
import { TileStore } from './tile-store.js';

/** Kernels between images, and the folder of the store that they are kept in. */
export interface StoreTask {
  readonly folder: string;
  readonly kernels: readonly KernelRequest[];
  readonly images: StoreImages;
  /** For those who ask later: the files of the images. */
  readonly inputs?: Computation['inputs'];
  /** Images of a tile's side; by default by the work per pair. */
  readonly tileImages?: number;
}

export interface ComputeInStoreOptions<R extends object> extends PrepareOptions {
  /** Who chooses the variants of a new store; an older one has its own. By default the rule alone. */
  readonly tune?: MeasureMode;
  readonly memoryBytes?: number;
  /** Computes only these tiles, and writes no matrices. */
  readonly shard?: Shard;
  /** What the manifest of the matrices says; by default `resultReport`. */
  readonly describe?: (facts: StoredFacts) => R;
}

export interface StoredResult<R> {
  readonly store: TileStore;
  readonly report: StoredGramReport;
  readonly result: R;
}

/** What is known when all tiles are there, for the manifest of the matrices. */
export interface StoredFacts {
  readonly store: TileStore;
  readonly report: StoredGramReport;
  readonly compileMs: number;
  readonly tuned: VariantLabels | undefined;
}

/** What the manifest of a task's store says, where there is none yet; grid, adapter and variants are decided then. */
export function wantedComputation({ kernels, images, inputs, tileImages }: StoreTask): Computation {
  const { rows, normalization, blocks } = images;
  return describeComputation({
    kernels,
    imageShape: [rows.channels, rows.height, rows.width],
    normalization,
    blocks,
    version: packageVersion(),
    tileImages: tileImages ?? 0,
    adapter: { name: '', backend: '', description: '' },
    variants: {},
    inputs,
  });
}

/**
 * Computes the tiles that the store in the folder lacks, or begins one, and writes the matrices beside them; only
 * tiles for a shard.
 *
 * A further call goes on with what an earlier one has left, however that ended; several processes may work on one folder
 * at a time. What there is to say of the images (`storeImages(…).warnings`) is for the caller to say.
 *
 * @throws as `computeStored` and `assembleMatrices`; UnusableStoreError if the folder holds another computation;
 * OutputError if the disk has no room; ArgumentError.
 */
export async function computeInStore<R extends object = object>(
  opened: OpenGpu,
  task: StoreTask,
  options: ComputeInStoreOptions<R> = {},
): Promise<StoredResult<R>> {
  assertOpenGpu('computeInStore', opened);
  assertPrepareOptions('computeInStore', options, OPTIONS);
  assertTask(task);
  const { signal, shard, memoryBytes, cache, reporter = SILENT } = options;
  if (shard !== undefined) assertShard('computeInStore: shard', shard);
  const { describe = ({ store }: StoredFacts) => resultReport(store) as object as R } = options;
  const { kernels, images } = task;
  const grams = gramsOf(images);
  const store = await openStore(opened, task, options);
  const { variant, tuned, compileMs } = await prepareKernels(
    opened,
    images.rows,
    { requests: kernels, grams, memoryBytes },
    { cache, reporter, signal, tune: store.computation.variants },
  );
  const unreadable = new Set<string>();
  for (;;) {
    const report = await computeStored(opened, store, {
      kernels,
      images: images.blockImages,
      memoryBytes,
      variant,
      signal,
      shard,
      reporter,
    });
    for (const warning of [underflowWarning(report), roughWarning(report)])
      if (warning !== undefined) reporter.warn(warning);
    signal?.throwIfAborted();
    const result = describe({ store, report, compileMs, tuned });
    try {
      if (shard === undefined) await assembleMatrices(store, result, { reporter, signal });
    } catch (error) {
      // A tile that has become unreadable since it was checked is computed again. What comes out the same must be right.
      if (!(error instanceof DamagedTileError) || unreadable.has(error.file)) throw error;
      unreadable.add(error.file);
      continue;
    }
    return { store, report, result };
  }
}

const OPTIONS = [
  'tune',
  'cache',
  'memoryBytes',
  'shard',
  'describe',
  'reporter',
  'signal',
] as const satisfies readonly (keyof ComputeInStoreOptions<object>)[];

function assertTask(task: StoreTask): void {
  const where = 'computeInStore: task';
  assertKeys(where, task, ['folder', 'kernels', 'images', 'inputs', 'tileImages']);
  const { folder, kernels, images, tileImages } = task;
  assertText(`${where}.folder`, folder);
  const fields = ['rows', 'blockImages', 'blocks', 'normalization'];
  assertMade(`${where}.images`, images, 'storeImages', fields);
  validateRequests(kernels, images.rows);
  if (tileImages !== undefined) assertCount(`${where}.tileImages`, tileImages);
}

function gramsOf({ blocks }: StoreImages): GramShape[] {
  return blocks.map(({ name, rows, columns }) => ({ rows, columns, symmetric: name === 'train' }));
}

/** The store of the task; a new one has the variants that are chosen now. */
async function openStore(
  opened: OpenGpu,
  task: StoreTask,
  options: ComputeInStoreOptions<object>,
): Promise<TileStore> {
  const { folder } = task;
  const wanted = wantedComputation(task);
  const found = await readComputation(folder);
  if (found !== undefined) assertSameComputation(folder, found, wanted);
  const store = await TileStore.openOrCreate(
    folder,
    found ?? (await newComputation(opened, task, wanted, options)),
  );
  assertTiles(store, task.tileImages);
  warnOfOthers(store, opened, options.reporter);
  await assertSpace(folder, computationBytes(wanted) - (await store.sizeBytes())).catch((error: unknown) => {
    throw new OutputError(folder, error);
  });
  return store;
}

async function newComputation(
  opened: OpenGpu,
  { kernels, images: { rows, ...images } }: StoreTask,
  wanted: Computation,
  options: ComputeInStoreOptions<object>,
): Promise<Computation> {
  const split = splitRequests(kernels, rows);
  const run = {
    kernels: split.specs,
    shape: rows,
    grams: gramsOf({ rows, ...images }),
    memoryBytes: options.memoryBytes,
  };
  const { tune, cache, reporter, signal } = options;
  const prepare = { tune, cache, reporter, signal };
  const { tuned = {} } = split.specs.length === 0 ? {} : await decideVariants(opened, run, prepare);
  const perPair = requestedWorkPerPair(split, rows);
  const { name, backend, description, software } = opened.adapter;
  return {
    ...wanted,
    tileImages: wanted.tileImages || tileSide(wanted.blocks, perPair, software ? 'software' : 'hardware'),
    adapter: { name, backend, description },
    variants: tuned,
  };
}

/** @throws UnusableStoreError if it has tiles of another size than is asked for. */
function assertTiles({ folder, computation: { tileImages } }: TileStore, wanted: number | undefined): void {
  if (wanted === undefined || wanted === tileImages) return;
  throw new UnusableStoreError(
    `${folder} has tiles of ${tileImages} images a side, but ${wanted} are asked for; ask for no size, or use another folder`,
  );
}

function warnOfOthers(
  { folder, computation: { adapter, version } }: TileStore,
  opened: OpenGpu,
  reporter: Reporter = SILENT,
): void {
  const here = { name: opened.adapter.name, version: packageVersion() };
  if (adapter.name === here.name && version === here.version) return;
  reporter.warn(
    `${folder} was begun on "${adapter.name}" by version ${version}, this is "${here.name}" and version ${here.version}: values agree within rounding, not bit for bit`,
  );
}
