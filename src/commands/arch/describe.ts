import type { Argv, InferredOptionTypes } from 'yargs';
import { loadNetwork } from '../../data/named-network.js';
import { loadPngRenderer } from '../../figures/png.js';
import { writeAtomically } from '../../files/atomic-file.js';
import { packageVersion } from '../../files/package-version.js';
import { AdapterError } from '../../gpu/dawn/adapter-error.js';
import type { PlanDevice } from '../../gpu/plan-device.js';
import { describeArchitecture } from '../../network/describe.js';
import { assertFits, type ArchNetwork } from '../../network/network-kernel.js';
import type { ImageShape } from '../../images/images.js';
import { deviceOptions, OUTPUT, reportOptions } from '../options/common-options.js';
import type { CommandBody } from '../options/lazy-command.js';
import { defineOptions, optional, text, withDefault } from '../options/options.js';
import { shapeOption } from '../options/shape-option.js';
import { formatNetwork, type NetworkReport } from '../printing/network-table.js';
import { deviceReport, withDevice } from '../process/device.js';
import { UsageError } from '../process/errors.js';
import { withInterruption } from '../process/interruption.js';
import { Progress } from '../process/progress.js';
import { printData, printJson } from '../process/streams.js';
import { DestinationFile } from '../results/destination-file.js';

const options = {
  shape: withDefault(shapeOption, '3x32x32'),
  adapter: deviceOptions.adapter,
  verbose: deviceOptions.verbose,
  svg: optional(text(OUTPUT, 'File for a drawing of the chain of layers, .svg or .png')),
  ...reportOptions,
};

interface DescribeArguments extends InferredOptionTypes<typeof options> {
  readonly arch?: string;
}

export const archDescribeCommand: CommandBody<DescribeArguments> = {
  builder: (argv: Argv) =>
    defineOptions(argv, options)
      .positional('arch', {
        describe: 'A name of cntk arch list, as myrtle5 or cntk-gap:11; or a file .json, .yaml of layers',
        type: 'string',
      })
      .example('$0 arch describe myrtle5', '3×32×32 images')
      .example('$0 arch describe resnet:20 --shape 3x16x16 --svg resnet.svg', '')
      .example('$0 arch describe network.yaml --shape 1x28x28 --json', ''),
  handler: (args) => withInterruption((signal) => describe(args, signal)),
};

const DRAWING_BYTES = 2 ** 22;

async function describe(args: DescribeArguments, signal: AbortSignal): Promise<void> {
  const { shape, svg } = args;
  if (svg !== undefined && !/\.(svg|png)$/i.test(svg))
    throw new UsageError(`--svg ${svg}: the name of a drawing ends in .svg or .png`);
  const arch = await loadNetwork(args.arch!);
  assertFits(arch, shape);
  using progress = new Progress(args.quiet ?? false);
  await using drawing =
    svg === undefined
      ? undefined
      : await DestinationFile.reserve(
          svg,
          { sizeBytes: DRAWING_BYTES, inputs: [arch.source], warn: (message) => progress.warn(message) },
          '--svg',
        );
  const report = await reportOn(arch, args, progress);
  signal.throwIfAborted();
  const written = await drawing?.commit(async (path) =>
    writeAtomically(path, [await drawn(arch, shape, /\.png$/i.test(svg!))]),
  );
  if (args.json) printJson({ ...report, drawing: written, warnings: progress.warnings });
  else printData(formatNetwork(report));
  if (written !== undefined) progress.note(`drawn in ${written}`);
}

async function reportOn(
  arch: ArchNetwork,
  args: DescribeArguments,
  progress: Progress,
): Promise<NetworkReport> {
  const { shape } = args;
  const report = (device: PlanDevice | undefined) => ({
    arch: arch.name,
    network: arch.network.layers,
    imageShape: [shape.channels, shape.height, shape.width],
    ...describeArchitecture(arch.network, shape, device),
    version: packageVersion(),
  });
  try {
    return await withDevice(args, progress, (opened) =>
      Promise.resolve({ ...report(opened), device: deviceReport(opened) }),
    );
  } catch (error) {
    // What a network is can be told without a device; what computes its layers cannot.
    if (!(error instanceof AdapterError) || args.adapter !== undefined) throw error;
    progress.warn(`no adapter opens here: which layers are fused depends on it (cntk devices says more)`);
    return report(undefined);
  }
}

/** The libraries that draw are loaded only where a figure is asked for. */
async function drawn(
  { name, network }: ArchNetwork,
  shape: ImageShape,
  isPng: boolean,
): Promise<string | Uint8Array> {
  const { networkSvg } = await import('../../figures/network-figure.js');
  const svg = networkSvg(name, network, shape);
  return isPng ? await (await loadPngRenderer())(svg) : svg;
}
