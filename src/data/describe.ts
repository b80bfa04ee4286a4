import { createHash } from 'node:crypto';
import { assertMade } from '../checks/arguments.js';
import { assertStack } from '../images/taken-images.js';
import type { LabelledImages } from './image-files.js';

/** What a set of images holds, as the commands take it. */
export interface DataDescription {
  readonly count: number;
  /** Channels, height, width. */
  readonly imageShape: readonly [channels: number, height: number, width: number];
  /** The pixels of every channel, after the division. */
  readonly channels: readonly {
    readonly mean: number;
    readonly smallest: number;
    readonly largest: number;
  }[];
  /** In ascending order of the labels; undefined without labels. */
  readonly classes: readonly ClassCount[] | undefined;
  readonly duplicates: Duplicates;
}

export interface ClassCount {
  readonly label: number;
  readonly name?: string;
  readonly count: number;
}

/** Images that are the same, pixel for pixel: they make a kernel singular. */
export interface Duplicates {
  /** Images beyond the first of every group of equal ones. */
  readonly images: number;
  /** Groups of equal images that have different labels. */
  readonly contradictions: number;
  /** The first group: indices of its images. */
  readonly first: readonly number[] | undefined;
}

/** Describes images that `loadImages` has read. @throws ArgumentError, ImageError */
export function describeData(set: LabelledImages): DataDescription {
  assertMade('describeData', set, 'loadImages', ['images', 'files']);
  const { images, labels, classNames } = set;
  assertStack('images', images);
  const { count, channels, height, width } = images;
  return {
    count,
    imageShape: [channels, height, width],
    channels: Array.from({ length: channels }, (_, c) => channelFacts(images, c)),
    classes: labels && classCounts(labels, classNames),
    duplicates: findDuplicates(images, labels),
  };
}

function channelFacts({ data, count, channels, height, width }: LabelledImages['images'], channel: number) {
  const plane = height * width;
  let [sum, smallest, largest] = [0, Infinity, -Infinity];
  for (let image = 0; image < count; image++) {
    const start = (image * channels + channel) * plane;
    for (let p = start; p < start + plane; p++) {
      sum += data[p];
      if (data[p] < smallest) smallest = data[p];
      if (data[p] > largest) largest = data[p];
    }
  }
  return { mean: sum / (count * plane), smallest, largest };
}

function classCounts(labels: Int32Array, classNames: readonly string[] | undefined): ClassCount[] {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([label, count]) => {
      const name = classNames?.[label];
      return { label, ...(name !== undefined && { name }), count };
    });
}

function findDuplicates(images: LabelledImages['images'], labels: Int32Array | undefined): Duplicates {
  const elements = images.channels * images.height * images.width;
  const groups = new Map<string, number[]>();
  for (let i = 0; i < images.count; i++) {
    const pixels = images.data.subarray(i * elements, (i + 1) * elements);
    const bytes = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
    const key = createHash('sha256').update(bytes).digest('base64');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [i]);
    else group.push(i);
  }
  const repeated = [...groups.values()].filter((group) => group.length > 1);
  const contradictions = repeated.filter((group) => labels && new Set(group.map((i) => labels[i])).size > 1);
  return {
    images: repeated.reduce((sum, group) => sum + group.length - 1, 0),
    contradictions: contradictions.length,
    first: (contradictions.at(0) ?? repeated.at(0))?.slice(0, 10),
  };
}
