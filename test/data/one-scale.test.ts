import { InputError } from '../../src/checks/input-error.js';
import { assertOneScale } from '../../src/data/one-scale.js';
import { PixelRange, scaleOf, type PixelFacts } from '../../src/data/scale.js';

// Plan: pairs of files that do not fit together are refused whichever comes first, and with each other's type; pairs
// that do fit pass, also where one has few images, dark ones or black ones; what the message advises settles it.

/** Pixels of natural brightness in 0 … 1; every set reaches black and white. */
function shades(images: number, seed: number): number[] {
  const pixels = Array.from({ length: images * 48 }, (_, i) => (Math.sin(i * 12.9898 + seed) + 1) / 2);
  return [0, 1, ...pixels.slice(2)];
}

interface File {
  readonly dtype: string;
  readonly count: number;
  readonly pixels: readonly number[];
}

const of =
  (dtype: string, change: (shade: number) => number) =>
  (count = 20, seed = 1): File => ({ dtype, count, pixels: shades(count, seed).map(change) });

const bytes = of('uint8', (shade) => Math.round(255 * shade));
const darkBytes = of('uint8', (shade) => Math.round(3 * shade));
const blackBytes = of('uint8', () => 0);
const bitBytes = of('uint8', Math.round);
const bits = of('int64', Math.round);
const bool = of('bool', Math.round);
const unit = of('float32', (shade) => shade);
const unit64 = of('float64', (shade) => shade);
const resampled = of('float32', (shade) => 1.15 * shade - 0.05);
const halves = of('float32', (shade) => shade - 0.5);
const standard = of('float32', (shade) => (shade - 0.4) / 0.3);
const mnist = of('float32', (shade) => (shade ** 6 - 0.13) / 0.31);
const centred = of('float32', (shade) => 255 * shade - 120);
const wide = of('float32', (shade) => 255 * shade);
const wide64 = of('float64', (shade) => Math.round(255 * shade));
const int64 = of('int64', (shade) => Math.round(255 * shade));
const int8 = of('int8', (shade) => Math.round(255 * shade) - 128);
const uint16 = of('uint16', (shade) => Math.round(65535 * shade));
const smallUint16 = of('uint16', (shade) => Math.round(255 * shade));
const deepUint16 = of('uint16', (shade) => Math.round(4095 * shade));
const twice = of('float32', (shade) => shade / 255);
const percent = of('float32', (shade) => 100 * shade);
const black = of('float32', () => 0);
const dim = (share: number, like: (count?: number) => File): File => {
  const file = like(1);
  return { ...file, pixels: file.pixels.map((pixel) => pixel * share) };
};

function facts({ dtype, count, pixels }: File, file: string, scale: PixelFacts['scale'] = 'auto') {
  const range = new PixelRange();
  for (const pixel of pixels) range.add(pixel);
  return { file, count, ...scaleOf({ name: dtype }, scale, file), ...range.facts };
}

/** What is said of training images and test images; undefined if they fit together. */
function complaint(
  train: File,
  test: File,
  scale?: PixelFacts['scale'],
  testScale = scale,
): string | undefined {
  try {
    assertOneScale(
      { option: '--scale', files: [facts(train, 'a.npy', scale)] },
      { option: '--test-scale', files: [facts(test, 'b.npy', testScale)] },
    );
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  }
}

describe('files that do not fit together', () => {
  test.each<[string, File, File]>([
    ['uint8 and float32 of 0 … 255', bytes(), wide()],
    ['uint8 and float64 of 0 … 255', bytes(), wide64()],
    ['uint8 and int64 of 0 … 255', bytes(), int64()],
    ['uint8 and one image of int64', bytes(), int64(1)],
    ['uint8 and uint16 of 0 … 255', bytes(), smallUint16()],
    ['uint8 and uint16 of 0 … 65535', bytes(), uint16()],
    ['uint8 and uint16 of 0 … 4095', bytes(), deepUint16()],
    ['uint8 and int8', bytes(), int8()],
    ['uint8 and standardised floats', bytes(), standard()],
    ['uint8 and standardised floats of a dark set', bytes(), mnist()],
    ['uint8 and floats of −0.5 … 0.5', bytes(), halves()],
    ['uint8 and one dark image of 0 … 255', bytes(), dim(0.05, wide)],
    ['dark uint8 and floats of 0 … 255', darkBytes(), wide()],
    ['uint8 of which 1 is white and uint8', bitBytes(), bytes()],
    ['floats of 0 … 1 and of 0 … 255', unit(), wide()],
    ['one float image of 0 … 1 and floats of 0 … 255', unit(1), wide()],
    ['floats of 0 … 1 and one image of 0 … 255', unit(), wide(1)],
    ['floats of 0 … 1 and int64 of 0 … 255', unit(), int64()],
    ['bool and int64 of 0 … 255', bool(), int64()],
    ['int64 of 0 and 1 and int64 of 0 … 255', bits(), int64()],
    ['floats of 0 … 1 and uint16', unit(), uint16()],
    ['uint16 of 0 … 255 and of 0 … 65535', smallUint16(), uint16()],
    ['floats of 0 … 1 and of 0 … 1/255', unit(), twice()],
    ['floats of 0 … 1 and of 0 … 100', unit(), percent()],
    ['standardised floats and floats of 0 … 1', standard(), unit()],
    ['standardised floats and one image of 0 … 1', standard(), unit(1)],
    ['standardised floats and int64 of 0 … 255', standard(), int64()],
    [
      'standardised floats and one image of 40 … 240',
      standard(),
      of('int64', (s) => Math.round(40 + 200 * s))(1),
    ],
    ['floats of −120 … 135 and of 0 … 255', centred(), wide()],
    ['floats of −120 … 135 and standardised ones', centred(), standard()],
  ])('%s', (_, one, other) => {
    const message = complaint(one, other);
    expect(message).toMatch(/^b\.npy: its pixels are on another scale than those of a\.npy\n/);
    expect(message).toContain(`a.npy: ${one.dtype}, ${Number(Math.min(...one.pixels).toPrecision(4))} … `);
    expect(message).toContain(
      `b.npy: ${other.dtype}, ${Number(Math.min(...other.pixels).toPrecision(4))} … `,
    );
    expect(complaint(other, one)).toMatch(/^b\.npy: .* than those of a\.npy\n/);
    // Whatever the pixels are: what they mean has been said.
    for (const scale of [1, 255]) expect(complaint(one, other, scale)).toBeUndefined();
    expect(complaint(one, other, 'auto', 3)).toBeUndefined();
    // The advice can be followed.
    for (const advice of message!.split('\n').at(-1)!.split('; ')) {
      const [first, second] = ['--scale', '--test-scale'].map(
        (option) => new RegExp(`(?<!\\S)${option} (\\d+)`).exec(advice)?.[1],
      );
      if (first === undefined) continue;
      expect(complaint(one, other, +first, +(second ?? first))).toBeUndefined();
    }
  });
});

