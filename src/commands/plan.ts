import type { Argv, InferredOptionTypes } from 'yargs';
import { inspectImages } from '../data/inspect.js';
import { estimateRequests, type RequestedJob } from '../planning/estimate-requests.js';
import { requestName, validateRequests } from '../planning/kernel-request.js';
import type { ImageShape } from '../images/images.js';
import { kernelListOptions, kernelsOf, depthListOption } from './options/kernel-list-options.js';
import {
  DATA,
  DEVICE,
  deviceOptions,
  layoutOption,
  resizeOption,
  REGRESSION,
  reportOptions,
} from './options/common-options.js';
import { withDevice } from './process/device.js';
import { UsageError } from './process/errors.js';
import { withInterruption } from './process/interruption.js';
import { defineOptions, flag, integer, optional, textList, withDefault } from './options/options.js';
import { formatJobPlan, type PlanReport } from './printing/plan-table.js';
import { Progress } from './process/progress.js';
import { shapeOption } from './options/shape-option.js';
import { printData } from './process/streams.js';
import { formatJson } from '../files/format-json.js';
import { measurementCache } from './options/tuning.js';
import { packageVersion } from '../files/package-version.js';
import type { CommandBody } from './options/lazy-command.js';

const options = {
  'train-count': optional(integer(DATA, 'Number of training images [default: those of --train]', 1)),
  'test-count': optional(integer(DATA, 'Number of test images [default: those of --test, else none]', 0)),
  shape: optional(shapeOption),
  train: optional(textList(DATA, 'Files of training images, for their number and shape; no pixel is read')),
  test: optional(textList(DATA, 'Files of test images')),
  resize: resizeOption,
  layout: layoutOption,
  depth: optional({
    ...depthListOption,
    describe: `${depthListOption.describe} [default: 11]`,
  }),
  ...kernelListOptions,
  classes: withDefault(integer(REGRESSION, 'Number of classes', 1), '10'),
  ...deviceOptions,
  'no-measure': flag(DEVICE, 'Run nothing: estimate from what was measured before'),
  ...reportOptions,
};

type PlanArguments = InferredOptionTypes<typeof options>;

export const planCommand: CommandBody<PlanArguments> = {
  builder: (argv: Argv) =>
    defineOptions(argv, options)
      .example(
        '$0 plan --train-count 50000 --test-count 10000 --shape 3x32x32 --depth 11 --readout gap',
        'CIFAR-10',
      )
      .example(
        '$0 plan --train data_batch_1.bin --test test_batch.bin --depth 3,21 --readout vanilla,gap',
        '',
      )
      .example(
        '$0 plan --train-count 50000 --test-count 10000 --shape 3x32x32 --arch myrtle5',
        'see cntk arch list',
      )
      .example('$0 plan --train-count 100000 --shape 1x28x28 --no-measure --json', ''),
  handler: (args) => withInterruption((signal) => plan(args, signal)),
};

async function plan(args: PlanArguments, signal: AbortSignal): Promise<void> {
  const job = await jobOf(args);
  validateRequests(job.requests, job.shape);
  using progress = new Progress(args.quiet ?? false);
  const { plan: sizes, estimates } = await withDevice(args, progress, (opened) =>
    estimateRequests(opened, job, {
      measures: !args['no-measure'],
      memoryBytes: args.memory && args.memory * 2 ** 20,
      cache: measurementCache(),
      reporter: progress,
      signal,
    }),
  );
  const report: PlanReport = {
    job: {
      train: job.train,
      test: job.test,
      classes: job.classes,
      imageShape: [job.shape.channels, job.shape.height, job.shape.width],
      kernels: job.requests.map(requestName),
    },
    ...sizes,
    estimates,
    warnings: progress.warnings,
    version: packageVersion(),
  };
  printData(args.json ? formatJson(report) : formatJobPlan(report));
}

async function jobOf(args: PlanArguments): Promise<RequestedJob> {
  const train = args.train && (await inspectImages(args.train, args.layout, args.resize));
  const test = args.test && (await inspectImages(args.test, args.layout, args.resize));
  const shapes = [
    ...(args.shape ? [{ name: '--shape', shape: args.shape }] : []),
    ...(train ? [{ name: '--train', shape: train }] : []),
    ...(test ? [{ name: '--test', shape: test }] : []),
  ];
  if (shapes.length === 0)
    throw new UsageError('of which shape are the images? Give --shape CxHxW, or --train');
  const [first, ...others] = shapes;
  const different = others.find(({ shape }) => text(shape) !== text(first.shape));
  if (different) {
    throw new UsageError(
      `images of ${different.name} are ${text(different.shape)}, those of ${first.name} ${text(first.shape)}`,
    );
  }
  const trainCount = args['train-count'] ?? train?.count;
  if (trainCount === undefined) throw new UsageError('how many images? Give --train-count, or --train');
  const { channels, height, width } = first.shape;
  return {
    train: trainCount,
    test: args['test-count'] ?? test?.count ?? 0,
    classes: args.classes,
    shape: { channels, height, width },
    requests: await kernelsOf(args, [11]),
  };
}

function text({ channels, height, width }: ImageShape): string {
  return `${channels}×${height}×${width}`;
}
