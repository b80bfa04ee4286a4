import { InputError } from '../../src/checks/input-error.js';
import { loadDigits } from '../../src/data/digits.js';
import { channelStatistics, normalize } from '../../src/images/normalize.js';
import type { ImageStack } from '../../src/images/images.js';

/** Pixels of every kind: another scale and shift in each channel. */
function stack(count: number, channels: number, height: number, width: number, seed = 1): ImageStack {
  const data = Float32Array.from(
    { length: count * channels * height * width },
    (_, i) => Math.sin(i * 12.9898 + seed) * 3 ** (Math.floor(i / (height * width)) % channels) + 5,
  );
  return { data, count, channels, height, width };
}

/** All pixels of one channel, by four written-out loops. */
function channelPixels({ data, count, channels, height, width }: ImageStack, channel: number): number[] {
  const pixels = [];
  for (let n = 0; n < count; n++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        pixels.push(data[((n * channels + channel) * height + y) * width + x]);
      }
    }
  }
  return pixels;
}

function meanOf(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function largestDifference(one: Float32Array, other: Float32Array): number {
  return one.reduce((largest, value, i) => Math.max(largest, Math.abs(value - other[i])), 0);
}

describe('standardize', () => {
  const train = stack(5, 3, 4, 6);
  const test_ = stack(2, 3, 4, 6, 7);

  /** Both stacks by the formula, with the divisor of the variance and the images it is taken over to choose. */
  function expected(images: ImageStack, over: ImageStack, degreesLess = 0): Float32Array {
    const plane = images.height * images.width;
    return images.data.map((value, i) => {
      const pixels = channelPixels(over, Math.floor(i / plane) % images.channels);
      const mean = meanOf(pixels);
      const squares = pixels.reduce((sum, pixel) => sum + (pixel - mean) ** 2, 0);
      return (value - mean) / Math.sqrt(squares / (pixels.length - degreesLess));
    });
  }

  test('removes mean and population deviation of the training images from both', () => {
    const result = normalize('standardize', train, test_);
    expect(largestDifference(result.train.data, expected(train, train))).toBeLessThan(1e-6);
    expect(largestDifference(result.test.data, expected(test_, train))).toBeLessThan(1e-6);
    expect(result.warnings).toEqual([]);
    expect([...result.statistics!.mean]).toEqual([0, 1, 2].map((c) => meanOf(channelPixels(train, c))));
  });

  test('wrong variants are further away than the tolerance', () => {
    const result = normalize('standardize', train, test_);
    // The sample's deviation; statistics of the test images for the test images.
    expect(largestDifference(result.train.data, expected(train, train, 1))).toBeGreaterThan(1e-3);
    expect(largestDifference(result.test.data, expected(test_, test_))).toBeGreaterThan(1e-3);
  });

  test('afterwards each channel has mean 0 and deviation 1', async () => {
    const { images } = await loadDigits();
    for (const original of [images, train]) {
      const { mean, standardDeviation } = channelStatistics(normalize('standardize', original).train);
      for (const value of mean) expect(Math.abs(value)).toBeLessThan(1e-6);
      for (const value of standardDeviation) expect(Math.abs(value - 1)).toBeLessThan(1e-6);
    }
  });

  test('a constant channel loses its mean exactly and is not divided, with a warning', () => {
    const images = stack(7, 2, 3, 3);
    const constant = Math.fround(0.1);
    const data = images.data.map((value, i) => (Math.floor(i / 9) % 2 === 1 ? constant : value));
    const other = stack(1, 2, 3, 3);
    const { train, test, statistics, warnings } = normalize('standardize', { ...images, data }, other);
    expect(channelPixels(train, 1).every((value) => value === 0)).toBe(true);
    expect(channelPixels(test, 1)).toEqual(channelPixels(other, 1).map((v) => Math.fround(v - constant)));
    expect(statistics!.standardDeviation[1]).toBe(0);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(`channel 1 is ${constant} in every pixel`);
    expect(channelPixels(train, 0).some((value) => value !== 0)).toBe(true);
  });

  test('images of different shapes are refused with both shapes', () => {
    expect(() => normalize('standardize', train, stack(1, 3, 6, 4))).toThrow(InputError);
    expect(() => normalize('none', train, stack(1, 3, 6, 4))).toThrow(/3×6×4.*3×4×6/);
  });
});

describe('unit', () => {
  test('every image has norm 1; a black one stays black', () => {
    const images = stack(4, 2, 3, 5);
    images.data.fill(0, 30, 60);
    const { train, test, statistics } = normalize('unit', images, images);
    for (let image = 0; image < 4; image++) {
      const own = images.data.subarray(image * 30, image * 30 + 30);
      const norm = Math.sqrt(own.reduce((sum, value) => sum + value * value, 0));
      const result = train.data.subarray(image * 30, image * 30 + 30);
      if (image === 1) expect(result.every((value) => value === 0)).toBe(true);
      else
        expect(
          largestDifference(
            result,
            own.map((value) => value / norm),
          ),
        ).toBeLessThan(1e-7);
    }
    expect(test.data).toEqual(train.data);
    expect(statistics).toBeUndefined();
  });

  test('images by themselves, not all together', () => {
    const images = stack(2, 1, 2, 2);
    const { train } = normalize('unit', images);
    const alone = normalize('unit', { ...images, data: images.data.slice(4), count: 1 }).train;
    expect(train.data.subarray(4)).toEqual(alone.data);
  });
});

test('none gives back what it got', () => {
  const images = stack(2, 1, 2, 2);
  expect(normalize('none', images)).toEqual({
    train: images,
    test: undefined,
    statistics: undefined,
    warnings: [],
  });
});

test.each(['none', 'unit', 'standardize'] as const)('%s leaves its input as it was', (mode) => {
  const [train, other] = [stack(3, 2, 4, 3), stack(2, 2, 4, 3, 9)];
  const [trainBefore, otherBefore] = [train.data.slice(), other.data.slice()];
  normalize(mode, train, other);
  expect(train.data).toEqual(trainBefore);
  expect(other.data).toEqual(otherBefore);
});
