import { OutputError } from '../../files/atomic-file.js';
import {
  assertSameComputation,
  computationBytes,
  readComputation,
  type Computation,
} from '../../store/computation.js';
import { tileSide, type Shard } from '../../store/grid.js';
import { DamagedTileError, UnusableStoreError } from '../../store/store-error.js';
import { TileStore } from '../../store/tile-store.js';
import { compileKernels } from '../../planning/compile.js';
import { computeStored, type BlockImages, type StoredGramReport } from '../../store/stored-gram.js';
import type { TuneMode } from '../../planning/tuned-variants.js';
import type { Channel } from '../../kernel/channels.js';
import type { ImageStack } from '../../images/images.js';
import { elementLayersPerPair, planPasses } from '../../kernel/passes.js';
import type { GramShape } from '../../kernel/plan.js';
import { planeCandidates, type PlaneVariants, variantLabel } from '../../kernel/plane-candidates.js';
import type { OpenDevice } from '../../node.js';
import { assemble } from './assembly.js';
import { assertSpace } from '../../files/disk-space.js';
import { InterruptedError } from '../process/errors.js';
import type { Progress } from '../process/progress.js';
import { chooseVariants, variantReport } from '../options/tuning.js';
import { packageVersion } from '../process/version.js';

/** A computation with the images that it is made of, and the folder of its store. */
export interface StoredComputation {
  readonly folder: string;
  /** `tileImages` 0: by the work per pair. */
  readonly wanted: Computation;
  readonly channels: readonly Channel[];
  /** Normalised images of the first block's rows. */
  readonly rows: ImageStack;
  readonly blockImages: BlockImages;
  readonly tune: TuneMode;
  readonly memoryBytes: number | undefined;
  readonly shard?: Shard;
  readonly progress: Progress;
  readonly signal: AbortSignal;
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
  readonly tuned: ReturnType<typeof variantReport>;
}

/**
 * Computes the tiles that the store in the folder lacks, or begins one, and writes the matrices beside them; only
 * tiles for a shard.
 *
 * @param describe The manifest of the matrices.
 * @throws as `computeStored` and `assemble`; OutputError if the disk has no room.
 */
export async function computeInStore<R extends object>(
  run: StoredComputation,
  opened: OpenDevice,
  describe: (facts: StoredFacts) => R,
): Promise<StoredResult<R>> {
  const { channels, rows, progress, signal, shard, memoryBytes } = run;
  const { gpu } = opened;
  const { store, variant: chosen } = await openStore(run, opened);
  progress.begin('compile');
  const { variant, compileMs } = await compileKernels(gpu, rows, channels, gramsOf(run.wanted), {
    signal,
    variant: chosen,
  });
  progress.end();
  const unreadable = new Set<string>();
  for (;;) {
    progress.begin('check');
    const report = await computeStored(gpu, store, {
      channels,
      images: run.blockImages,
      memoryBytes,
      variant,
      signal,
      shard,
      onNote: (message) => progress.note(message),
      onWarning: (message) => progress.warn(message),
      onVerifying: (fraction) => progress.update(fraction, ''),
      onVerified: (present, all) => {
        progress.end(`${present} of ${all} tiles are there`);
        progress.begin('kernel');
      },
      onProgress: (update) => progress.updateKernel(update),
    });
    progress.end();
    if (report.underflows > 0) {
      progress.warn(
        `${report.underflows} values are too small for float32, the first that of ${report.firstUnderflow}; scale the pixels up, or use fewer layers`,
      );
    }
    signal.throwIfAborted();
    const result = describe({ store, report, compileMs, tuned: variantReport(chosen) });
    try {
      if (shard === undefined) await assemble(store, result, { progress, signal });
    } catch (error) {
      // A tile that has become unreadable since it was checked is computed again. What comes out the same must be right.
      if (!(error instanceof DamagedTileError) || unreadable.has(error.file)) throw error;
      unreadable.add(error.file);
      continue;
    }
    return { store, report, result };
  }
}

/** Runs what computes into the store of a folder; an error or an interruption is told with what is kept. */
export async function tellingWhatIsKept<T>(folder: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const kept = await keptTiles(folder);
    if (kept === undefined) throw error;
    const remedy = `${kept}; the same command goes on from there`;
    if (error instanceof InterruptedError) throw new InterruptedError(error.signal, remedy);
    process.stderr.write(`cntk: ${remedy}\n`);
    throw error;
  }
}

function gramsOf({ blocks }: Pick<Computation, 'blocks'>): GramShape[] {
  return blocks.map(({ name, rows, columns }) => ({ rows, columns, symmetric: name === 'train' }));
}

/** The store of the computation, with the variants that it was begun with. */
async function openStore(run: StoredComputation, opened: OpenDevice) {
  const { folder, wanted, channels, rows, memoryBytes, tune, progress, signal } = run;
  let computation = await readComputation(folder);
  if (computation === undefined) {
    const job = { channels, shape: rows, grams: gramsOf(wanted), memoryBytes };
    const chosen = await chooseVariants(opened, job, { mode: tune, progress, signal });
    const perPair = elementLayersPerPair(planPasses(channels, rows), rows);
    const { name, backend, description, software } = opened.adapter;
    computation = {
      ...wanted,
      tileImages: wanted.tileImages || tileSide(wanted.blocks, perPair, software ? 'software' : 'hardware'),
      adapter: { name, backend, description },
      variants: variantReport(chosen) ?? {},
    };
  } else assertSameComputation(folder, computation, wanted);
  const store = await TileStore.openOrCreate(folder, computation);
  const { adapter, version, tileImages } = store.computation;
  if (wanted.tileImages !== 0 && wanted.tileImages !== tileImages) {
    throw new UnusableStoreError(
      `${folder} has tiles of ${tileImages} images a side, --tile asks for ${wanted.tileImages}; leave out --tile, or use another folder`,
    );
  }
  const here = { name: opened.adapter.name, version: packageVersion() };
  if (adapter.name !== here.name || version !== here.version) {
    progress.warn(
      `${folder} was begun on "${adapter.name}" by version ${version}, this is "${here.name}" and version ${here.version}: values agree within rounding, not bit for bit`,
    );
  }
  await assertSpace(folder, computationBytes(wanted) - (await store.sizeBytes())).catch((error: unknown) => {
    throw new OutputError(folder, error);
  });
  return { store, variant: storedVariants(store, opened, rows, progress) };
}

/** @throws nothing: what this device lacks is a warning. */
function storedVariants(
  store: TileStore,
  { gpu }: OpenDevice,
  rows: ImageStack,
  progress: Progress,
): PlaneVariants {
  const labels = Object.entries(store.computation.variants);
  const found = labels.map(([kind, label]) => {
    const planes = kind === 'vanilla' ? 1 : rows.height * rows.width;
    const variant = planeCandidates(rows, planes, gpu).find((one) => variantLabel(one) === label);
    if (variant === undefined) {
      progress.warn(
        `this device lacks the variant "${label}" that the store was begun with: values agree within rounding, not bit for bit`,
      );
    }
    return [kind, variant] as const;
  });
  return Object.fromEntries(found.filter(([, variant]) => variant !== undefined));
}

/** `12 of 36 tiles are in K`; undefined if there is no store. */
async function keptTiles(folder: string): Promise<string | undefined> {
  try {
    const store = await TileStore.open(folder);
    return `${(await store.finished()).size} of ${store.tileCount} tiles are in ${folder}`;
  } catch {
    return undefined;
  }
}
