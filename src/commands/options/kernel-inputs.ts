import { loadImages, type LabelledImages } from '../../data/load.js';
import { assertOneScale } from '../../data/one-scale.js';
import { sourcesReport } from '../../data/sources.js';
import { storeImages, type StoreImages } from '../../store/store-images.js';
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
  const { rows, columns, statistics, statisticsOf, warnings, ...own } = storeImages(
    { images: images.images, against: against?.images, test: test?.images },
    { normalization: args.normalize, statisticsOf: args.statistics },
  );
  return {
    rows,
    columns,
    warnings,
    /** The images as a store wants them. */
    stored: { rows, ...own } satisfies StoreImages,
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
    resize: args.resize,
    layout: args.layout,
    scale: args[scaleOption] ?? args.scale,
    scaleOption: `--${scaleOption}`,
    first,
    count,
  });
}
