import type { Argv, InferredOptionTypes } from 'yargs';
import Table from 'cli-table3';
import { describeData, type DataDescription } from '../data/describe.js';
import { loadImages, type LabelledImages } from '../data/load.js';
import { filesRead, sourcesReport } from '../data/sources.js';
import { contactSheet } from '../figures/contact-sheet.js';
import { writeAtomically } from '../files/atomic-file.js';
import { formatJson } from '../files/format-json.js';
import { packageVersion } from '../files/package-version.js';
import {
  DATA,
  layoutOption,
  OUTPUT,
  reportOptions,
  resizeOption,
  scaleOption,
} from './options/common-options.js';
import type { CommandBody } from './options/lazy-command.js';
import { defineOptions, integer, optional, text, withDefault } from './options/options.js';
import { PLAIN } from './printing/evaluation-table.js';
import { Progress } from './process/progress.js';
import { printData } from './process/streams.js';
import { DestinationFile } from './results/destination-file.js';

const options = {
  labels: optional(
    text(DATA, 'Labels of all images together, where they are not found in the files or beside them'),
  ),
  resize: resizeOption,
  layout: layoutOption,
  scale: scaleOption,
  first: withDefault(integer(DATA, 'Index of the first image looked at', 0), '0'),
  count: optional(integer(DATA, 'Number of images looked at [default: all]', 1)),
  out: optional(text(OUTPUT, 'Contact sheet of the first images of each class, a PNG file')),
  ...reportOptions,
};

type DataArguments = InferredOptionTypes<typeof options> & { readonly files?: readonly string[] };

export const dataCommand: CommandBody<DataArguments> = {
  builder: (argv: Argv) =>
    defineOptions(argv, options)
      .positional('files', {
        type: 'string',
        array: true,
        describe: 'Files of one set, or a folder of pictures',
      })
      .example('$0 data data_batch_1.bin --out sheet.png', '')
      .example('$0 data pictures/train --resize 32x32 --json', 'a folder of pictures for each class')
      .example('$0 data train.parquet --labels train.parquet:coarse_label', ''),
  handler: look,
};

async function look(args: DataArguments): Promise<void> {
  using progress = new Progress(args.quiet ?? false);
  const { labels, resize, layout, scale, first, count } = args;
  const set = await loadImages(args.files ?? [], {
    ...{ labels, resize, layout, scale, first, count },
    scaleOption: '--scale',
  });
  for (const note of set.notes ?? []) progress.warn(note);
  const description = describeData(set);
  if (args.out !== undefined) {
    await using destination = await DestinationFile.reserve(args.out, {
      sizeBytes: 2 ** 22,
      inputs: filesRead(set),
      warn: (message) => progress.warn(message),
    });
    const written = await destination.commit((path) =>
      writeAtomically(path, [contactSheet(set.images, set.labels)]),
    );
    progress.note(`contact sheet: ${written}`);
  }
  const report = {
    ...description,
    ...sourcesReport(set),
    warnings: progress.warnings,
    version: packageVersion(),
  };
  printData(args.json ? formatJson(report) : format(set, description));
}

/** A table of more classes is no longer read. */
const MOST_CLASSES = 100;

function format({ sources, format: name }: LabelledImages, description: DataDescription): string {
  const { count, imageShape, channels, classes, duplicates } = description;
  const lines = [`${name}: ${count} images of ${imageShape.join('×')} (channels×height×width)`];
  for (const { file, dtype, layout, range, dividedBy, count: used } of sources.images) {
    const division = dividedBy === 1 ? 'read as they are' : `divided by ${dividedBy}`;
    lines.push(
      `  ${file}: ${used} images, ${layout}, ${dtype} of ${range.map(short).join(' … ')}, ${division}`,
    );
  }
  for (const [c, { mean, smallest, largest }] of channels.entries()) {
    lines.push(`  channel ${c}: ${short(smallest)} … ${short(largest)}, mean ${short(mean)}`);
  }
  if (classes === undefined) lines.push('labels: none found (--labels names their file)');
  else {
    lines.push(`labels: ${sources.labels.map(({ file, dtype }) => `${file} (${dtype})`).join(', ')}`);
    lines.push(`${classes.length} classes`);
    const table = new Table({
      head: ['label', 'name', 'images'],
      colAligns: ['right', 'left', 'right'],
      style: PLAIN,
    });
    for (const { label, name: called = '', count: own } of classes.slice(0, MOST_CLASSES))
      table.push([label, called, own]);
    lines.push(table.toString());
    if (classes.length > MOST_CLASSES) lines.push(`… ${classes.length - MOST_CLASSES} more classes: --json`);
  }
  const { images, contradictions, first } = duplicates;
  lines.push(
    images === 0
      ? 'no image occurs twice'
      : `${images} images repeat others pixel for pixel, as ${first!.join(' and ')}; ${contradictions} groups of equal images have different labels; without a ridge their kernel is singular`,
  );
  return `${lines.join('\n')}\n`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
