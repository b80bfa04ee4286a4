import { InputError } from '../checks/input-error.js';
import type { LabelledImages } from '../data/image-files.js';

/** Labels of one set, and how they are called. */
export interface NamedSet extends Pick<LabelledImages, 'classNames' | 'labelsAreNames'> {
  readonly labels: Int32Array | undefined;
  /** For messages. */
  readonly file: string;
}

export interface AlignedLabels {
  /** Labels of the test images by the numbers of the training images; a name that those have not gets a number behind theirs. */
  readonly testLabels: Int32Array | undefined;
  /** Label c of either set is called classNames[c]. */
  readonly classNames: readonly string[] | undefined;
}

/**
 * Brings the labels of test images to the numbers of the training images where labels are names: each set numbers its
 * own names, and a class that one of them lacks would move all after it.
 *
 * @throws InputError if one set has names and the other numbers
 */
export function alignNames(train: NamedSet, test: NamedSet): AlignedLabels {
  const { labels } = test;
  const byName = train.labelsAreNames === true || test.labelsAreNames === true;
  if (labels === undefined || !byName) {
    const { classNames = test.classNames } = train;
    return { testLabels: labels, classNames };
  }
  if (train.classNames === undefined || test.classNames === undefined) {
    const [named, numbered] = train.classNames === undefined ? [test, train] : [train, test];
    throw new InputError(
      numbered.file,
      `its labels are numbers, but those of ${named.file} are names (${named.classNames!.slice(0, 3).join(', ')}, …), and which number is which name is not said; give both as names, or both as numbers`,
    );
  }
  const classNames = [...train.classNames];
  const numbers = new Map(classNames.map((name, label) => [name, label]));
  const testLabels = labels.map((label) => {
    const name = test.classNames![label];
    const known = numbers.get(name);
    if (known !== undefined) return known;
    numbers.set(name, classNames.length);
    return classNames.push(name) - 1;
  });
  return { testLabels, classNames };
}
