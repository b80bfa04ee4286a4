import { join } from 'node:path';
import type { Argv, CommandModule, InferredOptionTypes } from 'yargs';
import { loadImages, type LabelledImages } from '../data/load.js';
import { normalize } from '../data/normalize.js';
import { writeNpy } from '../data/npy.js';
import { compileKernels } from '../experiment/compile.js';
import { computeGram, type GramResult } from '../kernel/gram.js';
import { checkImages } from '../kernel/image-checks.js';
import type { ImageStack } from '../kernel/images.js';
import { channelName, validateChannels } from '../kernel/validate-channels.js';
import { channelListOptions, channelsOf, depthListOption } from './support/channel-options.js';
import {
  DATA,
  OUTPUT,
  deviceOptions,
  layoutOption,
  normalizeOption,
  reportOptions,
} from './support/common-options.js';
import { assertKeepsInputs, DestinationFile, DestinationFolder } from './support/destination.js';
import { deviceReport, withDevice } from './support/device.js';
import { UsageError } from './support/errors.js';
import { withInterruption } from './support/interruption.js';
import {
  choice,
  defineOptions,
  integer,
  optional,
  required,
  text,
  textList,
  withDefault,
} from './support/options.js';
import { formatDuration, formatRate, Progress } from './support/progress.js';
import { formatJson, printData, printJson } from './support/streams.js';
import { chooseVariants, tuneOption, variantReport } from './support/tuning.js';
import { packageVersion } from './support/version.js';

const options = {
  images: required(
    textList(DATA, 'Images of the rows: CIFAR-10 .bin, IDX, .npy, .npz; also gzip; one or several files'),
  ),
  against: optional(textList(DATA, 'Images of the columns [default: those of the rows]')),
  layout: layoutOption,
  normalize: normalizeOption('none'),
  statistics: withDefault(
    choice(DATA, 'Images that standardize takes its statistics from', ['images', 'against'] as const),
    'images',
  ),
  count: optional(integer(DATA, 'Number of --images used [default: all]', 1)),
  first: withDefault(integer(DATA, 'Index of the first of --images used', 0), '0'),
  'against-count': optional(integer(DATA, 'Number of --against images used [default: all]', 1)),
  'against-first': withDefault(integer(DATA, 'Index of the first of --against images used', 0), '0'),
  depth: required(depthListOption),
  ...channelListOptions,
  ...deviceOptions,
  tune: tuneOption,
  out: required(text(OUTPUT, 'A .npy file for one kernel; a folder with a manifest.json for any number')),
  ...reportOptions,
};

type KernelArguments = InferredOptionTypes<typeof options>;

export const kernelCommand: CommandModule<object, KernelArguments> = {
  command: 'kernel',
  describe: 'Compute kernel matrices between images',
  builder: (argv: Argv) =>
    defineOptions(argv, options)
      .example('$0 kernel --images x.npy --depth 11 --readout gap --trained hidden --out K.npy', '')
      .example(
        '$0 kernel --images test.npy --against train.npy --normalize standardize --statistics against --depth 3 --readout vanilla --out K2.npy',
        '',
      )
      .example(
        '$0 kernel --images data_batch_1.bin --count 500 --depth 3,4,6,11,21 --kernel ntk,nngp --readout vanilla,gap,lap:4 --out kernels',
        '',
      ),
  handler: (args) => withInterruption((signal) => kernel(args, signal)),
};

const MANIFEST = 'manifest.json';

