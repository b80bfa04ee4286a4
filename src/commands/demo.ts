import { formatPercent } from '../text/numbers.js';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Argv, InferredOptionTypes } from 'yargs';
import { writeAtomically } from '../files/atomic-file.js';
import { loadDigits } from '../data/digits.js';
import { loadImages } from '../data/load.js';
import { writeNpy } from '../data/npy.js';
import { filesRead } from '../data/sources.js';
import { runDemo, type DemoReport, type DemoResult } from '../demo/demo.js';
import { formatDuration } from '../text/duration.js';
import { shellCommand, shellWord } from '../text/shell-words.js';
import {
  DATA,
  deviceOptions,
  layoutOption,
  resizeOption,
  OUTPUT,
  ownScaleOption,
  reportOptions,
  scaleOption,
} from './options/common-options.js';
import { DestinationFolder } from './results/destination-folder.js';
import { DEMO_FILES } from './results/earlier-results.js';
import { deviceReport, withDevice, type DeviceReport } from './process/device.js';
import { UsageError } from './process/errors.js';
import { withInterruption } from './process/interruption.js';
import { defineOptions, integer, optional, text, textList, withDefault } from './options/options.js';
import { Progress } from './process/progress.js';
import { formatRate } from '../progress/details.js';
import { printData } from './process/streams.js';
import { formatJson } from '../files/format-json.js';
import { packageVersion } from '../files/package-version.js';
import type { CommandBody } from './options/lazy-command.js';

const options = {
  train: optional(
    textList(DATA, 'Training images with labels, instead of the digits: CIFAR-10 .bin, IDX, .npy, .npz'),
  ),
  test: optional(textList(DATA, 'Test images with labels [default: what is left of the training images]')),
  resize: resizeOption,
  layout: layoutOption,
  scale: scaleOption,
  'test-scale': ownScaleOption('test images'),
  'train-count': optional(
    integer(DATA, 'Number of training images [default: as many as there is time for]', 1),
  ),
  'test-count': optional(integer(DATA, 'Number of test images', 1)),
  adapter: deviceOptions.adapter,
  verbose: deviceOptions.verbose,
  out: withDefault(text(OUTPUT, 'Folder for kernel.png, kernel.npy, labels and report.json'), 'cntk-demo'),
  ...reportOptions,
};

type DemoArguments = InferredOptionTypes<typeof options>;

export const demoCommand: CommandBody<DemoArguments> = {
  builder: (argv: Argv) =>
    defineOptions(argv, options)
      .example('$0 demo', 'the digits that ship with the package, about 25 seconds')
      .example('$0 demo --train data_batch_1.bin --test test_batch.bin', 'CIFAR-10, about a minute')
      .example(
        '$0 demo --train train-images-idx3-ubyte.gz --test t10k-images-idx3-ubyte.gz',
        'Fashion-MNIST',
      ),
  handler: (args) => withInterruption((signal) => demo(args, signal)),
};

const REPORT = 'report.json';

/** Together with what the choice of counts allows at the most. */
const RESULT_BYTES = 40 * 2 ** 20;

