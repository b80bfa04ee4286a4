import { loadImages, type LabelledImages } from '../../data/load.js';
import { normalize } from '../../data/normalize.js';
import { imagesSha256, type Computation } from '../../data/store/computation.js';
import type { BlockImages } from '../../experiment/stored-gram.js';
import { checkImages } from '../../kernel/image-checks.js';
import type { ImageStack } from '../../kernel/images.js';
import { UsageError } from './errors.js';
import type { ComputationArguments } from './kernel-options.js';

/** Normalised images of all matrices, and what manifests say of them. */
export async function readInputs(args: ComputationArguments) {
  const isAgainstMeant =
    args['against-count'] !== undefined || args['against-first'] !== 0 || args.statistics === 'against';
  if (args.against === undefined && isAgainstMeant) {
    throw new UsageError('--against-count, --against-first and --statistics against need --against');
  }
  if (args.against !== undefined && args.test !== undefined) {
    throw new UsageError('--test makes a second matrix beside that of --images; leave out --against');
  }
  if (args.test === undefined && args['test-count'] !== undefined) {
    throw new UsageError('--test-count needs --test');
  }
  const images = await load(args, args.images, args.first, args.count);
  const against =
    args.against && (await load(args, args.against, args['against-first'], args['against-count']));
  const test = args.test && (await load(args, args.test, 0, args['test-count']));
  const second = against ?? test;
  const { rows, columns, statistics, warnings } = normalizeBoth(args, images.images, second?.images);
  checkImages(rows, columns ?? rows);

  const shas = [images.images, ...(second ? [second.images] : [])].map(imagesSha256);
  const block = (name: Computation['blocks'][number]['name'], r: number, c: number) => {
    const counts = [rows.count, columns?.count ?? 0];
    return { name, rows: counts[r], columns: counts[c], rowsSha256: shas[r], columnsSha256: shas[c] };
  };
  const blocks = against
    ? [block('cross', 0, 1)]
    : [block('train', 0, 0), ...(test ? [block('test', 1, 0)] : [])];
  const blockImages: BlockImages = against
    ? { cross: { rows, columns } }
    : { train: { rows }, ...(columns ? { test: { rows: columns, columns: rows } } : {}) };
  return {
    rows,
    columns: against && columns,
    warnings,
    blocks,
    blockImages,
    /** As the manifest of a store names it. */
    normalization: statistics ? `${args.normalize} by ${args.statistics}` : args.normalize,
    report: {
      images: sourceOf(images, args.first),
      against: against && sourceOf(against, args['against-first']),
      test: test && sourceOf(test, 0),
      imageShape: [rows.channels, rows.height, rows.width],
      normalization: args.normalize,
      statisticsOf: statistics && args.statistics,
      statistics: statistics && {
        mean: [...statistics.mean],
        standardDeviation: [...statistics.standardDeviation],
      },
    },
  };
}

export type KernelInputs = Awaited<ReturnType<typeof readInputs>>;

function sourceOf({ files, format, images: { count } }: LabelledImages, first: number) {
  return { files, format, first, count };
}

function load(
  args: ComputationArguments,
  paths: readonly string[],
  first: number,
  count?: number,
): Promise<LabelledImages> {
  return loadImages(paths, { labels: false, layout: args.layout, first, count });
}

/** Both stacks by the statistics of one of them. */
function normalizeBoth(
  { normalize: mode, statistics }: ComputationArguments,
  images: ImageStack,
  against: ImageStack | undefined,
) {
  if (statistics === 'against' && against !== undefined) {
    const { train, test, ...rest } = normalize(mode, against, images);
    return { rows: test, columns: train, ...rest };
  }
  const { train, test, ...rest } = normalize(mode, images, against);
  return { rows: train, columns: test, ...rest };
}
