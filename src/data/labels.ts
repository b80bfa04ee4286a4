import { assertText } from '../checks/arguments.js';
import { disk } from './disk.js';
import { countClasses, openLabels } from './open-labels.js';
import { readLabels } from './packed.js';

/**
 * The labels of a file, and the number of classes (of the format, or the largest label + 1); `file` also names the
 * array that was chosen from an archive.
 *
 * @returns labels, [count].
 * @throws InputError as `openLabels`, and for a label that is no integer.
 */
export async function loadLabels(
  path: string,
): Promise<{ labels: Int32Array; classes: number; classNames?: readonly string[]; file: string }> {
  assertText('the path of a file', path);
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