async function demo(args: DemoArguments, signal: AbortSignal): Promise<void> {
  if (args.test && !args.train) {
    throw new UsageError(
      '--test needs --train; the digits that ship with the package bring their own test images',
    );
  }
  if (args['test-scale'] !== undefined && !args.test) throw new UsageError('--test-scale needs --test');
  if (args.scale !== 'auto' && !args.train) throw new UsageError('--scale needs --train');
  using progress = new Progress(args.quiet ?? false);
  const { layout, scale } = args;
  const train = args.train
    ? await loadImages(args.train, { layout, resize: args.resize, scale, scaleOption: '--scale' })
    : await loadDigits();
  const testScale = { scale: args['test-scale'] ?? scale, scaleOption: '--test-scale' };
  const test = args.test && (await loadImages(args.test, { layout, resize: args.resize, ...testScale }));
  await using destination = await DestinationFolder.reserve(args.out, {
    names: DEMO_FILES,
    report: REPORT,
    sizeBytes: RESULT_BYTES,
    inputs: [...(args.train ? filesRead(train) : []), ...(test ? filesRead(test) : [])],
    warn: (message) => progress.warn(message),
  });
  const task = {
    train,
    test,
    trainCount: args['train-count'],
    testCount: args['test-count'],
    seconds: args.train ? 60 : 25,
  };
  const { result, device } = await withDevice(args, progress, async (opened) => ({
    result: await runDemo(opened, task, { reporter: progress, signal }),
    device: deviceReport(opened),
  }));

  const { kernel, kernelName, testKernel, labels, testLabels, heatmap } = result;
  const report = {
    ...result.report,
    warnings: progress.warnings,
    kernel: kernelName,
    heatmapRange: heatmap.range,
    device,
    version: packageVersion(),
  };
  const [n, m] = [labels.length, testLabels.length];
  destination.add('kernel.png', (path) => writeAtomically(path, [heatmap.png]));
  destination.add('kernel.npy', (path) => writeNpy(path, [n, n], kernel));
  destination.add('labels.npy', (path) => writeNpy(path, [n], labels));
  destination.add('test-kernel.npy', (path) => writeNpy(path, [m, n], testKernel));
  destination.add('test-labels.npy', (path) => writeNpy(path, [m], testLabels));
  signal.throwIfAborted();
  const out = await destination.commit(formatJson(report));
  printData(args.json ? formatJson(report) : screen(result, device, { ...args, out }));
}

/** All on one screen of 80 × 24, file names permitting. */
function screen(
  { report, heatmap, kernelName }: DemoResult,
  device: DeviceReport,
  { out, train }: DemoArguments,
): string {
  const { elapsedMs, elementLayers, imageShape, classes } = report;
  const data = train ? train.map((file) => basename(file)).join(', ') : 'handwritten digits (UCI, CC BY 4.0)';
  const kinds = report.depths.length * report.columns.length;
  const [low, high] = heatmap.range.map((value) => value.toFixed(2));
  const cntk = programName();
  const at = (name: string) => shellWord(join(out, name));
  return [
    `Exact infinite-width networks on ${report.train.count} training and ${report.test.count} test images`,
    '',
    `data      ${data}, ${imageShape.join('×')}, ${classes} classes`,
    `adapter   ${device.name} (${device.backend}${device.software ? ', software: no GPU' : ''})`,
    `kernels   ${kinds} kinds for ${report.pairs.toLocaleString('en')} pairs of images: ` +
      `${formatDuration(elapsedMs.kernels)}, ${formatRate(elementLayers, elapsedMs.kernels)}`,
    `solves    ${kinds} kernel regressions: ${formatDuration(elapsedMs.solve)}; ` +
      `in all, with compiling: ${formatDuration(elapsedMs.total)}`,
    '',
    ...accuracyTable(report),
    ...(report.columns.includes('CNTK-GAP') ? [] : [noGap(report)]),
    '',
    `${join(out, 'kernel.png')}: ${kernelName} between the training images, sorted by class.`,
    `Cosine similarity ${low} is dark, ${high} bright; bright blocks on the diagonal are the classes.`,
    `Beside it: ${DEMO_FILES.slice(1).join(', ')}, ${REPORT}`,
    '',
    'Try next:',
    `  ${cntk} solve --kernel ${at('kernel.npy')} --labels ${at('labels.npy')} \\`,
    `    --test-kernel ${at('test-kernel.npy')} --out ${at('solved')}`,
    `  ${cntk} demo --train data_batch_1.bin --test test_batch.bin   (CIFAR-10 as .bin)`,
    `  ${cntk} bench --quick   (speed of every shader)`,
  ].join('\n');
}

function noGap({ imageShape: [, height, width] }: DemoReport): string {
  return `GAP takes ${height * width} times as long, too long here; --train-count 50 asks for it all the same`;
}

function accuracyTable({ depths, columns, accuracy }: DemoReport): string[] {
  const row = (cells: readonly string[]) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(10) : cell.padStart(12))).join('');
  return [
    row(['depth', ...columns]),
    ...depths.map((depth, d) => row([`${depth}`, ...accuracy[d].map((share) => formatPercent(share, 1))])),
  ];
}

/** How this program is called from the present folder. */
function programName(): string {
  const script = process.argv[1];
  if (basename(script) === 'cntk') return 'cntk';
  const path = relative(dirname(resolve('x')), script);
  return shellCommand(['node', path.startsWith('..') ? script : path]);
}
