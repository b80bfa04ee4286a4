import { LAYOUT_RULE, type PixelOrder } from '../../data/axes.js';
import type { Normalization } from '../../images/normalize.js';
import type { PictureSize } from '../../data/pictures/resize.js';
import { SCALE_HELP, type PixelScale } from '../../data/scale.js';
import type { TargetCoding } from '../../regression/targets.js';
import { AUTO_RIDGES } from '../../regression/choose-ridge.js';
import { TOLERANCES } from '../../regression/tolerances.js';
import {
  choice,
  flag,
  integer,
  list,
  optional,
  parsed,
  parseNonNegative,
  text,
  withDefault,
} from './options.js';
import { parseReportFolder } from '../results/report-folder.js';

// Options that several commands share.

export const DATA = 'Data:';
export const KERNEL = 'Kernel:';
export const REGRESSION = 'Regression:';
export const DEVICE = 'Device:';
export const OUTPUT = 'Output:';

export const layoutOption = withDefault(
  choice(DATA, `Axes of four-dimensional arrays (auto: ${LAYOUT_RULE})`, [
    'auto',
    'nchw',
    'nhwc',
  ] as const satisfies readonly (PixelOrder | 'auto')[]),
  'auto',
);

export const scaleOption = withDefault(parsed(DATA, SCALE_HELP, parseScale), 'auto');

/** @param images Whose pixels are not divided as `--scale` says. */
export function ownScaleOption(images: string) {
  return optional(parsed(DATA, `The same for ${images} alone [default: --scale]`, parseScale));
}

function parseScale(value: string): PixelScale {
  if (value === 'auto') return value;
  const number = Number(value);
  if (value.trim() !== '' && number > 0 && number < Infinity) return number;
  throw new Error(`"${value}" is neither auto nor a number above 0`);
}

/** What pictures are brought to. */
export const resizeOption = optional(
  parsed(
    DATA,
    'Height x width, as 32x32, that pictures (PNG, JPEG, in folders or Parquet) are brought to, stretched if need be ' +
      '[default: all have one size]',
    parseSize,
  ),
);

function parseSize(value: string): PictureSize {
  const [, height, width] = /^(\d+)(?:[x×](\d+))?$/i.exec(value)?.map(Number) ?? [];
  const size = { height, width: Number.isNaN(width) ? height : width };
  if (size.height >= 1 && size.width >= 1 && Math.max(size.height, size.width) <= MOST_SIDE) return size;
  throw new Error(`"${value}" is no height x width in pixels, as 32x32, of at most ${MOST_SIDE}`);
}

const MOST_SIDE = 4096;

export function normalizeOption(byDefault: Normalization) {
  const modes = ['none', 'unit', 'standardize'] as const satisfies readonly Normalization[];
  return withDefault(choice(DATA, 'Normalisation of the pixels', modes), byDefault);
}

export const deviceOptions = {
  adapter: optional(text(DEVICE, 'Part of the name of the adapter to use (see cntk devices)')),
  memory: optional(
    integer(DEVICE, 'Device memory for per-image results, and for the factor of the kernel, MiB', 1),
  ),
  verbose: flag(DEVICE, "Show the driver's own messages"),
};

export const reportOptions = {
  json: flag(OUTPUT, 'Print one JSON object on stdout instead of tables'),
  quiet: flag(OUTPUT, 'No progress on stderr'),
};

/** Where every experiment of the paper leaves its report. */
export const paperOut = withDefault(
  parsed(OUTPUT, 'Folder of reports and pictures', parseReportFolder),
  'cntk-paper',
);

export const regressionOptions = {
  targets: withDefault(
    choice(REGRESSION, 'Targets of the regression (centred is 0.9 and -0.1)', [
      'centred',
      'one-hot',
    ] as const satisfies readonly TargetCoding[]),
    'centred',
  ),
  ridge: withDefault(
    parsed(
      REGRESSION,
      'Added to the diagonal of the kernel, relative to its mean; of several (0,1e-4,1e-2), or of those of auto, ' +
        'the one with the smallest leave-one-out error on the training images',
      parseRidges,
    ),
    '0',
  ),
};

function parseRidges(value: string): readonly number[] {
  if (value === 'auto') return AUTO_RIDGES;
  const ridges = list(parseNonNegative)(value);
  const large = ridges.find((ridge) => ridge > TOLERANCES.largestRidge);
  if (large === undefined) return ridges;
  throw new Error(`${large} is more than ${TOLERANCES.largestRidge} times the mean of the diagonal`);
}
