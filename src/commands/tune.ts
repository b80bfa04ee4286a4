import Table from 'cli-table3';
import type { Argv, InferredOptionTypes } from 'yargs';
import { cacheFolder } from '../planning/cache-file.js';
import { tuneDevice } from '../planning/tune-device.js';
import { variantLabel } from '../kernel/plane-candidates.js';
import { paperChain, type PaperChain } from '../network/paper-chain.js';
import type { TuneMeasurement, TuneResult } from '../kernel/tune.js';
import { parseReadout } from '../kernel/validate-kernels.js';
import { formatDuration } from '../text/duration.js';
import { deviceOptions, KERNEL, OUTPUT, reportOptions } from './options/common-options.js';
import { deviceReport, withDevice } from './process/device.js';
import { PLAIN } from './printing/evaluation-table.js';
import { withInterruption } from './process/interruption.js';
import { archOption, assertNoChain } from './options/kernel-list-options.js';
import { defineOptions, integer, optional, parsed, withDefault } from './options/options.js';
import { UsageError } from './process/errors.js';
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
  depth: optional(integer(KERNEL, 'Depth of the network: convolution layers + 1 [default: 11]', 2)),
  readout: optional(
    parsed(
      KERNEL,
      'Read-out: vanilla (one plane per pair), gap or lap:c (many) [default: gap]',
      parseReadout,
    ),
  ),
  arch: archOption('A network in place of both, one that is such a chain, as cntk-gap:11'),
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
  const { shape } = args;
  const { depth = 11, readout = 'gap' } = args.arch === undefined ? args : await chainOf(args.arch, args);
  using progress = new Progress(args.quiet ?? false);
  const { result, device } = await withDevice(args, progress, async (opened) => {
    const search = { shape, depth, readout, cache: measurementCache(), reporter: progress, signal };
    return { result: await tuneDevice(opened, search), device: deviceReport(opened) };
  });
  const report = {
    shape: [shape.channels, shape.height, shape.width],
    depth,
    planes: result.planes,
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
      : `${findings(result)}\non ${device.name}; cache folder: ${report.cache ?? 'none'}`,
  );
}

/** @throws UsageError for a network that is no chain of the paper; NetworkError, InputError for what is no network */
async function chainOf(sources: readonly string[], args: TuneArguments): Promise<PaperChain> {
  assertNoChain({ ...args, trained: undefined });
  const { loadNetworks } = await import('../data/named-network.js');
  const [{ source, network }, ...others] = await loadNetworks(sources);
  if (others.length > 0) throw new UsageError('--arch takes one network here: tune for one after the other');
  const chain = paperChain(network, args.shape);
  if (chain !== undefined) return chain;
  throw new UsageError(
    `${source} is no chain of 3×3 convolutions and relu, and only their kernel has variants to choose from: those of ` +
      'other networks follow a rule, and need no tuning; cntk arch describe shows what computes each layer',
  );
}

function findings({ measurements, variant: chosen }: TuneResult): string {
  if (measurements.length === 0) {
    return `nothing to choose from: ${chosen.contract.name} computes so small pairs, a pair in a lane, whatever is measured`;
  }
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
