import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OutputError } from '../../data/atomic-file.js';
import {
  assertSameComputation,
  describeComputation,
  readComputation,
  type Computation,
} from '../../data/store/computation.js';
import { tileSide } from '../../data/store/grid.js';
import { DamagedTileError, UnusableStoreError } from '../../data/store/store-error.js';
import { TileStore } from '../../data/store/tile-store.js';
import { compileKernels } from '../../experiment/compile.js';
import { computeStored, type StoredGramReport } from '../../experiment/stored-gram.js';
import type { Channel } from '../../kernel/channels.js';
import { elementLayersPerPair, planPasses } from '../../kernel/passes.js';
import type { GramShape } from '../../kernel/plan.js';
import { planeCandidates, type PlaneVariants, variantLabel } from '../../kernel/plane-candidates.js';
import type { OpenDevice } from '../../node.js';
import { assemble, MANIFEST, matricesOf, resultReport } from './assembly.js';
import { assertKeepsInputs, assertSpace } from './destination.js';
import { deviceReport, withDevice } from './device.js';
import { InterruptedError, UsageError } from './errors.js';
import type { KernelInputs } from './kernel-inputs.js';
import type { KernelArguments } from './kernel-options.js';
import { formatDuration, formatRate, type Progress } from './progress.js';
import { printData, printJson } from './streams.js';
import { chooseVariants, variantReport } from './tuning.js';
import { packageVersion } from './version.js';

