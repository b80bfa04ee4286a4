import type { Argv, InferredOptionTypes } from 'yargs';
import { sourcesReport } from '../../data/sources.js';
import { ARCHITECTURES, architectureOf } from '../../paper/architectures/architectures.js';
import { architecturesReport } from '../../paper/architectures/report.js';
import { runArchitectures } from '../../paper/architectures/run.js';
import {
  DATA,
  deviceOptions,
  KERNEL,
  paperOut,
  regressionOptions,
  reportOptions,
} from '../options/common-options.js';
import {
  defineOptions,
  integer,
  list,
  optional,
  parsed,
  parseInteger,
  withDefault,
} from '../options/options.js';
import { commandLine } from '../process/command-line.js';
import { deviceReport, withDevice } from '../process/device.js';
import { withInterruption } from '../process/interruption.js';
import { Progress } from '../process/progress.js';
import { publish } from '../results/publish.js';
import { packageVersion } from '../../files/package-version.js';
import type { CommandBody } from '../options/lazy-command.js';
import { distinct } from './distinct.js';
import { readSets, setOptions } from './read-sets.js';

/** Side of CIFAR-10's images by default: the smallest that the five poolings of VGG take. */
const POOLED_SIDE = 16;

const options = {
  ...setOptions,
  'train-count': withDefault(integer(DATA, 'Number of training images, balanced', 10), '200'),
  'test-count': withDefault(integer(DATA, 'Number of test images', 1), '300'),
  pool: optional(
    parsed(
      DATA,
      `Average the images to this height and width before they are normalised; off: as they are [default: ${POOLED_SIDE} with --cifar, else off]`,
      (value) => {
        if (value === 'off') return value;
        if (!/^\d+$/.test(value)) throw new Error(`"${value}" is neither a number of pixels nor off`);
        return parseInteger(value, 1);
      },
    ),
  ),
  seed: withDefault(integer(DATA, 'Of the draw', 0), '1'),
  networks: withDefault(
    parsed(
      KERNEL,
      'Presets, as in alexnet,vgg19,myrtle5,cntk-gap:11; with /gaussian after a name gaussian stands for relu',
      (value) => distinct(list(architectureOf)(value)),
    ),
    ARCHITECTURES.join(),
  ),
  ...regressionOptions,
  ...deviceOptions,
  out: paperOut,
  ...reportOptions,
};

type ArchitecturesArguments = InferredOptionTypes<typeof options>;

export const architecturesCommand: CommandBody<ArchitecturesArguments> = {
  builder: (argv: Argv) =>
    defineOptions(argv, options)
      .example('$0 paper architectures', 'the digits that ship with the package, and what takes 8×8 pixels')
      .example('$0 paper architectures --cifar cifar-10-batches-bin', '16×16 pixels, minutes without a GPU')
      .example(
        '$0 paper architectures --cifar cifar-10-batches-bin --pool off --train-count 2000 --test-count 10000',
        'for a GPU',
      ),
  handler: (args) => withInterruption((signal) => architectures(args, signal)),
};

async function architectures(args: ArchitecturesArguments, signal: AbortSignal): Promise<void> {
  const started = performance.now();
  using progress = new Progress(args.quiet ?? false);
  const chosen = args.pool ?? (args.cifar === undefined ? 'off' : POOLED_SIDE);
  const pool = chosen === 'off' ? undefined : chosen;
  const { train, test } = await readSets({ ...args, pool });
  const { result, device } = await withDevice(args, progress, async (opened) => {
    const result = await runArchitectures(
      opened,
      {
        architectures: args.networks,
        train,
        test,
        regression: { targets: args.targets, ridge: args.ridge },
      },
      { reporter: progress, signal, memoryBytes: args.memory && args.memory * 2 ** 20 },
    );
    return { result, device: deviceReport(opened) };
  });
  const { images } = train;
  const part = architecturesReport(result, {
    data: args.cifar === undefined ? 'digits' : 'CIFAR-10',
    trainCount: images.count,
    testCount: test.images.count,
    imageShape: [images.channels, images.height, images.width],
    pooled: pool !== undefined,
  });
  const report = {
    ...part,
    settings: {
      ...part.settings,
      seed: args.seed,
      targets: args.targets,
      ridge: args.ridge,
      normalization: 'standardize',
      networks: Object.fromEntries(args.networks.map(({ name, network }) => [name, JSON.stringify(network)])),
      files: { train: sourcesReport(train), test: sourcesReport(test) },
    },
    timingsMs: { ...part.timingsMs, total: performance.now() - started },
    command: commandLine(),
    device,
    version: packageVersion(),
    finished: new Date().toISOString(),
  };
  await publish(report, { out: args.out, json: args.json, progress, signal });
}
