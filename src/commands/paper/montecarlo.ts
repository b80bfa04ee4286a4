import type { Argv, InferredOptionTypes } from 'yargs';
import { presetNetwork } from '../../network/presets.js';
import { layeredFigures, layeredTables, layeredVerdict } from '../../paper/montecarlo/layered-report.js';
import { runLayered } from '../../paper/montecarlo/layered-run.js';
import { runMontecarlo } from '../../paper/montecarlo/run.js';
import { montecarloReport } from '../../paper/montecarlo/report.js';
import { deviceOptions, paperOut, reportOptions } from '../options/common-options.js';
import { deviceReport, withDevice } from '../process/device.js';
import { withInterruption } from '../process/interruption.js';
import { defineOptions, integer, list, parsed, parseInteger, withDefault } from '../options/options.js';
import { Progress } from '../process/progress.js';
import { publish } from '../results/publish.js';
import { packageVersion } from '../../files/package-version.js';
import { distinct } from './distinct.js';
import { rising } from './rising.js';
import type { CommandBody } from '../options/lazy-command.js';

const NETWORKS = 'Networks:';

const options = {
  channels: withDefault(
    parsed(
      NETWORKS,
      'KernelSpec counts of the hidden layers, rising',
      rising((value) => parseInteger(value, 1)),
    ),
    '8,16,32,64,128,256',
  ),
  draws: withDefault(integer(NETWORKS, 'Networks drawn of each channel count and depth', 2), '400'),
  depths: withDefault(
    parsed(
      NETWORKS,
      'Depths (convolution layers + 1), rising',
      rising((value) => parseInteger(value, 3)),
    ),
    '3,5',
  ),
  images: withDefault(
    parsed(
      NETWORKS,
      'Digits, cut to 6×5 pixels; the kernels of all pairs are compared; at most 10',
      (value) => {
        const count = parseInteger(value, 1);
        if (count > 10) throw new Error(`${count} digits; there are 10 classes, and one of each is taken`);
        return count;
      },
    ),
    '3',
  ),
  networks: withDefault(
    parsed(
      NETWORKS,
      'Also networks of other layers: presets, as in myrtle5,alexnet,fc:4, or none',
      (value) => (value === 'none' ? [] : distinct(list(namedPreset)(value))),
    ),
    'myrtle5,alexnet,resnet:8',
  ),
  'network-channels': withDefault(
    parsed(
      NETWORKS,
      'Their channel counts, rising',
      rising((value) => parseInteger(value, 1)),
    ),
    '8,16,32',
  ),
  seed: withDefault(integer(NETWORKS, 'Of the digits and of all networks', 0), '1'),
  adapter: deviceOptions.adapter,
  verbose: deviceOptions.verbose,
  out: paperOut,
  ...reportOptions,
};

type MontecarloArguments = InferredOptionTypes<typeof options>;

export const montecarloCommand: CommandBody<MontecarloArguments> = {
  builder: (argv: Argv) =>
    defineOptions(argv, options)
      .example('$0 paper montecarlo', 'about two minutes on two free cores')
      .example('$0 paper montecarlo --channels 8,16,32 --draws 50', 'a few seconds')
      .example('$0 paper montecarlo --channels 8 --networks vgg11 --network-channels 16,64', ''),
  handler: (args) => withInterruption((signal) => montecarlo(args, signal)),
};

async function montecarlo(args: MontecarloArguments, signal: AbortSignal): Promise<void> {
  using progress = new Progress(args.quiet ?? false);
  const { channels: widths, draws, depths, images, seed, networks } = args;
  const run = { widths, draws, depths, images, seed };
  const { result, layered, layeredMs, device } = await withDevice(args, progress, async (opened) => {
    const hooks = { reporter: progress, signal };
    const result = await runMontecarlo(opened, { ...run, ...hooks });
    const started = performance.now();
    const layered = await runLayered(opened, {
      ...{ networks, widths: args['network-channels'], draws, images, seed },
      ...hooks,
    });
    const layeredMs = performance.now() - started;
    return { result, layered, layeredMs, device: deviceReport(opened) };
  });
  const part = montecarloReport(result, run);
  const [verdict, ...remarks] = part.notes;
  const names = networks.map(({ name }) => name).join() || 'none';
  const report = {
    ...part,
    settings: { ...part.settings, networks: names, networkChannels: args['network-channels'] },
    tables: [...part.tables, ...layeredTables(layered)],
    figures: [...part.figures, ...layeredFigures(layered)],
    notes: [verdict, ...layeredVerdict(layered), ...remarks],
    timingsMs: { ...part.timingsMs, networks: layeredMs },
    command:
      `cntk paper montecarlo --channels ${widths.join()} --draws ${draws} --depths ${depths.join()} ` +
      `--images ${images} --networks ${names} --network-channels ${args['network-channels'].join()} --seed ${seed}`,
    device,
    version: packageVersion(),
    finished: new Date().toISOString(),
  };
  await publish(report, { out: args.out, json: args.json, progress, signal });
}

function namedPreset(name: string) {
  return { name, network: presetNetwork(name) };
}
