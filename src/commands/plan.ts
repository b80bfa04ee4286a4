import { totalmem } from 'node:os';
import type { Argv, CommandModule, InferredOptionTypes } from 'yargs';
import { inspectImages } from '../data/inspect.js';
import { estimateTime, planJob, type Job } from '../planning/job-plan.js';
import { knownRates, measureJob, type MeasuredRates } from '../planning/job-rates.js';
import { isSameDevice, type MeasuredDevice } from '../planning/measurement-cache.js';
import { cachedVariants } from '../planning/tuned-variants.js';
import type { ImageShape } from '../images/images.js';
import { regressionGrams, type PlanOptions } from '../kernel/plan.js';
import { runVariants } from '../kernel/run-variants.js';
import { channelName, validateChannels } from '../kernel/validate-channels.js';
import { planFactorization } from '../regression/factor-plan.js';
import { MatrixTooLargeError } from '../regression/errors.js';
import { channelListOptions, channelsOf, depthListOption } from './options/channel-options.js';
import {
  DATA,
  DEVICE,
  deviceOptions,
  layoutOption,
  REGRESSION,
  reportOptions,
} from './options/common-options.js';
import { withDevice } from './process/device.js';
import { unequalSizes } from '../files/disk-space.js';
import { UsageError } from './process/errors.js';
import { withInterruption } from './process/interruption.js';
import { defineOptions, flag, integer, optional, textList, withDefault } from './options/options.js';
import { formatPlan, type PlanReport } from './printing/plan-table.js';
import { Progress } from './process/progress.js';
import { shapeOption } from './options/shape-option.js';
import { formatJson, printData } from './process/streams.js';
import { measuredDevice, measurementCache } from './options/tuning.js';
import { packageVersion } from './process/version.js';

const options = {
  'train-count': optional(integer(DATA, 'Number of training images [default: those of --train]', 1)),
  'test-count': optional(integer(DATA, 'Number of test images [default: those of --test, else none]', 0)),
  shape: optional(shapeOption),
  train: optional(textList(DATA, 'Files of training images, for their number and shape; no pixel is read')),
  test: optional(textList(DATA, 'Files of test images')),
  layout: layoutOption,
  depth: withDefault(depthListOption, '11'),
  ...channelListOptions,
  classes: withDefault(integer(REGRESSION, 'Number of classes', 1), '10'),
  ...deviceOptions,
  'no-measure': flag(DEVICE, 'Run nothing: estimate from what was measured before'),
  ...reportOptions,
};

type PlanArguments = InferredOptionTypes<typeof options>;

export const planCommand: CommandModule<object, PlanArguments> = {
  command: 'plan',
  describe: 'Tell what a job takes before it runs: pairs, memory, disk, time on this and other adapters',
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
      .example('$0 plan --train-count 100000 --shape 1x28x28 --no-measure --json', ''),
  handler: (args) => withInterruption((signal) => plan(args, signal)),
};

/** Of all passes together. */
const SLICE_MS = 3000;

async function plan(args: PlanArguments, signal: AbortSignal): Promise<void> {
  const job = await jobOf(args);
  validateChannels(job.channels, job.shape);
  using progress = new Progress(args.quiet ?? false);
  const report = await withDevice(args, progress, async (opened): Promise<PlanReport> => {
    const { gpu } = opened;
    const here = measuredDevice(opened);
    const cache = measurementCache();
    // Of the whole job: a slice of it is short, but runs what the job will run.
    const variant = runVariants(
      job.channels,
      job.shape,
      regressionGrams(job.train, job.test),
      gpu,
      await cachedVariants(gpu, here, cache, job),
    );
    const memoryBytes = args.memory && args.memory * 2 ** 20;
    const planOptions: PlanOptions = { memoryBytes, variant };
    const jobPlan = planJob(job, gpu, planOptions);
    const known = await knownRates(cache, job, jobPlan);
    let estimates = known.map((rates) => estimateFor(rates, here));
    if (!args['no-measure']) {
      progress.begin('measure a slice');
      const rates = await measureJob(gpu, here, cache, job, {
        sliceMs: SLICE_MS,
        signal,
        memoryBytes,
        variant,
      });
      progress.end();
      const others = estimates.filter(({ device }) => !isSameDevice(device, here));
      estimates = [estimateFor({ device: here, rates }, here), ...others];
    }
    for (const warning of warningsOf(job, jobPlan.hostBytes, () => planFactorization(gpu, job.train)))
      progress.warn(warning);
    return {
      job: {
        train: job.train,
        test: job.test,
        classes: job.classes,
        imageShape: [job.shape.channels, job.shape.height, job.shape.width],
        channels: job.channels.map(channelName),
      },
      ...jobPlan,
      estimates,
      warnings: progress.warnings,
      version: packageVersion(),
    };

    function estimateFor({ device, rates }: MeasuredRates, own: MeasuredDevice) {
      const { adapter, backend, driver, version } = device;
      return {
        device: { adapter, backend, driver, version },
        here: isSameDevice(device, own),
        measured: rates[0].date,
        elementLayersPerSecond: rates.map(({ elementLayersPerSecond }) => elementLayersPerSecond),
        seconds: estimateTime(job, jobPlan, rates),
      };
    }
  });
  printData(args.json ? formatJson(report) : formatPlan(report));
}

async function jobOf(args: PlanArguments): Promise<Job> {
  const train = args.train && (await inspectImages(args.train, args.layout));
  const test = args.test && (await inspectImages(args.test, args.layout));
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
    channels: channelsOf(args),
  };
}

function text({ channels, height, width }: ImageShape): string {
  return `${channels}×${height}×${width}`;
}

/** What would stop the job on this machine. */
function warningsOf(job: Job, hostBytes: number, assertSolvable: () => void): string[] {
  const warnings: string[] = [];
  if (hostBytes > totalmem()) {
    const [needed, there] = unequalSizes(hostBytes, totalmem());
    warnings.push(`the kernel matrices take ${needed}; this machine has ${there} of memory`);
  }
  try {
    if (job.test > 0) assertSolvable();
  } catch (error) {
    if (!(error instanceof MatrixTooLargeError)) throw error;
    warnings.push(`the linear system: ${error.message}`);
  }
  return warnings;
}
