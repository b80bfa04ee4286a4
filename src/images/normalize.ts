import { assertMade, assertOneOf } from '../checks/arguments.js';
import type { ImageStack } from './images.js';
import { assertStack } from './taken-images.js';
import { InputError } from '../checks/input-error.js';

/**
 * - `none`: as they are.
 * - `unit`: every image divided by its Euclidean norm (an all-black image stays black).
 * - `standardize`: every channel less its mean, divided by its standard deviation, both over all pixels of the
 *   training images (the paper's setting, section 5).
 */
export type Normalization = 'none' | 'unit' | 'standardize';

/** Mean and standard deviation (the population's) of every channel over all pixels of the training images, [channels]. */
export interface ChannelStatistics {
  readonly mean: Float64Array;
  readonly standardDeviation: Float64Array;
}

export interface Normalized<Test extends ImageStack | undefined> {
  readonly train: ImageStack;
  readonly test: Test;
  /** What was removed, for `standardize`. */
  readonly statistics: ChannelStatistics | undefined;
  /** Things that the user should know, one sentence each. */
  readonly warnings: readonly string[];
}

/**
 * Normalises training images, and test images by the same statistics; its input stays as it is.
 *
 * Everything is computed in float64 and rounded once. A channel that is constant over the training images loses its
 * mean only, and a warning says so. With `none` the very stacks given come back.
 *
 * @throws InputError if training and test images have different shapes.
 */
export function normalize(mode: Normalization, train: ImageStack): Normalized<undefined>;
export function normalize(mode: Normalization, train: ImageStack, test: ImageStack): Normalized<ImageStack>;
export function normalize(
  mode: Normalization,
  train: ImageStack,
  test?: ImageStack,
): Normalized<ImageStack | undefined>;
export function normalize(
  mode: Normalization,
  train: ImageStack,
  test?: ImageStack,
): Normalized<ImageStack | undefined> {
  assertOneOf('normalisation', mode, ['none', 'unit', 'standardize']);
  assertStack('train', train);
  if (test !== undefined) {
    assertStack('test', test);
    assertSameShape(train, test);
  }
  if (mode === 'none') return { train, test, statistics: undefined, warnings: [] };
  if (mode === 'unit') {
    return { train: toUnitNorm(train), test: test && toUnitNorm(test), statistics: undefined, warnings: [] };
  }
  const statistics = channelStatistics(train);
  const constant = [...statistics.standardDeviation.keys()].filter(
    (c) => statistics.standardDeviation[c] === 0,
  );
  const warnings = constant.map(
    (c) =>
      `channel ${c} is ${statistics.mean[c]} in every pixel of the training images: its mean is subtracted, but nothing divided`,
  );
  return {
    train: standardize(train, statistics),
    test: test && standardize(test, statistics),
    statistics,
    warnings,
  };
}

/**
 * Images normalised as the training images of a model were, by the statistics that were kept of those.
 *
 * @param statistics Needed for `standardize`.
 * @throws InputError if they have other channels than the statistics
 */
export function normalizeBy(
  mode: Normalization,
  images: ImageStack,
  statistics: ChannelStatistics | undefined,
): ImageStack {
  assertOneOf('normalisation', mode, ['none', 'unit', 'standardize']);
  assertStack('images', images);
  if (mode === 'none') return images;
  if (mode === 'unit') return toUnitNorm(images);
  assertMade('statistics', statistics, 'normalize', ['mean', 'standardDeviation']);
  if (statistics?.mean.length !== images.channels) {
    throw new InputError(
      'images',
      `have ${images.channels} channels, but the statistics are of ${statistics?.mean.length ?? 0}`,
    );
  }
  return standardize(images, statistics);
}

/** Mean and population standard deviation of every channel, in two passes of float64. */
export function channelStatistics(images: ImageStack): ChannelStatistics {
  const pixels = images.count * images.height * images.width;
  const mean = new Float64Array(images.channels);
  const standardDeviation = new Float64Array(images.channels);
  for (let c = 0; c < images.channels; c++) {
    // Of a constant channel exactly its value: sums of up to 2²⁹ equal float32 are exact in float64.
    mean[c] = sumsAround(images, c, 0).sum / pixels;
    standardDeviation[c] = Math.sqrt(sumsAround(images, c, mean[c]).squares / pixels);
  }
  return { mean, standardDeviation };
}

/** Sum and sum of squares of (pixel − centre) over one channel of all images. */
function sumsAround(
  { data, count, channels, height, width }: ImageStack,
  channel: number,
  centre: number,
): { sum: number; squares: number } {
  const plane = height * width;
  let [sum, squares] = [0, 0];
  for (let image = 0; image < count; image++) {
    const start = (image * channels + channel) * plane;
    for (let p = start; p < start + plane; p++) {
      const difference = data[p] - centre;
      sum += difference;
      squares += difference * difference;
    }
  }
  return { sum, squares };
}

function standardize(images: ImageStack, { mean, standardDeviation }: ChannelStatistics): ImageStack {
  const plane = images.height * images.width;
  const data = new Float32Array(images.data.length);
  for (let start = 0; start < data.length; start += plane) {
    const c = (start / plane) % images.channels;
    const [centre, scale] = [mean[c], standardDeviation[c] || 1];
    for (let p = start; p < start + plane; p++) data[p] = (images.data[p] - centre) / scale;
  }
  return { ...images, data };
}

function toUnitNorm(images: ImageStack): ImageStack {
  const elements = images.channels * images.height * images.width;
  const data = new Float32Array(images.data.length);
  for (let start = 0; start < data.length; start += elements) {
    let squares = 0;
    for (let e = start; e < start + elements; e++) squares += images.data[e] ** 2;
    const norm = Math.sqrt(squares) || 1;
    for (let e = start; e < start + elements; e++) data[e] = images.data[e] / norm;
  }
  return { ...images, data };
}

function assertSameShape(train: ImageStack, test: ImageStack): void {
  const [expected, found] = [train, test].map((s) => `${s.channels}×${s.height}×${s.width}`);
  if (expected === found) return;
  throw new InputError(
    'test images',
    `are ${found} (channels×height×width), but the training images ${expected}; give images of one shape`,
  );
}
