import { disk } from './disk.js';
import { countClasses, openLabels } from './open-labels.js';
import { readLabels } from './packed.js';

/** The labels of a file. */
export interface LoadedLabels {
  readonly labels: Int32Array; // [count]
  /** Number of classes: of the format, or the largest label + 1. */
  readonly classes: number;
  readonly classNames?: readonly string[];
  /** The file, with the name of an array that was chosen from an archive. */
  readonly file: string;
}

/** The labels of `library/data`, whose path is a text. */
export async function loadLabels(path: string): Promise<LoadedLabels> {
  const packed = await openLabels(disk, path);
  try {
    const labels = await readLabels(packed);
    if (labels.length === 0) throw packed.bytes.error('holds no labels');
    const { names, classes = countClasses(labels), bytes } = packed;
    return { labels, classes, ...(names !== undefined && { classNames: names }), file: bytes.file };
  } finally {
    await packed.bytes.close();
  }
}
