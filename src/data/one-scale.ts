import { InputError } from '../checks/input-error.js';
import type { PixelFacts } from './scale.js';

/** Files of which one option says what their pixels are divided by. */
export interface ScaledFiles {
  /** How messages call that option, such as `--scale`. */
  readonly option: string;
  readonly files: readonly (PixelFacts & { readonly file: string })[];
}

/**
 * Checks that the pixels of files that are computed with each other are on one scale.
 *
 * What pixels are divided by depends on the type in the file and on the option alone, never on their values: every
 * subset of the images, and each process of many, reads the same numbers. The values only show whether the files fit
 * together. If they do not, as uint8 beside floats of 0 … 255, kernels are wrong by factors of 255, and nothing later
 * would notice. That is an error in every normalisation, also in `unit`, where the scale of an image has no effect:
 * a file is not what it was taken for. Files whose scale was given are not judged.
 *
 * @throws InputError naming type and range of each file, and the options that settle it.
 */
export function assertOneScale(...sets: readonly ScaledFiles[]): void {
  const judged = sets
    .flatMap(({ files }) => files)
    .filter(({ scale }) => scale === 'auto')
    .map((facts) => ({ facts, pixels: pixelsOf(facts) }));
  for (const [at, { facts, pixels }] of judged.entries()) {
    const other = judged.slice(0, at).find((before) => !areOnOneScale(before.pixels, pixels));
    if (other === undefined) continue;
    throw new InputError(
      facts.file,
      [
        `its pixels are on another scale than those of ${other.facts.file}`,
        ...describe(sets),
        remedy(sets),
      ].join('\n'),
    );
  }
}

/** Pixels as they are computed with. */
interface Pixels {
  /** Unsigned bytes: black is 0 and white is 1, whatever the images show. */
  readonly areBytes: boolean;
  readonly smallest: number;
  readonly largest: number;
  /** The largest absolute value. */
  readonly size: number;
  readonly meanSize: number;
  /** 0 and 1 in the file, and nothing else. */
  readonly areBits: boolean;
  readonly areMany: boolean;
}

/** So many images are not all dark, nor are they all free of the negative pixels that others have. */
const MANY_IMAGES = 8;

function pixelsOf({ dtype, dividedBy, range, meanSize, integers, count }: PixelFacts): Pixels {
  const [smallest, largest] = range.map((value) => value / dividedBy);
  return {
    areBytes: dtype === 'uint8',
    smallest,
    largest,
    size: Math.max(-smallest, largest),
    meanSize: meanSize / dividedBy,
    areBits: integers && range[0] >= 0 && range[1] <= 1,
    areMany: count >= MANY_IMAGES,
  };
}

/** Resampling goes beyond white, and below black, by less than these shares of white. */
const [OVERSHOOT, UNDERSHOOT] = [1 / 4, 1 / 8];
/** An image whose brightest pixel is below this share of white is too dark to tell its scale. */
const DARK = 1 / 16;
/** The means of pixels differ by more where the brightest ones point at different whites. */
const OTHER_WHITE_RATIO = 10;
/** The means of many images differ by less, whatever they show. */
const OTHER_SCALE_RATIO = 50;
/** White on the scales that images come in. */
const WHITES = [1, 255, 65535] as const;

function areOnOneScale(one: Pixels, other: Pixels): boolean {
  // Black images fit everything.
  if (one.size === 0 || other.size === 0) return true;
  if (one.areBytes && other.areBytes) return !areBitsBeside(one, other) && !areBitsBeside(other, one);
  if (one.areBytes !== other.areBytes) {
    const { smallest, largest } = one.areBytes ? other : one;
    if (!(smallest >= -UNDERSHOOT && largest <= 1 + OVERSHOOT)) return false;
  } else if (isSigned(one) !== isSigned(other) && beginsAtBlack(isSigned(one) ? other : one)) return false;
  const [darker, brighter] = one.meanSize < other.meanSize ? [one, other] : [other, one];
  const ratio = brighter.meanSize / darker.meanSize;
  if (haveOtherWhites(darker, brighter) && ratio > OTHER_WHITE_RATIO) return false;
  return !(darker.areMany && ratio > OTHER_SCALE_RATIO);
}