interface StoredKernel {
  readonly args: KernelArguments;
  readonly channels: readonly Channel[];
  readonly inputs: KernelInputs;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** `cntk kernel --out FOLDER`: goes on with the store in the folder, or begins one. */
export async function storedKernel(run: StoredKernel): Promise<void> {
  const { args, progress } = run;
  const wanted = wantedComputation(run);
  await assertUsable(args, wanted);
  try {
    await withDevice(args, progress, (opened) => computeAndAssemble(run, wanted, opened));
  } catch (error) {
    const kept = await keptTiles(args.out);
    if (kept === undefined) throw error;
    const remedy = `${kept}; the same command goes on from there`;
    if (error instanceof InterruptedError) throw new InterruptedError(error.signal, remedy);
    process.stderr.write(`cntk: ${remedy}\n`);
    throw error;
  }
}

async function computeAndAssemble(run: StoredKernel, wanted: Computation, opened: OpenDevice): Promise<void> {
  const { args, channels, inputs, progress, signal } = run;
  const { gpu } = opened;
  const memoryBytes = args.memory && args.memory * 2 ** 20;
  const { store, variant: chosen } = await openStore(run, wanted, opened);
  progress.begin('compile');
  const { variant, compileMs } = await compileKernels(gpu, inputs.rows, channels, gramsOf(wanted), {
    signal,
    variant: chosen,
  });
  progress.end();
  let report: StoredGramReport;
  for (;;) {
    progress.begin('check');
    report = await computeStored(gpu, store, {
      channels,
      images: inputs.blockImages,
      memoryBytes,
      variant,
      signal,
      shard: args.shard,
      onNote: (message) => progress.note(message),
      onVerifying: (fraction) => progress.update(fraction, ''),
      onVerified: (present, all) => {
        progress.end(`${present} of ${all} tiles are there`);
        progress.begin('kernel');
      },
      onProgress: (update) => progress.updateKernel(update),
    });
    progress.end();
    if (report.underflows > 0) {
      progress.note(
        `warning: ${report.underflows} values are too small for float32; scale the pixels up, or use fewer layers`,
      );
    }
    signal.throwIfAborted();
    const result = {
      ...resultReport(store),
      ...inputs.report,
      shard: args.shard,
      computed: { tiles: report.tiles, pairs: report.pairs },
      elementLayers: report.elementLayers,
      elementLayersPerSecond: (1000 * report.elementLayers) / report.elapsedMs,
      deviceBusyShare: report.busyShare,
      timingsMs: { compile: compileMs, kernel: report.elapsedMs },
      device: deviceReport(opened),
      tuned: variantReport(chosen),
      version: packageVersion(),
    };
    try {
      if (args.shard === undefined) await assemble(store, result, { progress, signal });
    } catch (error) {
      // A tile that has become unreadable since it was checked is computed again.
      if (!(error instanceof DamagedTileError)) throw error;
      continue;
    }
    if (args.json) printJson(result);
    else printData(formatReport(args, store, report));
    return;
  }
}

/** The store of the computation, with the variants that it was begun with. */
async function openStore(
  { args, channels, inputs, progress, signal }: StoredKernel,
  wanted: Computation,
  opened: OpenDevice,
) {
  const shape = inputs.rows;
  let computation = await readComputation(args.out);
  if (computation === undefined) {
    const job = {
      channels,
      shape,
      grams: gramsOf(wanted),
      memoryBytes: args.memory && args.memory * 2 ** 20,
    };
    const chosen = await chooseVariants(opened, job, { mode: args.tune, progress, signal });
    const perPair = elementLayersPerPair(planPasses(channels, shape), shape);
    const { name, backend, description, software } = opened.adapter;
    computation = {
      ...wanted,
      tileImages: args.tile ?? tileSide(wanted.blocks, perPair, software ? 'software' : 'hardware'),
      adapter: { name, backend, description },
      variants: variantReport(chosen) ?? {},
    };
  }
  const store = await TileStore.openOrCreate(args.out, computation);
  const { adapter, version, tileImages } = store.computation;
  if (args.tile !== undefined && args.tile !== tileImages) {
    throw new UnusableStoreError(
      `${args.out} has tiles of ${tileImages} images a side, --tile asks for ${args.tile}; leave out --tile, or use another folder`,
    );
  }
  const here = { name: opened.adapter.name, version: packageVersion() };
  if (adapter.name !== here.name || version !== here.version) {
    progress.note(
      `warning: ${args.out} was begun on "${adapter.name}" by version ${version}, this is "${here.name}" and version ${here.version}: values agree within rounding, not bit for bit`,
    );
  }
  const kernels = store.computation.kernels.length;
  const bytes = wanted.blocks.reduce(
    (sum, { rows, columns, name }) => sum + 4 * kernels * rows * columns * (name === 'train' ? 1.5 : 2),
    0,
  );
  await assertSpace(args.out, bytes - (await store.sizeBytes())).catch((error: unknown) => {
    throw new OutputError(args.out, error);
  });
  return { store, variant: storedVariants(store, opened, inputs, progress) };
}

/** @throws nothing: what this device lacks is a warning. */
function storedVariants(
  store: TileStore,
  { gpu }: OpenDevice,
  { rows }: KernelInputs,
  progress: Progress,
): PlaneVariants {
  const labels = Object.entries(store.computation.variants);
  const found = labels.map(([kind, label]) => {
    const planes = kind === 'vanilla' ? 1 : rows.height * rows.width;
    const variant = planeCandidates(rows, planes, gpu).find((one) => variantLabel(one) === label);
    if (variant === undefined) {
      progress.note(
        `warning: this device lacks the variant "${label}" that the store was begun with: values agree within rounding, not bit for bit`,
      );
    }
    return [kind, variant] as const;
  });
  return Object.fromEntries(found.filter(([, variant]) => variant !== undefined));
}

function wantedComputation({ args, channels, inputs }: StoredKernel): Computation {
  return describeComputation({
    channels,
    imageShape: inputs.report.imageShape,
    normalization: inputs.normalization,
    blocks: inputs.blocks,
    version: packageVersion(),
    // Decided when the store is made.
    tileImages: args.tile ?? 0,
    adapter: { name: '', backend: '', description: '' },
    variants: {},
  });
}

/** What can be found out before a device is opened. */
async function assertUsable(args: KernelArguments, wanted: Computation): Promise<void> {
  const status = await stat(args.out).catch(() => undefined);
  if (status?.isDirectory() === false) throw new UsageError(`--out ${args.out} is a file; name a folder`);
  const found = await readComputation(args.out);
  if (found !== undefined) assertSameComputation(args.out, found, wanted);
  const names = wanted.blocks.flatMap((block) =>
    wanted.kernels.map(({ name }) => `${block.name === 'test' ? 'test-' : ''}${name}.npy`),
  );
  await assertKeepsInputs(
    names.map((name) => join(args.out, name)),
    [...args.images, ...(args.against ?? []), ...(args.test ?? [])],
  );
}

/** `12 of 36 tiles are in K`; undefined if there is no store. */
async function keptTiles(folder: string): Promise<string | undefined> {
  try {
    const store = await TileStore.open(folder);
    return `${(await store.finished()).size} of ${store.tiles.length} tiles are in ${folder}`;
  } catch {
    return undefined;
  }
}

function formatReport({ out, shard }: KernelArguments, store: TileStore, report: StoredGramReport): string {
  const { tiles, pairs, elementLayers, elapsedMs } = report;
  const [{ rows, columns }] = store.computation.blocks;
  const rate = elementLayers > 0 ? `, ${formatRate(elementLayers, elapsedMs)}` : '';
  const part = shard ? `share ${shard.index} of ${shard.count}: ` : '';
  return [
    `${part}${rows}×${columns} float32, ${pairs} pairs in ${tiles} tiles computed in ${formatDuration(elapsedMs)}${rate}`,
    ...(shard
      ? [out]
      : [...matricesOf(store).map(({ file }) => file), MANIFEST].map((name) => `${out}/${name}`)),
  ].join('\n');
}

function gramsOf({ blocks }: Computation): GramShape[] {
  return blocks.map(({ name, rows, columns }) => ({ rows, columns, symmetric: name === 'train' }));
}
