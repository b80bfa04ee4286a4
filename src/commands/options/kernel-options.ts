import type { InferredOptionTypes } from 'yargs';
import { kernelListOptions, depthListOption } from './kernel-list-options.js';
import {
  DATA,
  DEVICE,
  OUTPUT,
  deviceOptions,
  layoutOption,
  resizeOption,
  normalizeOption,
  ownScaleOption,
  reportOptions,
  scaleOption,
} from './common-options.js';
import { choice, integer, optional, parsed, required, text, textList, withDefault } from './options.js';
import { tuneOption } from './tuning.js';

const STORE = 'Store (where --out is a folder):';

/** What says which kernels are computed; the same for one process and for the shards of many. */
export const computationOptions = {
  images: required(
    textList(DATA, 'Images of the rows: CIFAR-10 .bin, IDX, .npy, .npz; also gzip; one or several files'),
  ),
  against: optional(textList(DATA, 'Images of the columns [default: those of the rows]')),
  test: optional(
    textList(DATA, 'Test images, for the matrix test × images besides that of the images; needs a folder'),
  ),
  resize: resizeOption,
  layout: layoutOption,
  scale: scaleOption,
  'against-scale': ownScaleOption('--against images'),
  'test-scale': ownScaleOption('--test images'),
  normalize: normalizeOption('none'),
  statistics: optional(
    choice(
      DATA,
      'Images that standardize takes its statistics from [default: the training images, that is --against where it is given, else --images]',
      ['images', 'against'] as const,
    ),
  ),
  count: optional(integer(DATA, 'Number of --images used [default: all]', 1)),
  first: withDefault(integer(DATA, 'Index of the first of --images used', 0), '0'),
  'against-count': optional(integer(DATA, 'Number of --against images used [default: all]', 1)),
  'against-first': withDefault(integer(DATA, 'Index of the first of --against images used', 0), '0'),
  'test-count': optional(integer(DATA, 'Number of --test images used [default: all]', 1)),
  depth: optional(depthListOption),
  ...kernelListOptions,
  ...deviceOptions,
  adapter: optional(
    text(
      DEVICE,
      'Part of the name of the adapter to use (see cntk devices); all: a process per adapter, where --out is a folder',
    ),
  ),
  tune: tuneOption,
  tile: optional(
    integer(
      STORE,
      'Images per side of a tile, decided when a store is made [default: by the work per pair]',
      1,
    ),
  ),
  out: required(
    text(OUTPUT, 'A .npy file for one kernel; or a folder, which keeps every finished tile: a run goes on'),
  ),
};

export const kernelOptions = {
  ...computationOptions,
  shard: optional(
    parsed(STORE, 'Compute share i of n only, as 3/8: tiles without the final matrices', parseShard),
  ),
  ...reportOptions,
};

export type ComputationArguments = InferredOptionTypes<typeof computationOptions>;
export type KernelArguments = InferredOptionTypes<typeof kernelOptions>;

function parseShard(value: string) {
  const [index, count] = (/^(\d+)\/(\d+)$/.exec(value) ?? []).slice(1).map(Number);
  if (index >= 1 && index <= count) return { index, count };
  throw new Error(`"${value}" is not i/n with 1 ≤ i ≤ n`);
}
