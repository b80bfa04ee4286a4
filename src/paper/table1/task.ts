import { assertDrawOptions } from './assert-request.js';
import { averagePool } from '../../images/average-pool.js';
import { flipHorizontally } from '../../images/flip.js';
import { InputError } from '../../checks/input-error.js';
import type { LabelledImages } from '../../data/load.js';
import { assertOneScale } from '../../data/one-scale.js';
import { normalize } from '../../images/normalize.js';
import { imagesSha256, type Computation } from '../../store/computation.js';
import { sourcesReport } from '../../data/sources.js';
import type { Block } from '../../store/grid.js';
import { drawSubset, selectImages, type SubsetKind } from '../../images/subset.js';
import type { KernelSpec, Readout } from '../../kernel/kernel-spec.js';
import { kernelName, defaultTrained } from '../../kernel/validate-kernels.js';
import type { StoreImages } from '../../store/store-images.js';

/** A read-out of the paper's table: flatten and dense layer, or global average pooling. */
export type Table1Column = 'V' | 'GAP';

/** Kernels that one pass over the pairs of images gives. */
export interface KernelGroup {
  readonly readouts: readonly Readout[];
  /** The CNTKs of every read-out and depth, then the CNN-GPs. */
  readonly kernels: readonly KernelSpec[];
}

/**
 * V with all layers trained needs the zero displacement alone; GAP and local average pooling share a pass with the
 * hidden layers trained. Each group is a store of its own, so that a column that is done stays done.
 */
export function kernelGroups(
  columns: readonly Table1Column[],
  lapWidths: readonly number[],
  depths: readonly number[],
): KernelGroup[] {
  const pooled: Readout[] = [
    ...(columns.includes('GAP') ? (['gap'] as const) : []),
    ...lapWidths.map((width): Readout => `lap:${width}`),
  ];
  return [columns.includes('V') ? (['vanilla'] as const) : [], pooled]
    .filter((readouts) => readouts.length > 0)
    .map((readouts) => ({ readouts, kernels: kernelsOf(readouts, depths) }));
}

function kernelsOf(readouts: readonly Readout[], depths: readonly number[]): KernelSpec[] {
  const all = readouts.flatMap((readout) => depths.map((depth) => ({ readout, depth })));
  return [
    ...all.map((one): KernelSpec => ({ kernel: 'ntk', trained: defaultTrained(one.readout), ...one })),
    ...all.map((one): KernelSpec => ({ kernel: 'nngp', ...one })),
  ];
}

/** Training and test images of one run of the table. */
export interface Draw {
  readonly seed: number;
  /** How the subset was drawn; undefined: every training image there is. */
  readonly subset: SubsetKind | undefined;
  /** Pooled, not yet normalised. */
  readonly train: LabelledImages & { readonly labels: Int32Array };
  readonly test: LabelledImages & { readonly labels: Int32Array };
}

export interface DrawOptions {
  readonly trainCount: number;
  readonly subset: SubsetKind;
  /** One draw for each. */
  readonly seeds: readonly number[];
  /** Height and width that the images are averaged to, before they are normalised; as they are unless given. */
  readonly pool?: number;
}

/**
 * Training subsets, one for each seed; a single one where the seed has no say.
 *
 * @throws InputError for images without labels, for more images than there are, and for sets of two scales;
 * ArgumentError
 */
export function drawImages(train: LabelledImages, test: LabelledImages, options: DrawOptions): Draw[] {
  assertDrawOptions(train, test, options);
  const { trainCount, subset, pool } = options;
  const labels = labelsOf(train);
  assertOneScale(
    { option: '--scale', files: train.sources.images },
    { option: '--test-scale', files: test.sources.images },
  );
  if (trainCount > labels.length) {
    throw new InputError(
      train.files.join(', '),
      `hold ${labels.length} training images, but ${trainCount} are asked for; ask for fewer (--train-count)`,
    );
  }
  const drawn = trainCount < labels.length ? subset : undefined;
  const seeds = drawn === undefined || drawn === 'first' ? options.seeds.slice(0, 1) : options.seeds;
  const pooled = <T extends LabelledImages>(set: T): T =>
    pool === undefined ? set : { ...set, images: averagePool(set.images, pool) };
  const testSet = pooled({ ...test, labels: labelsOf(test) });
  return seeds.map((seed) => {
    const chosen = pooled(selectImages(train, drawSubset(labels, trainCount, subset, seed)));
    return { seed, subset: drawn, train: { ...chosen, labels: labelsOf(chosen) }, test: testSet };
  });
}

