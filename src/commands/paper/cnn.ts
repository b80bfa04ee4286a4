import type { Argv, CommandModule, InferredOptionTypes } from 'yargs';
import { CIFAR_SOURCE, findCifar } from '../../data/cifar-folder.js';
import { loadDigits } from '../../data/digits.js';
import { loadImages, type LabelledImages } from '../../data/load.js';
import { sourcesReport } from '../../data/sources.js';
import { balancedOrder, selectImages } from '../../images/subset.js';
import { cnnReport } from '../../paper/cnn/report.js';
import { runCnn } from '../../paper/cnn/run.js';
import { drawImages } from '../../paper/table1/task.js';
import { commandLine } from '../process/command-line.js';
import {
  DATA,
  deviceOptions,
  ownScaleOption,
  paperOut,
  reportOptions,
  scaleOption,
} from '../options/common-options.js';
import { deviceReport, withDevice } from '../process/device.js';
import { UsageError } from '../process/errors.js';
import { withInterruption } from '../process/interruption.js';
import { defineOptions, integer, optional, text, withDefault } from '../options/options.js';
import { Progress } from '../process/progress.js';
import { publish } from '../results/publish.js';
import { packageVersion } from '../../files/package-version.js';

const NETWORKS = 'Networks:';

const options = {
  cifar: optional(text(DATA, `Folder with ${CIFAR_SOURCE} [default: the digits of the package]`)),
  scale: scaleOption,
  'test-scale': ownScaleOption('test images'),
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

export const cnnCommand: CommandModule<object, CnnArguments> = {
  command: 'cnn',
  describe: 'Trained finite CNNs beside CNTK and CNN-GP, on equal data',
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

async function readSets(args: CnnArguments) {
  const { 'train-count': trainCount, 'test-count': testCount, seed, pool, cifar } = args;
  let sets: { train: LabelledImages; test: LabelledImages };
  if (cifar === undefined) {
    const digits = await loadDigits();
    const available = digits.images.count;
    if (trainCount + testCount > available) {
      throw new UsageError(
        `${trainCount} training and ${testCount} test images are asked for, but there are ${available} digits; ask for fewer`,
      );
    }
    const order = balancedOrder(digits.labels!, seed);
    sets = {
      train: selectImages(digits, order.slice(0, trainCount)),
      test: selectImages(digits, order.slice(trainCount, trainCount + testCount)),
    };
  } else {
    const files = await findCifar(cifar);
    sets = {
      train: await loadImages(files.train, { scale: args.scale, scaleOption: '--scale' }),
      test: await loadImages(files.test, {
        count: testCount,
        scale: args['test-scale'] ?? args.scale,
        scaleOption: '--test-scale',
      }),
    };
  }
  const [draw] = drawImages(sets.train, sets.test, { trainCount, subset: 'balanced', seeds: [seed], pool });
  return { train: draw.train, test: { ...draw.test, labels: draw.test.labels } };
}
