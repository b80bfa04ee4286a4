import type { Argv, InferredOptionTypes } from 'yargs';
import { sourcesReport } from '../../data/sources.js';
import { cnnReport } from '../../paper/cnn/report.js';
import { runCnn } from '../../paper/cnn/run.js';
import { commandLine } from '../process/command-line.js';
import { DATA, deviceOptions, paperOut, reportOptions } from '../options/common-options.js';
import { deviceReport, withDevice } from '../process/device.js';
import { withInterruption } from '../process/interruption.js';
import { defineOptions, integer, optional, withDefault } from '../options/options.js';
import { Progress } from '../process/progress.js';
import { publish } from '../results/publish.js';
import { packageVersion } from '../../files/package-version.js';
import type { CommandBody } from '../options/lazy-command.js';
import { readSets, setOptions } from './read-sets.js';

const NETWORKS = 'Networks:';

const options = {
  ...setOptions,
  'train-count': withDefault(integer(DATA, 'Number of training images, balanced', 10), '300'),
  'test-count': withDefault(integer(DATA, 'Number of test images', 1), '500'),
  pool: optional(integer(DATA, 'Average the images to this height and width before they are normalised', 1)),
  seed: withDefault(integer(DATA, 'Of the draw and of all networks', 0), '1'),
  depth: withDefault(integer(NETWORKS, 'Convolution layers + 1', 3), '3'),
  channels: withDefault(integer(NETWORKS, 'Channels of the hidden layers', 1), '32'),
  networks: withDefault(integer(NETWORKS, 'Networks trained per read-out', 1), '3'),
  epochs: withDefault(
    integer(NETWORKS, 'Limit of epochs for choosing the learning rate; the networks get twice as many', 1),
    '100',
  ),
  adapter: deviceOptions.adapter,
  verbose: deviceOptions.verbose,
  out: paperOut,
  ...reportOptions,
};

type CnnArguments = InferredOptionTypes<typeof options>;

export const cnnCommand: CommandBody<CnnArguments> = {
  builder: (argv: Argv) =>
    defineOptions(argv, options)
      .example('$0 paper cnn', 'the digits that ship with the package')
      .example('$0 paper cnn --cifar cifar-10-batches-bin --pool 8 --train-count 1000', ''),
  handler: (args) => withInterruption((signal) => cnn(args, signal)),
};

async function cnn(args: CnnArguments, signal: AbortSignal): Promise<void> {
  using progress = new Progress(args.quiet ?? false);
  const { train, test } = await readSets(args);
  const { depth, channels, networks, epochs, seed } = args;
  const run = { depth, channels, networks, epochs, seed };
  const { result, device } = await withDevice(args, progress, async (opened) => {
    const result = await runCnn(opened, train, test, run, { reporter: progress, signal });
    return { result, device: deviceReport(opened) };
  });
  const { images } = train;
  const part = cnnReport(result, run, {
    data: args.cifar === undefined ? 'digits' : 'CIFAR-10',
    trainCount: images.count,
    testCount: test.images.count,
    imageShape: [images.channels, images.height, images.width],
  });
  const report = {
    ...part,
    settings: { ...part.settings, files: { train: sourcesReport(train), test: sourcesReport(test) } },
    command: commandLine(),
    device,
    version: packageVersion(),
    finished: new Date().toISOString(),
  };
  await publish(report, { out: args.out, json: args.json, progress, signal });
}
