import { underflowWarning } from '../kernel/kernel-values.js';
import { roughWarning } from '../network/exact-pairs.js';
import type { Argv } from 'yargs';
import { writeNpy } from '../data/npy.js';
import {
  requestName,
  requestReport,
  validateRequests,
  type KernelRequest,
} from '../planning/kernel-request.js';
import { prepareKernels, type RequestedGram } from '../planning/prepare-kernels.js';
import { workUpdates, formatRate } from '../progress/details.js';
import { formatDuration } from '../text/duration.js';
import { ALL, kernelOnAllAdapters } from './kernel-adapters.js';
import { kernelsOf } from './options/kernel-list-options.js';
import { DestinationFile } from './results/destination-file.js';
import { deviceReport, withDevice } from './process/device.js';
import { UsageError } from './process/errors.js';
import { endsWithParent } from '../cluster/child-process.js';
import { withInterruption } from './process/interruption.js';
import { readInputs, type KernelInputs } from './options/kernel-inputs.js';
import { kernelOptions as options, type KernelArguments } from './options/kernel-options.js';
import { defineOptions } from './options/options.js';
import { Progress } from './process/progress.js';
import { storedKernel } from './kernel-store.js';
import { printData, printJson } from './process/streams.js';
import { measurementCache } from './options/tuning.js';
import { packageVersion } from '../files/package-version.js';
import type { CommandBody } from './options/lazy-command.js';

export const kernelCommand: CommandBody<KernelArguments> = {
  builder: (argv: Argv) =>
    defineOptions(argv, options)
      .example('$0 kernel --images x.npy --depth 11 --readout gap --trained hidden --out K.npy', '')
      .example(
        '$0 kernel --images test.npy --against train.npy --normalize standardize --depth 3 --readout vanilla --out K2.npy',
        '',
      )
      .example(
        '$0 kernel --images data_batch_1.bin --count 500 --depth 3,4,6,11,21 --kernel ntk,nngp --readout vanilla,gap,lap:4 --out kernels',
        '',
      )
      .example('$0 kernel --images x.npy --arch myrtle5 --out M.npy', 'see cntk arch list')
      .example('$0 kernel --images x.npy --arch alexnet,vgg11,network.yaml --kernel ntk,nngp --out nets', ''),
  handler: (args) => withInterruption((signal) => kernel(args, signal)),
};

async function kernel(args: KernelArguments, signal: AbortSignal): Promise<void> {
  const kernels = await kernelsOf(args);
  validateRequests(kernels);
  const isFile = args.out.endsWith('.npy');
  if (isFile && kernels.length > 1) {
    throw new UsageError(
      `--out ${args.out} is one file, but ${kernels.length} kernels are asked for (${kernels.map(requestName).join(', ')}); name a folder`,
    );
  }
  for (const name of ['test', 'shard', 'tile'] as const) {
    if (isFile && args[name] !== undefined)
      throw new UsageError(
        `--${name} needs a folder of tiles, but --out ${args.out} is a file; name a folder`,
      );
  }
  if (isFile && args.adapter === ALL)
    throw new UsageError(`--adapter ${ALL} needs a folder of tiles as --out`);
  using progress = new Progress(args.quiet ?? false);
  const inputs = await readInputs(args);
  validateRequests(kernels, inputs.rows);
  // One of several processes leaves that to the one that started them.
  if (!endsWithParent()) for (const warning of inputs.warnings) progress.warn(warning);
  if (args.statistics === undefined && inputs.report.statisticsOf === 'against') {
    progress.note('standardised by the statistics of --against, as the training images (--statistics)');
  }
  signal.throwIfAborted();
  const { channels: c, height, width } = inputs.rows;
  const shapes = inputs.stored.blocks.map(({ rows, columns }) => `${rows}×${columns}`).join(' and ');
  progress.note(`${shapes} kernel of ${c}×${height}×${width} images: ${kernels.map(requestName).join(', ')}`);
  if (isFile) await kernelFile(args, kernels, inputs, progress, signal);
  else if (args.adapter === ALL) await kernelOnAllAdapters(args, inputs, progress, signal);
  else await storedKernel({ args, kernels, inputs, progress, signal });
}

/** One matrix, in memory until it is whole. */
async function kernelFile(
  args: KernelArguments,
  kernels: readonly KernelRequest[],
  { rows, columns, report }: KernelInputs,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const shape = [rows.count, (columns ?? rows).count];
  await using destination = await DestinationFile.reserve(args.out, {
    sizeBytes: 4 * shape[0] * shape[1] + 2 ** 12,
    inputs: [...args.images, ...(args.against ?? [])],
    warn: (message) => progress.warn(message),
  });
  const { result, compileMs, device, tuned } = await withDevice(args, progress, async (opened) => {
    const gram = { rows: shape[0], columns: shape[1], symmetric: columns === undefined };
    const run = { requests: kernels, grams: [gram], memoryBytes: args.memory && args.memory * 2 ** 20 };
    const { compute, tuned, compileMs } = await prepareKernels(opened, rows, run, {
      tune: args.tune,
      cache: measurementCache(),
      reporter: progress,
      signal,
    });
    progress.phase('kernel');
    const result = await compute(rows, { against: columns, signal, onProgress: workUpdates(progress) });
    progress.end();
    return { result, compileMs, device: deviceReport(opened), tuned };
  });

  for (const warning of [underflowWarning(result), roughWarning(result)])
    if (warning !== undefined) progress.warn(warning);
  signal.throwIfAborted();
  const out = await destination.commit((path) => writeNpy(path, shape, result.matrices[0]));
  const manifest = {
    shape,
    dtype: 'float32',
    kernels: [{ file: out, ...requestReport(kernels[0]) }],
    ...report,
    pairs: result.pairs,
    elementLayers: result.elementLayers,
    elementLayersPerSecond: (1000 * result.elementLayers) / result.elapsedMs,
    timingsMs: { compile: compileMs, kernel: result.elapsedMs },
    deviceBusyShare: result.busyShare,
    device,
    tuned,
    warnings: progress.warnings,
    version: packageVersion(),
  };
  if (args.json) printJson(manifest);
  else printData(formatResult(result, out));
}

function formatResult(
  { rows, columns, pairs, elementLayers, elapsedMs }: RequestedGram,
  out: string,
): string {
  return [
    `${rows}×${columns} float32, ${pairs} pairs in ${formatDuration(elapsedMs)}, ${formatRate(elementLayers, elapsedMs)}`,
    out,
  ].join('\n');
}
