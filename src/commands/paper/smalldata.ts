import type { Argv, InferredOptionTypes } from 'yargs';
import { loadDigits } from '../../data/digits.js';
import { loadImages } from '../../data/load.js';
import { sourcesReport } from '../../data/sources.js';
import { smalldataReport } from '../../paper/smalldata/report.js';
import { runSmalldata } from '../../paper/smalldata/run.js';
import { depthListOption } from '../options/kernel-list-options.js';
import { commandLine } from '../process/command-line.js';
import {
  DATA,
  deviceOptions,
  layoutOption,
  resizeOption,
  paperOut,
  reportOptions,
  scaleOption,
} from '../options/common-options.js';
import { deviceReport, withDevice } from '../process/device.js';
import { UsageError } from '../process/errors.js';
import { withInterruption } from '../process/interruption.js';
import {
  defineOptions,
  integer,
  optional,
  parsed,
  parseInteger,
  textList,
  withDefault,
} from '../options/options.js';
import { Progress } from '../process/progress.js';
import { publish } from '../results/publish.js';
import { packageVersion } from '../../files/package-version.js';
import { rising } from './rising.js';
import type { CommandBody } from '../options/lazy-command.js';

const options = {
  train: optional(
    textList(DATA, 'Images with labels, instead of the digits: CIFAR-10 .bin, IDX, .npy, .npz'),
  ),
  resize: resizeOption,
  layout: layoutOption,
  scale: scaleOption,
  images: withDefault(integer(DATA, 'Images of which training and test images are drawn', 2), '1000'),
  sizes: withDefault(
    parsed(
      DATA,
      'Numbers of training images, rising',
      rising((value) => parseInteger(value, 2)),
    ),
    '10,20,40,80,160,320,640',
  ),
  draws: withDefault(integer(DATA, 'Draws of training images, balanced over the classes', 1), '20'),
  seed: withDefault(integer(DATA, 'Of the draws', 0), '1'),
  depths: withDefault(depthListOption, '3,5'),
  adapter: deviceOptions.adapter,
  verbose: deviceOptions.verbose,
  out: paperOut,
  ...reportOptions,
};

type SmalldataArguments = InferredOptionTypes<typeof options>;

export const smalldataCommand: CommandBody<SmalldataArguments> = {
  builder: (argv: Argv) =>
    defineOptions(argv, options)
      .example('$0 paper smalldata', 'the digits that ship with the package, some minutes')
      .example('$0 paper smalldata --images 300 --sizes 10,40,160 --draws 5', 'half a minute'),
  handler: (args) => withInterruption((signal) => smalldata(args, signal)),
};

async function smalldata(args: SmalldataArguments, signal: AbortSignal): Promise<void> {
  const { images, sizes, draws, seed, depths } = args;
  const shallow = depths.find((depth) => depth < 3);
  if (shallow !== undefined) {
    throw new UsageError(`--depths: ${shallow} is less than 3, where the kernel with frozen ends is zero`);
  }
  if (args.scale !== 'auto' && !args.train) throw new UsageError('--scale needs --train');
  using progress = new Progress(args.quiet ?? false);
  const set = args.train
    ? await loadImages(args.train, {
        layout: args.layout,
        resize: args.resize,
        scale: args.scale,
        scaleOption: '--scale',
      })
    : await loadDigits();
  const run = { images, sizes, draws, seed, depths };
  const { result, device } = await withDevice(args, progress, async (opened) => {
    const result = await runSmalldata(opened, set, run, { reporter: progress, signal });
    return { result, device: deviceReport(opened) };
  });
  const part = smalldataReport(result, run);
  const report = {
    ...part,
    settings: { ...part.settings, files: sourcesReport(set) },
    command: commandLine(),
    device,
    version: packageVersion(),
    finished: new Date().toISOString(),
  };
  await publish(report, { out: args.out, json: args.json, progress, signal });
}
