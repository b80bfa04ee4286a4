import type { Argv, InferredOptionTypes } from 'yargs';
import { CIFAR_SOURCE, findCifar } from '../../data/cifar-folder.js';
import { CIFAR_CLASSES } from '../../data/cifar-names.js';
import { loadImages } from '../../data/load.js';
import { sourcesReport } from '../../data/sources.js';
import type { SubsetKind } from '../../images/subset.js';
import type { PaperReport } from '../../paper/paper-report.js';
import { table1Parts } from '../../paper/table1/report.js';
import type { Table1Setting } from '../../paper/table1/setting.js';
import { drawImages, kernelGroups, type Draw, type Table1Column } from '../../paper/table1/task.js';
import { computeTable1 } from '../../paper/table1/compute-table.js';
import { validateKernels } from '../../kernel/validate-kernels.js';
import { commandLine } from '../process/command-line.js';
import {
  DATA,
  deviceOptions,
  KERNEL,
  ownScaleOption,
  paperOut,
  regressionOptions,
  reportOptions,
  scaleOption,
} from '../options/common-options.js';
import { depthListOption } from '../options/kernel-list-options.js';
import { deviceReport, withDevice } from '../process/device.js';
import { UsageError } from '../process/errors.js';
import { withInterruption } from '../process/interruption.js';
import {
  choice,
  defineOptions,
  flag,
  integer,
  list,
  optional,
  parseChoice,
  parsed,
  parseInteger,
  text,
  withDefault,
} from '../options/options.js';
import { Progress } from '../process/progress.js';
import { publish } from '../results/publish.js';
import { measurementCache, tuneOption } from '../options/tuning.js';
import { packageVersion } from '../../files/package-version.js';
import type { CommandBody } from '../options/lazy-command.js';

const COLUMNS = ['V', 'GAP'] as const satisfies readonly Table1Column[];
const SUBSETS = ['balanced', 'random', 'first'] as const satisfies readonly SubsetKind[];

const options = {
  cifar: optional(text(DATA, `Folder with ${CIFAR_SOURCE}`)),
  scale: scaleOption,
  'test-scale': ownScaleOption('test images'),
  'train-count': withDefault(integer(DATA, 'Number of training images', 1), '2000'),
  'test-count': withDefault(integer(DATA, 'Number of test images, the first of the files', 1), '10000'),
  subset: withDefault(
    choice(DATA, 'How training images are drawn where there are more', SUBSETS),
    'balanced',
  ),
  seed: withDefault(integer(DATA, 'Seed of the draw', 0), '1'),
  seeds: withDefault(
    integer(DATA, 'Number of draws, with seeds from --seed on: mean and standard deviation', 1),
    '1',
  ),
  pool: optional(
    integer(DATA, 'Average the images to this height and width before they are normalised: 16, 8, …', 1),
  ),
  depths: withDefault(depthListOption, '3,4,6,11,21'),
  columns: optional(
    parsed(
      KERNEL,
      'Columns: V, GAP [default: V, and GAP where its kernels take less than 20 minutes here]',
      list((item) => parseChoice(item, COLUMNS)),
    ),
  ),
  lap: optional(
    parsed(
      KERNEL,
      'Also local average pooling with windows of 2c + 1 pixels, for these c, as in 1,2,4',
      list((item) => parseInteger(item, 0)),
    ),
  ),
  flip: flag(KERNEL, 'Kernels K(x, z) + K(x, flip z), which average over horizontal flips'),
  ...regressionOptions,
  ...deviceOptions,
  tune: tuneOption,
  out: paperOut,
  ...reportOptions,
};

type Table1Arguments = InferredOptionTypes<typeof options>;