function labelsOf({ labels, files }: LabelledImages): Int32Array {
  if (labels === undefined) throw new InputError(files.join(', '), 'have no labels');
  return labels;
}

/** One computation of kernel matrices: those of a group between the images of a draw. */
export interface KernelJob {
  /** The name of the store's folder: what is computed, in short. */
  readonly name: string;
  readonly group: KernelGroup;
  /** The images of the columns, that is the training images, are mirrored left to right. */
  readonly flipped: boolean;
  readonly images: StoreImages;
  readonly inputs: NonNullable<Computation['inputs']>;
}

/**
 * The computations for a group and a draw: K(x, z), and with `flip` also K(x, flip z), whose matrix of training images
 * is symmetric as well, because mirroring both images changes no kernel.
 */
export function kernelJobs(draw: Draw, group: KernelGroup, flip: boolean): KernelJob[] {
  return sides(flip).map((flipped) => kernelJob(draw, group, flipped));
}

/** Whether the images of the columns are mirrored, for each computation of a group. */
export function sides(flip: boolean): readonly boolean[] {
  return flip ? [false, true] : [false];
}

function kernelJob(draw: Draw, group: KernelGroup, flipped: boolean): KernelJob {
  const { train, test } = draw;
  const normalized = normalize('standardize', train.images, test.images);
  const columns = flipped ? flipHorizontally(normalized.train) : normalized.train;
  const [trainSha, testSha] = [train.images, test.images].map(imagesSha256);
  const columnsSha256 = flipped ? imagesSha256(flipHorizontally(train.images)) : trainSha;
  const [first, second] = jobBlocks(draw, flipped);
  return {
    name: jobName(draw, group, flipped),
    group,
    flipped,
    images: {
      rows: normalized.train,
      blockImages: {
        [first.name]: flipped ? { rows: normalized.train, columns } : { rows: normalized.train },
        test: { rows: normalized.test, columns },
      },
      blocks: [
        { ...first, rowsSha256: trainSha, columnsSha256 },
        { ...second, rowsSha256: testSha, columnsSha256 },
      ],
      normalization: 'standardize by images',
    },
    inputs: { images: sourcesReport(train), test: sourcesReport(test) },
  };
}

/** The matrices of a job: that of the training images, and that of the test images with them. */
export function jobBlocks({ train, test }: Draw, flipped: boolean): readonly [train: Block, test: Block] {
  const [n, m] = [train.images.count, test.images.count];
  // Only the images' own kernel takes the diagonal as that of equal images, and so one triangle alone.
  return [
    { name: flipped ? 'cross' : 'train', rows: n, columns: n },
    { name: 'test', rows: m, columns: n },
  ];
}

/** The name of the folder of a job: all that its matrices depend on, but for the pixels. */
export function jobName({ seed, subset, train, test }: Draw, group: KernelGroup, flipped: boolean): string {
  const { count, height, width } = train.images;
  return [
    'table1',
    ...group.readouts.map((readout) => readout.replace(':', '')),
    `d${[...new Set(group.kernels.map(({ depth }) => depth))].join('-')}`,
    `${count}x${test.images.count}`,
    `${height}x${width}`,
    ...(subset ? [subset === 'first' ? subset : `${subset}${seed}`] : []),
    ...(flipped ? ['flip'] : []),
  ].join('-');
}

/** Names of the .npy files of a kernel in a job's folder. */
export function jobFiles(spec: KernelSpec): { readonly train: string; readonly test: string } {
  const name = kernelName(spec);
  return { train: `${name}.npy`, test: `test-${name}.npy` };
}
