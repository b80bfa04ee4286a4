import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { assertSameComputation, readComputation, type Computation } from '../store/computation.js';
import { UnusableStoreError } from '../store/store-error.js';
import type { TileStore } from '../store/tile-store.js';
import type { StoredGramReport } from '../store/stored-gram.js';
import type { KernelRequest } from '../planning/kernel-request.js';
import { formatDuration } from '../text/duration.js';
import { MANIFEST, matricesOf, resultReport } from '../store/assembly.js';
import { assertKeepsInputs } from './results/keeps-inputs.js';
import { deviceReport, withDevice } from './process/device.js';
import { UsageError } from './process/errors.js';
import type { KernelInputs } from './options/kernel-inputs.js';
import type { KernelArguments } from './options/kernel-options.js';
import { type Progress } from './process/progress.js';
import { formatRate } from '../progress/details.js';
import { computeInStore, wantedComputation } from '../store/compute-in-store.js';
import { tellingWhatIsKept } from '../store/kept-tiles.js';
import { measurementCache } from './options/tuning.js';
import { printData, printJson } from './process/streams.js';
import { packageVersion } from '../files/package-version.js';

interface StoredKernel {
  readonly args: KernelArguments;
  readonly kernels: readonly KernelRequest[];
  readonly inputs: KernelInputs;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** `cntk kernel --out FOLDER`: goes on with the store in the folder, or begins one. */
export async function storedKernel(run: StoredKernel): Promise<void> {
  const { args, kernels, inputs, progress, signal } = run;
  const { images, against, test } = inputs.report;
  const task = {
    folder: args.out,
    kernels,
    images: inputs.stored,
    inputs: { images, against, test },
    tileImages: args.tile,
  };
  await assertUsable(args, wantedComputation(task));
  const { store, report, result } = await tellingWhatIsKept(args.out, progress, () =>
    withDevice(args, progress, (opened) =>
      computeInStore(opened, task, {
        tune: args.tune,
        cache: measurementCache(),
        memoryBytes: args.memory && args.memory * 2 ** 20,
        shard: args.shard,
        reporter: progress,
        signal,
        describe: ({ store, report, compileMs, tuned }) => ({
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
        }),
      }),
    ),
  );
  if (args.json) printJson(result);
  else printData(formatReport(args, store, report));
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
