import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  assertSameComputation,
  describeComputation,
  readComputation,
  type Computation,
} from '../../store/computation.js';
import { UnusableStoreError } from '../../store/store-error.js';
import type { TileStore } from '../../store/tile-store.js';
import type { StoredGramReport } from '../../store/stored-gram.js';
import type { Channel } from '../../kernel/channels.js';
import { formatDuration } from '../../text/duration.js';
import { MANIFEST, matricesOf, resultReport } from './assembly.js';
import { assertKeepsInputs } from '../results/keeps-inputs.js';
import { deviceReport, withDevice } from '../process/device.js';
import { UsageError } from '../process/errors.js';
import type { KernelInputs } from '../options/kernel-inputs.js';
import type { KernelArguments } from '../options/kernel-options.js';
import { formatRate, type Progress } from '../process/progress.js';
import { computeInStore, tellingWhatIsKept } from './stored-computation.js';
import { printData, printJson } from '../process/streams.js';
import { packageVersion } from '../process/version.js';

interface StoredKernel {
  readonly args: KernelArguments;
  readonly channels: readonly Channel[];
  readonly inputs: KernelInputs;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** `cntk kernel --out FOLDER`: goes on with the store in the folder, or begins one. */
export async function storedKernel(run: StoredKernel): Promise<void> {
  const { args, channels, inputs, progress, signal } = run;
  const wanted = wantedComputation(run);
  await assertUsable(args, wanted);
  const computation = {
    folder: args.out,
    wanted,
    channels,
    rows: inputs.rows,
    blockImages: inputs.blockImages,
    tune: args.tune,
    memoryBytes: args.memory && args.memory * 2 ** 20,
    shard: args.shard,
    progress,
    signal,
  };
  const { store, report, result } = await tellingWhatIsKept(args.out, () =>
    withDevice(args, progress, (opened) =>
      computeInStore(computation, opened, ({ store, report, compileMs, tuned }) => ({
        ...resultReport(store),
        ...inputs.report,
        shard: args.shard,
        computed: { tiles: report.tiles, pairs: report.pairs },
        elementLayers: report.elementLayers,
        elementLayersPerSecond: (1000 * report.elementLayers) / report.elapsedMs,
        deviceBusyShare: report.busyShare,
        timingsMs: { compile: compileMs, kernel: report.elapsedMs },
        device: deviceReport(opened),
        tuned,
        warnings: progress.warnings,
        version: packageVersion(),
      })),
    ),
  );
  if (args.json) printJson(result);
  else printData(formatReport(args, store, report));
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
  if (found !== undefined) {
    assertSameStatistics(args, found, wanted);
    assertSameComputation(args.out, found, wanted);
  }
  const names = wanted.blocks.flatMap((block) =>
    wanted.kernels.map(({ name }) => `${block.name === 'test' ? 'test-' : ''}${name}.npy`),
  );
  await assertKeepsInputs(
    [...names, MANIFEST, 'computation.json'].map((name) => join(args.out, name)),
    [...args.images, ...(args.against ?? []), ...(args.test ?? [])],
  );
}

/** Stores of earlier versions have the statistics of the rows where nothing was said. */
function assertSameStatistics(args: KernelArguments, found: Computation, wanted: Computation): void {
  const [rows, columns] = ['standardize by images', 'standardize by against'];
  if (args.statistics !== undefined || found.normalization !== rows || wanted.normalization !== columns)
    return;
  throw new UnusableStoreError(
    `${args.out} was begun with the statistics of --images, the default now are those of --against, the training images; --statistics images goes on with it, another folder begins anew`,
  );
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