export const table1Command: CommandBody<Table1Arguments> = {
  builder: (argv: Argv) =>
    defineOptions(argv, options)
      .example('$0 paper table1 --cifar cifar-10-batches-bin', '2,000 training images, as CNTK-V-2K')
      .example('$0 paper table1 --cifar cifar-10-batches-bin --columns GAP --pool 8 --lap 1,2 --flip', '')
      .example('$0 paper table1 --cifar cifar-10-batches-bin --train-count 500 --seeds 5 --depths 3,6', ''),
  handler: (args) => withInterruption((signal) => table1(args, signal)),
};

async function table1(args: Table1Arguments, signal: AbortSignal): Promise<void> {
  const started = performance.now();
  for (const { kernels } of kernelGroups(args.columns ?? COLUMNS, lapWidths(args), args.depths))
    validateKernels(kernels, { height: 1, width: 1 });
  using progress = new Progress(args.quiet ?? false);
  const { draws, classes } = await readDraws(args);
  if (draws.length < args.seeds) progress.note('the seed has no say in which images are drawn: one draw');
  signal.throwIfAborted();
  const images = draws[0].train.images;
  const request = {
    draws,
    classes,
    flip: args.flip ?? false,
    columns: args.columns,
    lapWidths: lapWidths(args),
    depths: args.depths,
    regression: { targets: args.targets, ridge: args.ridge },
  };
  const { table, device } = await withDevice(args, progress, async (opened) => ({
    table: await computeTable1(opened, request, {
      out: args.out,
      tune: args.tune,
      cache: measurementCache(),
      memoryBytes: args.memory && args.memory * 2 ** 20,
      reporter: progress,
      signal,
    }),
    device: deviceReport(opened),
  }));
  const { result, groups } = table;

  const setting: Table1Setting = {
    trainCount: images.count,
    testCount: draws[0].test.images.count,
    side: [images.height, images.width],
    pooled: args.pool !== undefined,
    flip: request.flip,
    seeds: draws.map(({ seed }) => seed),
    depths: args.depths,
    readouts: groups.flatMap(({ readouts }) => readouts),
    classNames: CIFAR_CLASSES,
  };
  const parts = table1Parts(setting, result);
  const report: PaperReport = {
    experiment: 'table1',
    title: 'Table 1: exact CNTK and CNN-GP on CIFAR-10',
    source: 'Arora et al., NeurIPS 2019 (arXiv 1904.11955), section 6, table 1',
    command: commandLine(),
    // Of what is computed, this run's part: what was in the stores is not computed again.
    settings: { ...setting, ...settingsOf(args, draws[0]), computed: table.work },
    ...parts,
    notes: [...parts.notes, table.workNote],
    timingsMs: { ...result.elapsedMs, total: performance.now() - started },
    device,
    version: packageVersion(),
    finished: new Date().toISOString(),
  };
  await publish(report, { out: args.out, json: args.json, progress, signal });
}

function settingsOf({ targets, ridge }: Table1Arguments, { subset, train, test }: Draw) {
  return {
    subset: subset ?? 'all training images',
    normalization: 'standardize',
    targets,
    ridge,
    files: { train: sourcesReport(train), test: sourcesReport(test) },
  };
}

function lapWidths({ lap = [] }: Table1Arguments): number[] {
  return [...new Set(lap)];
}

async function readDraws(args: Table1Arguments): Promise<{ draws: Draw[]; classes: number }> {
  if (args.cifar === undefined)
    throw new UsageError(`table1 needs CIFAR-10: --cifar FOLDER with ${CIFAR_SOURCE}`);
  const files = await findCifar(args.cifar);
  const train = await loadImages(files.train, { scale: args.scale, scaleOption: '--scale' });
  const test = await loadImages(files.test, {
    count: args['test-count'],
    scale: args['test-scale'] ?? args.scale,
    scaleOption: '--test-scale',
  });
  const draws = drawImages(train, test, {
    trainCount: args['train-count'],
    subset: args.subset,
    seeds: Array.from({ length: args.seeds }, (_, index) => args.seed + index),
    pool: args.pool,
  });
  return { draws, classes: train.classes! };
}
