import { loadImages, type LabelledImages } from '../../data/load.js';
import { normalize, type Normalized } from '../../images/normalize.js';
import { assertOneScale } from '../../data/one-scale.js';
import { sourcesReport } from '../../data/sources.js';
import { imagesSha256, type Computation } from '../../store/computation.js';
import type { BlockImages } from '../../store/stored-gram.js';
import { checkImages } from '../../images/image-checks.js';
import type { ImageStack } from '../../images/images.js';
import { UsageError } from '../process/errors.js';
import type { ComputationArguments } from './kernel-options.js';

/** Normalised images of all matrices, and what manifests say of them. */
export async function readInputs(args: ComputationArguments) {
  const isAgainstMeant =
    args['against-count'] !== undefined ||
    args['against-first'] !== 0 ||
    args['against-scale'] !== undefined ||
    args.statistics === 'against';
  if (args.against === undefined && isAgainstMeant) {
    throw new UsageError(
      '--against-count, --against-first, --against-scale and --statistics against need --against',
    );
  }
  if (args.against !== undefined && args.test !== undefined) {
    throw new UsageError('--test makes a second matrix beside that of --images; leave out --against');
  }
  const ofTest = (['test-count', 'test-scale'] as const).find((name) => args[name] !== undefined);
  if (args.test === undefined && ofTest !== undefined) throw new UsageError(`--${ofTest} needs --test`);
  const images = await load(args, args.images, 'scale', args.first, args.count);
  const against =
    args.against &&
    (await load(args, args.against, 'against-scale', args['against-first'], args['against-count']));
  const test = args.test && (await load(args, args.test, 'test-scale', 0, args['test-count']));
  const second = against ?? test;
  assertOneScale(
    { option: '--scale', files: images.sources.images },
    ...(second
      ? [{ option: against ? '--against-scale' : '--test-scale', files: second.sources.images }]
      : []),
  );
  // The training images, as in cntk run: columns beside test images in the rows, rows where --test gives others.
  const statisticsOf = args.statistics ?? (against ? 'against' : 'images');
  const { rows, columns, statistics, warnings } =
    statisticsOf === 'against' && against
      ? swapped(normalize(args.normalize, against.images, images.images))
      : sidesOf(normalize(args.normalize, images.images, second?.images));
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
    normalization: statistics ? `${args.normalize} by ${statisticsOf}` : args.normalize,
    report: {
      images: sourceOf(images, args.first),
      against: against && sourceOf(against, args['against-first']),
      test: test && sourceOf(test, 0),
      imageShape: [rows.channels, rows.height, rows.width],
      normalization: args.normalize,
      statisticsOf: statistics && statisticsOf,
      statistics: statistics && {
        mean: [...statistics.mean],
        standardDeviation: [...statistics.standardDeviation],
      },
    },
  };
}

export type KernelInputs = Awaited<ReturnType<typeof readInputs>>;

function sourceOf(set: LabelledImages, first: number) {
  const { files, format, count, sources } = sourcesReport(set);
  return { files, format, first, count, sources };
}

function load(
  args: ComputationArguments,
  paths: readonly string[],
  scaleOption: 'scale' | 'against-scale' | 'test-scale',
  first: number,
  count?: number,
): Promise<LabelledImages> {
  return loadImages(paths, {
    labels: false,
    layout: args.layout,
    scale: args[scaleOption] ?? args.scale,
    scaleOption: `--${scaleOption}`,
    first,
    count,
  });
}

/** Training images in the rows. */
function sidesOf<T extends ImageStack | undefined>({ train, test, ...rest }: Normalized<T>) {
  return { rows: train, columns: test, ...rest };
}

/** Training images in the columns. */
function swapped({ train, test, ...rest }: Normalized<ImageStack>) {
  return { rows: test, columns: train, ...rest };
}