describe('files that fit together', () => {
  const everything = {
    bytes,
    unit,
    wide,
    int64,
    uint16,
    standard,
    mnist,
    centred,
    twice,
    percent,
    bool,
    int8,
  };
  test.each(Object.entries(everything))('%s of other images, many or one', (_, like) => {
    for (const count of [1, 7, 8, 100]) expect(complaint(like(20), like(count, 5))).toBeUndefined();
    expect(complaint(like(1), like(1, 5))).toBeUndefined();
  });

  test.each<[string, File, File]>([
    ['uint8 and floats of 0 … 1', bytes(), unit()],
    ['uint8 and float64 of 0 … 1', bytes(), unit64()],
    ['uint8 and floats that resampling took beyond 0 … 1', bytes(), resampled()],
    ['floats of 0 … 1 and resampled ones', unit(), resampled()],
    ['uint8 and bool', bytes(), bool()],
    ['uint8 and int64 of 0 and 1', bytes(), bits()],
    ['uint8 and dark uint8', bytes(), darkBytes()],
    ['uint8 and black uint8', bytes(), blackBytes()],
    ['uint8 and black floats', bytes(), black()],
    ['uint8 and a dark image of 0 … 1', bytes(), dim(0.02, unit)],
    ['floats of 0 … 1 and a dark image', unit(), dim(0.01, unit)],
    ['floats of 0 … 255 and a dark image', wide(), dim(0.01, wide)],
    ['floats of 0 … 255 and a black image', wide(), black(1)],
    ['int64 of 0 … 255 and an image of 0 and 1', int64(), bits(1)],
    ['uint16 and a dark image', uint16(), dim(0.05, uint16)],
    [
      'standardised floats and one all of whose pixels are bright',
      standard(),
      of('float32', (s) => 1.4 + s / 2)(1),
    ],
    ['standardised floats and black', standard(), black(1)],
    ['int64 and float64 of 0 … 255', int64(), wide64()],
    ['uint16 and floats of 0 … 255', smallUint16(), wide()],
  ])('%s', (_, one, other) => {
    expect(complaint(one, other)).toBeUndefined();
    expect(complaint(other, one)).toBeUndefined();
  });
});

test.each<[File, File, string]>([
  [bytes(), wide(), '--scale 255 divides those of all files by 255; --scale 1 takes all pixels as they are'],
  [bytes(), dim(0.05, wide), '--scale 255 divides those of all files by 255; --scale 1 '],
  [unit(), wide(), '--scale 1 --test-scale 255 brings them to one scale; --scale 1 '],
  [uint16(), bytes(), '--scale 65535 --test-scale 255 brings them to one scale; --scale 1 '],
  [bitBytes(), bytes(), '--scale 1 --test-scale 255 brings them to one scale; --scale 1 '],
  [bytes(), standard(), "save them on one scale first, as np.save('x.npy', x / 255) in NumPy; --scale 1 "],
])('the options that settle it', (train, test, advice) => {
  expect(complaint(train, test)!.split('\n').at(-1)).toContain(advice);
});

test('of many files each is named, up to twenty', () => {
  const files = Array.from({ length: 30 }, (_, at) => facts(at < 29 ? bytes() : wide(), `${at}.npy`));
  expect(() => assertOneScale({ option: '--scale', files })).toThrow(
    /^29\.npy: its pixels are on another scale than those of 0\.npy\n(?: {2}\d+\.npy: uint8, .*\n){20} {2}… and 10 more files\n--scale 255/,
  );
  assertOneScale({ option: '--scale', files: files.slice(0, 29) });
});