/** Bytes of which 1 is white, beside bytes of which 255 is. */
function areBitsBeside(bits: Pixels, other: Pixels): boolean {
  return bits.areBits && bits.areMany && other.largest > DARK;
}

function isSigned({ smallest, size }: Pixels): boolean {
  return -smallest > UNDERSHOOT * size;
}

/** Whether pixels are not signed, so that it is no accident that none is negative. */
function beginsAtBlack(pixels: Pixels): boolean {
  return pixels.areMany || whiteOf(pixels) !== undefined;
}

/** The white that the largest pixel points at, if it points at one; a few images of 0 and 1 may be dark ones. */
function whiteOf({ size, areBits, areMany }: Pixels): number | undefined {
  if (areBits && !areMany) return undefined;
  return WHITES.find((white) => size > DARK * white && size <= (1 + OVERSHOOT) * white);
}

function haveOtherWhites(one: Pixels, other: Pixels): boolean {
  if (isSigned(one) || isSigned(other)) return false;
  const [white, otherWhite] = [whiteOf(one), whiteOf(other)];
  return white !== undefined && otherWhite !== undefined && white !== otherWhite;
}

const MOST_LINES = 20;

/** What each file holds, and how it was read. */
function describe(sets: readonly ScaledFiles[]): string[] {
  const lines = sets
    .flatMap(({ files }) => files)
    .map(({ file, dtype, range, meanSize, dividedBy, scale }) => {
      const [smallest, largest, mean] = [...range, meanSize].map((value) => Number(value.toPrecision(4)));
      const division = dividedBy === 1 ? 'read as they are' : `divided by ${dividedBy}`;
      return `  ${file}: ${dtype}, ${smallest} … ${largest}, mean size ${mean}, ${division}${scale === 'auto' ? '' : ', as asked for'}`;
    });
  const left = lines.length - MOST_LINES;
  return left > 0 ? [...lines.slice(0, MOST_LINES), `  … and ${left} more files`] : lines;
}

/** The options that bring the files to one scale where there are some, else how to convert them. */
function remedy(sets: readonly ScaledFiles[]): string {
  const [{ option }] = sets;
  const asTheyAre = `${option} 1 takes all pixels as they are`;
  const known = sets.flatMap(({ files }) => files.flatMap((file) => fileWhite(file) ?? []));
  const divisors = sets.map(({ files }) => commonDivisor(files, known));
  if (divisors.includes(undefined)) {
    return `save them on one scale first, as np.save('x.npy', x / 255) in NumPy; ${asTheyAre}`;
  }
  const [divisor] = divisors;
  if (divisors.some((other) => other !== divisor)) {
    const options = sets.map((set, at) => `${set.option} ${divisors[at]}`).join(' ');
    return `${options} brings them to one scale; ${asTheyAre}`;
  }
  return divisor === 1
    ? asTheyAre
    : `${option} ${divisor} divides those of all files by ${divisor}; ${asTheyAre}`;
}

/**
 * By which the pixels of all files of a set come to 0 … 1; undefined if there is no such number.
 *
 * @param known The whites of all files that show theirs: a dark file may be on the scale of another.
 */
function commonDivisor(files: ScaledFiles['files'], known: readonly number[]): number | undefined {
  const whites = files.map((file) => {
    const largest = Math.max(...file.range.map(Math.abs));
    const fitting = known.filter((white) => largest <= (1 + OVERSHOOT) * white);
    return fileWhite(file) ?? (isSigned(pixelsOf(file)) ? undefined : fitting.sort((a, b) => a - b).at(0));
  });
  return whites.every((white) => white === whites[0]) ? whites[0] : undefined;
}

/** White in the file, if its pixels show it. */
function fileWhite(file: PixelFacts): number | undefined {
  if (file.scale !== 'auto') return file.dividedBy;
  const pixels = pixelsOf(file);
  if (pixels.areBytes) return pixels.areBits && pixels.areMany ? 1 : file.dividedBy;
  return isSigned(pixels) ? undefined : whiteOf(pixels);
}
