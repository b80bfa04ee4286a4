import { InputError } from '../checks/input-error.js';
import type { Host } from './host.js';
import type { LoadOptions, Part } from './image-files.js';
import { sortedNames } from './named-labels.js';
import { countClasses, openLabels } from './open-labels.js';
import type { OpenImages } from './open-images.js';
import { readLabels, readValues, type PackedLabels } from './packed.js';
import { countIn, type Range } from './ranges.js';
import type { LabelSource } from './sources.js';

/** Labels of the images that are used: classes, or values of a regression. */
export interface DecodedLabels {
  readonly labels?: Int32Array;
  readonly classes?: number;
  readonly names?: readonly string[];
  readonly areNames?: boolean;
  readonly values?: Float64Array;
  readonly outputs?: number;
  readonly sources: readonly LabelSource[];
}

/** Some of the labels of one file. */
interface Stretch {
  readonly labels: PackedLabels;
  readonly ranges: readonly Range[];
}

/**
 * The labels of the chosen images: of their own files, or out of one file for all of them.
 *
 * @returns undefined if there are none, or none are wanted
 * @throws InputError if only some files have labels, or not one for each image
 */
export async function decodeLabels(
  host: Host,
  opened: readonly OpenImages[],
  parts: readonly Part[],
  { labels: option, labelsAs = 'classes' }: LoadOptions,
): Promise<DecodedLabels | undefined> {
  if (option === false) return undefined;
  const decode = labelsAs === 'values' ? decodeValues : decodeClasses;
  if (option !== undefined) {
    const labels = await openLabels(host, option);
    try {
      const { values, ...decoded } = await decode([sharedStretch(opened, parts, labels)]);
      return { ...decoded, ...(values && { values }), sources: [labelSource(labels, false)] };
    } finally {
      await labels.bytes.close();
    }
  }
  const without = opened.find((file) => file.labels === undefined);
  if (without !== undefined) {
    const labelled = opened.find((file) => file.labels !== undefined);
    if (labelled === undefined) return undefined;
    const [path, other] = [without.images.bytes.file, labelled.images.bytes.file];
    throw new InputError(
      path,
      `no labels were found for it, but ${other} has some; give all labels in one file`,
    );
  }
  const stretches = opened.map((file) => {
    const labels = file.labels!;
    assertSameCount(labels, file.images.count, file.images.bytes.file);
    return { labels, ranges: parts.find((part) => part.file === file)?.ranges ?? [] };
  });
  return { ...(await decode(stretches)), sources: opened.map(({ labels }) => labelSource(labels!, true)) };
}

/** One file holds the labels of the images of all files, in their order. */
function sharedStretch(opened: readonly OpenImages[], parts: readonly Part[], labels: PackedLabels): Stretch {
  const images = opened.map((file) => file.images);
  const available = images.reduce((sum, { count }) => sum + count, 0);
  assertSameCount(labels, available, images.map(({ bytes }) => bytes.file).join(', '));
  let start = 0;
  const ranges = opened.flatMap((file, at) => {
    const before = start;
    start += images[at].count;
    const own = parts.find((part) => part.file === file)?.ranges ?? [];
    return own.map(({ first, count }) => ({ first: before + first, count }));
  });
  return { labels, ranges };
}

async function decodeClasses(stretches: readonly Stretch[]): Promise<Omit<DecodedLabels, 'sources'>> {
  const named = stretches.find(({ labels }) => labels.areNames);
  const numbered = stretches.find(({ labels }) => !labels.areNames);
  if (named !== undefined && numbered !== undefined) {
    throw numbered.labels.bytes.error(
      `its labels are numbers, but those of ${named.labels.bytes.file} are names (${named.labels.names![0]}, …); give all labels in one file`,
    );
  }
  const names =
    named === undefined
      ? commonNames(stretches)
      : sortedNames(stretches.flatMap(({ labels }) => labels.names ?? []));
  let classes = 0;
  const chosen: Int32Array[] = [];
  for (const { labels, ranges } of stretches) {
    // Where the format fixes the classes, labels of images that are not used need no reading.
    const isFixed = labels.classes !== undefined;
    const values = await readLabels(labels, isFixed ? ranges : undefined);
    classes = Math.max(
      classes,
      named !== undefined ? names!.length : (labels.classes ?? countClasses(values)),
    );
    const own = isFixed ? values : pickRanges(values, ranges);
    chosen.push(named === undefined ? own : own.map((label) => names!.indexOf(labels.names![label])));
  }
  const labels = Int32Array.from(chosen.flatMap((part) => Array.from(part)));
  return {
    labels,
    classes,
    ...(names !== undefined && { names }),
    ...(named !== undefined && { areNames: true }),
  };
}

function pickRanges(values: Int32Array, ranges: readonly Range[]): Int32Array {
  const picked = new Int32Array(countIn(ranges));
  let done = 0;
  for (const { first, count } of ranges) {
    picked.set(values.subarray(first, first + count), done);
    done += count;
  }
  return picked;
}

/** The names that all files give to their numbers, if they give any and agree. */
function commonNames(stretches: readonly Stretch[]): readonly string[] | undefined {
  const [first, ...others] = stretches.map(({ labels }) => labels.names);
  return others.every((names) => names?.join('\0') === first?.join('\0')) ? first : undefined;
}

async function decodeValues(stretches: readonly Stretch[]): Promise<Omit<DecodedLabels, 'sources'>> {
  const [{ labels: first }] = stretches;
  const outputs = first.elements;
  const values: number[] = [];
  for (const { labels, ranges } of stretches) {
    if (labels.elements !== outputs) {
      throw labels.bytes.error(
        `has ${labels.elements} targets of each image, but ${first.bytes.file} has ${outputs}; all are to have as many`,
      );
    }
    for (const value of await readValues(labels, ranges)) values.push(value);
  }
  return { values: Float64Array.from(values), outputs };
}

function labelSource({ bytes, dtype, count }: PackedLabels, found: boolean): LabelSource {
  return { file: bytes.file, dtype: dtype.name, count, found };
}

function assertSameCount(labels: PackedLabels, images: number, files: string): void {
  if (labels.count === images) return;
  throw labels.bytes.error(
    `holds ${labels.count} labels, but there are ${images} images in ${files}; each needs one`,
  );
}
