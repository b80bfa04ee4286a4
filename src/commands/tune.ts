import Table from 'cli-table3';
import type { Argv, InferredOptionTypes } from 'yargs';
import { cacheFolder } from '../planning/cache-file.js';
import { shapeLabel, measuredDevice } from '../planning/measurement-cache.js';
import { searchVariant } from '../planning/measured-variants.js';
import { variantLabel } from '../kernel/plane-candidates.js';
import { type PlaneCount } from '../kernel/plane-variant.js';
import type { TuneMeasurement, TuneResult } from '../kernel/tune.js';
import { parseReadout, readoutRadius } from '../kernel/validate-kernels.js';
import { formatDuration } from '../text/duration.js';
import { deviceOptions, KERNEL, OUTPUT, reportOptions } from './options/common-options.js';
import { deviceReport, withDevice } from './process/device.js';
import { PLAIN } from './printing/evaluation-table.js';
import { withInterruption } from './process/interruption.js';
import { defineOptions, integer, parsed, withDefault } from './options/options.js';
import { Progress } from './process/progress.js';
import { formatRate } from '../progress/details.js';
import { shapeOption } from './options/shape-option.js';
import { printData } from './process/streams.js';
import { formatJson } from '../files/format-json.js';
import { measurementCache } from './options/tuning.js';
import { packageVersion } from '../files/package-version.js';
import type { CommandBody } from './options/lazy-command.js';

const options = {
  shape: withDefault(shapeOption, '3x32x32'),
  depth: withDefault(integer(KERNEL, 'Depth of the network: convolution layers + 1', 2), '11'),
  readout: withDefault(
    parsed(KERNEL, 'Read-out: vanilla (one plane per pair), gap or lap:c (many)', parseReadout),
    'gap',
  ),
  adapter: deviceOptions.adapter,
  verbose: deviceOptions.verbose,
  json: { ...reportOptions.json, group: OUTPUT },
  quiet: reportOptions.quiet,
};

type TuneArguments = InferredOptionTypes<typeof options>;

export const tuneCommand: CommandBody<TuneArguments> = {
  builder: (argv: Argv) =>
    defineOptions(argv, options)
      .example('$0 tune', 'for 3×32×32 images, 20 seconds at the most')
      .example('$0 tune --shape 1x28x28 --readout vanilla --json', ''),
  handler: (args) => withInterruption((signal) => tuneFor(args, signal)),
};

async function tuneFor(args: TuneArguments, signal: AbortSignal): Promise<void> {
  const { shape, depth, readout } = args;
  using progress = new Progress(args.quiet ?? false);
  const onePlane =
    readoutRadius(readout, shape.height, shape.width) === 0 || shape.height * shape.width === 1;
  const planes: PlaneCount = onePlane ? 'one' : 'many';
  const { result, device } = await withDevice(args, progress, async (opened) => {
    progress.phase(`tune for ${shapeLabel(shape)}, ${readout}`);
    const onCandidate = (index: number, count: number) =>
      progress.update(index / count, `candidate ${index + 1} of ${count}`);
    const search = { shape, depth, planes, signal, onCandidate };
    const result = await searchVariant(opened, measuredDevice(opened), measurementCache(), search);
    return { result, device: deviceReport(opened) };
  });
  progress.end(variantLabel(result.variant));
  const report = {
    shape: [shape.channels, shape.height, shape.width],
    depth,
    planes,
    variant: variantLabel(result.variant),
    candidates: result.measurements.map(({ variant, ...rest }) => ({
      variant: variantLabel(variant),
      ...rest,
    })),
    elapsedMs: result.elapsedMs,
    cache: cacheFolder() ?? null,
    device,
    version: packageVersion(),
  };
  printData(
    args.json
      ? formatJson(report)
      : `${table(result)}\non ${device.name}; cache folder: ${report.cache ?? 'none'}`,
  );
}

function table({ measurements, variant: chosen }: TuneResult): string {
  const rows = new Table({
    head: ['', 'variant', 'speed', 'compiled in', 'difference', ''],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'left'],
    style: PLAIN,
  });
  for (const measurement of measurements) {
    const { variant, elementLayersPerSecond: rate, compileMs, error } = measurement;
    rows.push([
      variant === chosen ? '→' : '',
      variantLabel(variant),
      rate === undefined ? '' : formatRate(rate, 1000),
      compileMs === undefined ? '' : formatDuration(compileMs),
      error === undefined ? '' : error.toExponential(0),
      remark(measurement),
    ]);
  }
  return rows.toString();
}

function remark({ outcome, reason }: TuneMeasurement): string {
  if (outcome === 'timed') return '';
  return outcome === 'rejected' ? `rejected: ${reason ?? ''}` : outcome;
}