async function kernel(args: KernelArguments, signal: AbortSignal): Promise<void> {
  const channels = channelsOf(args);
  validateChannels(channels, { height: 1, width: 1 });
  const isFile = args.out.endsWith('.npy');
  if (isFile && channels.length > 1) {
    throw new UsageError(
      `--out ${args.out} is one file, but ${channels.length} kernels are asked for (${channels.map(channelName).join(', ')}); name a folder`,
    );
  }
  using progress = new Progress(args.quiet ?? false);
  const inputs = await readInputs(args);
  const { rows, columns } = inputs;
  validateChannels(channels, rows);
  for (const warning of inputs.warnings) progress.note(`warning: ${warning}`);
  signal.throwIfAborted();

  const shape = [rows.count, (columns ?? rows).count];
  const sizeBytes = channels.length * (4 * shape[0] * shape[1] + 2 ** 12);
  const names = channels.map((channel) => `${channelName(channel)}.npy`);
  await assertKeepsInputs(isFile ? [args.out] : names.map((name) => join(args.out, name)), [
    ...args.images,
    ...(args.against ?? []),
  ]);
  await using destination = isFile
    ? await DestinationFile.reserve(args.out, sizeBytes)
    : await DestinationFolder.reserve(args.out, names, sizeBytes);
  progress.note(
    `${shape.join('×')} kernel of ${rows.channels}×${rows.height}×${rows.width} images: ${channels.map(channelName).join(', ')}`,
  );

  const { result, compileMs, device, tuned } = await withDevice(args, progress, async (opened) => {
    const { gpu } = opened;
    const memoryBytes = args.memory && args.memory * 2 ** 20;
    const gram = { rows: shape[0], columns: shape[1], symmetric: columns === undefined };
    const job = { channels, shape: rows, grams: [gram], memoryBytes };
    const variant = await chooseVariants(opened, job, { mode: args.tune, progress, signal });
    progress.begin('compile');
    const compileMs = await compileKernels(gpu, rows, channels, { signal, variant });
    progress.begin('kernel');
    const result = await computeGram(gpu, {
      images: rows,
      against: columns,
      channels,
      signal,
      memoryBytes,
      variant,
      onProgress: (update) => progress.updateKernel(update),
    });
    progress.end();
    return { result, compileMs, device: deviceReport(opened), tuned: variantReport(variant) };
  });

  if (result.underflows > 0) {
    progress.note(
      `warning: ${result.underflows} values are too small for float32; scale the pixels up, or use fewer layers`,
    );
  }

  const manifest = {
    shape,
    dtype: 'float32',
    kernels: channels.map((channel, c) => ({
      file: isFile ? args.out : names[c],
      name: channelName(channel),
      ...channel,
    })),
    ...inputs.report,
    pairs: result.pairs,
    elementLayers: result.elementLayers,
    elementLayersPerSecond: (1000 * result.elementLayers) / result.elapsedMs,
    timingsMs: { compile: compileMs, kernel: result.elapsedMs },
    device,
    tuned,
    version: packageVersion(),
  };
  if (destination instanceof DestinationFile) {
    signal.throwIfAborted();
    await destination.commit((path) => writeNpy(path, shape, result.matrices[0]));
  } else {
    for (const [c, name] of names.entries())
      await writeNpy(destination.file(name), shape, result.matrices[c]);
    signal.throwIfAborted();
    await destination.commit(MANIFEST, formatJson(manifest));
  }
  if (args.json) printJson(manifest);
  else printData(formatResult(result, names, args.out, isFile));
}

/** Normalised images of rows and columns, and what the manifest says of them. */
async function readInputs(args: KernelArguments) {
  const isAgainstMeant =
    args['against-count'] !== undefined || args['against-first'] !== 0 || args.statistics === 'against';
  if (args.against === undefined && isAgainstMeant) {
    throw new UsageError('--against-count, --against-first and --statistics against need --against');
  }
  const images = await load(args, args.images, args.first, args.count);
  const against =
    args.against && (await load(args, args.against, args['against-first'], args['against-count']));
  const { rows, columns, statistics, warnings } = normalizeBoth(args, images.images, against?.images);
  checkImages(rows, columns ?? rows);
  return {
    rows,
    columns,
    warnings,
    report: {
      images: sourceOf(images, args.first),
      against: against && sourceOf(against, args['against-first']),
      imageShape: [rows.channels, rows.height, rows.width],
      normalization: args.normalize,
      statisticsOf: statistics && args.statistics,
      statistics: statistics && {
        mean: [...statistics.mean],
        standardDeviation: [...statistics.standardDeviation],
      },
    },
  };
}

function sourceOf({ files, format, images: { count } }: LabelledImages, first: number) {
  return { files, format, first, count };
}

function load(
  args: KernelArguments,
  paths: readonly string[],
  first: number,
  count?: number,
): Promise<LabelledImages> {
  return loadImages(paths, { labels: false, layout: args.layout, first, count });
}

/** Both stacks by the statistics of one of them. */
function normalizeBoth(
  { normalize: mode, statistics }: KernelArguments,
  images: ImageStack,
  against: ImageStack | undefined,
) {
  if (statistics === 'against' && against !== undefined) {
    const { train, test, ...rest } = normalize(mode, against, images);
    return { rows: test, columns: train, ...rest };
  }
  const { train, test, ...rest } = normalize(mode, images, against);
  return { rows: train, columns: test, ...rest };
}

function formatResult(result: GramResult, names: readonly string[], out: string, isFile: boolean): string {
  const { rows, columns, pairs, elementLayers, elapsedMs } = result;
  return [
    `${rows}×${columns} float32, ${pairs} pairs in ${formatDuration(elapsedMs)}, ${formatRate(elementLayers, elapsedMs)}`,
    ...(isFile ? [out] : [...names, MANIFEST].map((name) => `${out}/${name}`)),
  ].join('\n');
}
